#include "disclosure/eligibility.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "disclosure/observed.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

using policies::Role;
using policies::Rule;
using policies::Type;
using policies::Variable;

class Eligibility {
 public:
  Eligibility(const Tabulation& tabulation, const Source& source,
              const policies::Codebook& codebook, const policies::Policy& policy)
      : tabulation_(&tabulation), source_(&source), codebook_(&codebook), policy_(&policy) {}

  std::vector<Finding> look() {
    if (tabulation_->columns.empty()) review(Rule::tabulation, "tabulation.no_statistic", {});
    for (const Dimension& dimension : tabulation_->dimensions) look_at(dimension);
    look_at_identifiers(tabulation_->where);
    for (const Column& column : tabulation_->columns) {
      if (column.model) continue;  // model_rules
      look_at(column.statistic);
      if (column.denominator) look_at(*column.denominator);
    }
    return std::move(found_);
  }

 private:
  void review(Rule rule, std::string id, std::vector<std::string> args) {
    Finding finding;
    finding.rule = rule;
    finding.verdict = Verdict::review;
    finding.message = {std::move(id), std::move(args)};
    const auto same = [&](const Finding& other) { return other.message == finding.message; };
    if (std::none_of(found_.begin(), found_.end(), same)) found_.push_back(std::move(finding));
  }

  // ---- dimensions

  static std::string not_a_class(const Variable* variable) {
    if (variable == nullptr) return "not in the codebook";
    if (variable->type == Type::text) return "free text";
    switch (variable->role) {
      case Role::classification:
        return {};
      case Role::measure:
        return "a measure";
      case Role::identifier:
        return "an identifier";
      case Role::hidden:
        return "hidden";
    }
    return "unknown";
  }

  void look_at(const Dimension& dimension) {
    if (const auto* name = std::get_if<std::string>(&dimension.from)) {
      if (*name == "vintage") return;
      const std::string reason = not_a_class(codebook_->find(*name));
      if (!reason.empty()) {
        review(Rule::tabulation, "tabulation.dimension", {dimension.name, *name, reason});
      }
      return;
    }
    if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
      look_at_recoded(dimension.name, bucket->variable);
      return;
    }
    const auto& recode = std::get<Recode>(dimension.from);
    const std::set<std::string> variables = variables_of(dimension);
    for (const std::string& variable : variables) look_at_recoded(dimension.name, variable);
    look_at_labels(dimension.name, recode, variables);
  }

  // A recode may be made from a measure: width_bucket(note, …) is a class of notes.
  void look_at_recoded(const std::string& dimension, const std::string& variable) {
    if (variable == "vintage") return;
    const Variable* known = codebook_->find(variable);
    if (known != nullptr && known->role == Role::measure) return;
    const std::string reason = not_a_class(known);
    if (!reason.empty())
      review(Rule::tabulation, "tabulation.dimension", {dimension, variable, reason});
  }

  // A code that stands for itself: WHEN region = 'N' THEN 'N'. Only what occurs is a category.
  static bool names_itself(const RecodeCase& one) {
    const bool is_equal =
        one.when.kind == Condition::Kind::compare && one.when.comparison == Comparison::equal;
    if (!is_equal || !one.label) return false;
    const auto* code = std::get_if<std::string>(&one.when.constants.at(0));
    return code != nullptr && *code == *one.label;
  }

  // Labels of the codebook's lists pass, codes of the data, and small whole numbers: 0 up to the
  // number of labels.
  void look_at_labels(const std::string& dimension, const Recode& recode,
                      const std::set<std::string>& variables) {
    std::vector<std::string> labels;
    std::size_t codes = 0;  // whose own case calls them so; another case may not
    for (const RecodeCase& one : recode.cases) {
      if (names_itself(one)) {
        ++codes;
      } else if (one.label) {
        labels.push_back(*one.label);
      }
    }
    if (recode.otherwise) labels.push_back(*recode.otherwise);
    std::set<std::string> allowed;
    for (std::size_t i = 0; i <= labels.size() + codes; ++i) allowed.insert(std::to_string(i));
    for (const std::string& name : variables) {
      const Variable* variable = codebook_->find(name);
      if (variable == nullptr) continue;
      for (const auto& [code, label] : variable->values) {
        allowed.insert({code, label.fr, label.en});
      }
    }
    for (const std::string& label : labels) {
      if (!allowed.contains(label)) {
        review(Rule::tabulation, "tabulation.label", {dimension, label});
      }
    }
  }

  // ---- statistics

  void look_at(const Statistic& statistic) {
    const std::string name = describe(statistic);
    look_at_identifiers(statistic.filter);
    look_at_constants(name, statistic.filter);
    if (const auto* indicator = std::get_if<Condition>(&statistic.operand)) {
      look_at_identifiers(*indicator);
      look_at_constants(name, *indicator);
    }
    if (const auto* variable = std::get_if<std::string>(&statistic.operand)) {
      look_at_operand(statistic.function, *variable);
    }
    look_at_second(statistic);
  }

  void look_at_operand(Function function, const std::string& name) {
    const Variable* variable = codebook_->find(name);
    if (name == "vintage") return;
    if (variable == nullptr || variable->role == Role::hidden) {
      review(Rule::tabulation, "tabulation.operand", {name, "not in the codebook"});
      return;
    }
    const bool counts = function == Function::count_values || function == Function::count_distinct;
    if (counts) return;
    const bool numeric = variable->type == Type::integer || variable->type == Type::decimal;
    if (function == Function::mode && !numeric) {
      const std::string reason = not_a_class(variable);
      if (!reason.empty()) review(Rule::tabulation, "tabulation.operand", {name, reason});
    } else if (!numeric) {
      review(Rule::tabulation, "tabulation.operand", {name, "not a number"});
    } else if (variable->role == Role::identifier) {
      review(Rule::tabulation, "tabulation.operand", {name, "an identifier"});
    } else if (function != Function::mode && variable->role == Role::classification &&
               !is_indicator(*variable)) {
      review(Rule::tabulation, "tabulation.operand", {name, "a classification, not a measure"});
    }
  }

  // A pair's second variable is a measure like the first; a weight and who contributes are the
  // codebook's, or sums by a variable of the researcher's choice would leave.
  void look_at_second(const Statistic& statistic) {
    if (statistic.second.empty() && !is_concentration(statistic.function)) return;
    const std::string unit = codebook_->unit == "row" ? "" : codebook_->unit;
    if (is_concentration(statistic.function)) {
      const auto& kinds = codebook_->contributors;
      if (statistic.second != (kinds.empty() ? unit : kinds[0])) {
        review(Rule::tabulation, "tabulation.contributor", {describe(statistic)});
      }
    } else if (is_weighted(statistic.function)) {
      if (statistic.second != codebook_->weight) {
        review(Rule::tabulation, "tabulation.other_weight", {statistic.second});
      }
    } else {
      look_at_operand(statistic.function, statistic.second);
    }
  }

  // ---- conditions

  void look_at_identifiers(const Condition& condition) {
    for (const std::string& name : variables_of(condition)) {
      const Variable* variable = codebook_->find(name);
      const bool known = name == "vintage" || variable != nullptr;
      if (!known || (variable != nullptr && variable->role == Role::identifier)) {
        review(Rule::tabulation, "tabulation.condition", {name});
      }
    }
  }

  // A column's name leaves with the file, so the constants of its conditions leave too.
  void look_at_constants(const std::string& column, const Condition& condition) {
    for (const Condition& part : condition.parts) look_at_constants(column, part);
    for (const Constant& constant : condition.constants) {
      if (!is_known(condition.variable, constant)) {
        const auto* text = std::get_if<std::string>(&constant);
        review(
            Rule::tabulation, "tabulation.constant",
            {column, text != nullptr ? *text : policies::to_string(std::get<Decimal>(constant))});
      }
    }
  }

  [[nodiscard]] bool is_known(const std::string& name, const Constant& constant) {
    const Variable* variable = codebook_->find(name);
    if (const auto* text = std::get_if<std::string>(&constant)) {
      const auto column = source_->column(name);
      if (name != "vintage" && (!column || column->kind != ColumnKind::codes)) return false;
      return is_listed(variable, *text) || is_observed(name, *text);
    }
    if (variable == nullptr) return false;
    const Decimal& number = std::get<Decimal>(constant);
    const bool within = (!variable->min || policies::compare(number, *variable->min) >= 0) &&
                        (!variable->max || policies::compare(number, *variable->max) <= 0);
    return within && number.scale <= std::max(0, variable->decimals);
  }

  static bool is_listed(const Variable* variable, const std::string& text) {
    return variable != nullptr &&
           std::any_of(variable->values.begin(), variable->values.end(),
                       [&](const auto& value) { return value.code == text; });
  }

  // Under WHERE, as the table's own categories are: whether a code occurs in other rows is not
  // told, as these may be rows that nobody permitted.
  bool is_observed(const std::string& name, const std::string& text) {
    const auto& codes = source_->dictionary(name);
    const auto at = std::find(codes.begin(), codes.end(), text);
    if (at == codes.end()) return false;
    if (tabulation_->where.kind == Condition::Kind::always) return true;
    auto known = observed_.find(name);
    if (known == observed_.end()) {
      known = observed_.emplace(name, observed_codes(*source_, tabulation_->where, name)).first;
    }
    return known->second[static_cast<std::size_t>(at - codes.begin())];
  }

  const Tabulation* tabulation_;
  std::map<std::string, std::vector<bool>> observed_;
  const Source* source_;
  const policies::Codebook* codebook_;
  const policies::Policy* policy_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> eligibility(const Tabulation& tabulation, const Source& source,
                                 const policies::Codebook& codebook,
                                 const policies::Policy& policy) {
  return Eligibility(tabulation, source, codebook, policy).look();
}

}  // namespace sceau::disclosure
