#include "disclosure/model_rules.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "disclosure/fault.h"
#include "disclosure/group_disclosure.h"
#include "disclosure/implied.h"
#include "disclosure/model_fit.h"
#include "disclosure/model_history.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

using policies::Role;
using policies::Rule;
using policies::Type;

Breach breach(Rule rule, Verdict verdict, std::string id, std::vector<std::string> args) {
  return {rule, verdict, std::nullopt, std::nullopt, {std::move(id), std::move(args)}};
}

// ---- what a model is made of

class Variables {
 public:
  Variables(const Model& model, const Source& source, const policies::Codebook& codebook)
      : model_(&model), source_(&source), codebook_(&codebook) {}

  std::vector<Placed> look() {
    review(model_->response, what(model_->response, model_->kind == ModelKind::chi2));
    const bool classes = model_->kind == ModelKind::t_test || model_->kind == ModelKind::chi2;
    for (const std::string& term : model_->terms) {
      review(term, what(term, classes || is_categorical(term, *source_, *codebook_)));
    }
    if (!model_->cluster.empty()) review(model_->cluster, of_cluster());
    return std::move(found_);
  }

 private:
  void review(const std::string& name, const std::string& why) {
    if (why.empty()) return;
    Finding finding;
    finding.verdict = Verdict::review;
    finding.message = {"tabulation.operand", {name, why}};
    found_.push_back({0, std::move(finding)});
  }

  // Empty: it may be what it is taken for.
  [[nodiscard]] std::string what(const std::string& name, bool as_class) const {
    const policies::Variable* variable = codebook_->find(name);
    if (name == "vintage") return {};
    if (variable == nullptr || variable->role == Role::hidden) return "not in the codebook";
    if (variable->role == Role::identifier) return "an identifier";
    if (as_class) {
      if (variable->type == Type::text) return "free text";
      return variable->role == Role::classification || is_indicator(*variable) ? "" : "a measure";
    }
    const bool number = variable->type == Type::integer || variable->type == Type::decimal;
    if (!number) return "not a number";
    const bool classification = variable->role == Role::classification && !is_indicator(*variable);
    return classification ? "a classification, not a measure" : "";
  }

  [[nodiscard]] std::string of_cluster() const {
    const std::string& name = model_->cluster;
    const auto& kinds = codebook_->contributors;
    const bool known = name == codebook_->unit || name == "vintage" ||
                       std::find(kinds.begin(), kinds.end(), name) != kinds.end();
    return known ? std::string() : what(name, true);
  }

  const Model* model_;
  const Source* source_;
  const policies::Codebook* codebook_;
  std::vector<Placed> found_;
};

// ---- the tables that it implies

class ImpliedTables {
 public:
  ImpliedTables(const Table& table, const policies::Policy& policy)
      : table_(&table), policy_(policy) {
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
      const Cell& cell = table.cells[i];
      if (cell.columns[0].model) cell_of_.emplace(std::pair(cell.grouping_set, cell.key), i);
    }
  }

  void judge(const Implied& implied, const Source& source, const policies::Codebook& codebook,
             const Cancelled& cancelled, std::vector<Placed>& out) {
    if (!can_tabulate(implied.tabulation)) return too_large(out);
    try {
      const Table made = tabulate(implied.tabulation, source, codebook, cancelled);
      policies::Policy policy = policy_;
      if (!implied.tells_empty) policy.threshold.zeros = policies::Zeros::safe;
      for (Placed& placed : judge_made(made, source, codebook, policy, cancelled)) {
        if (placed.place == 0) {  // of the whole table
          out.push_back(std::move(placed));
          continue;
        }
        const Cell& cell = made.cells[placed.place - 1];
        const auto width = static_cast<std::ptrdiff_t>(table_->domains.size());
        const std::vector<Member> own(cell.key.begin(), cell.key.begin() + width);
        const auto at = cell_of_.find({cell.grouping_set, own});
        if (at == cell_of_.end()) continue;  // suppressed, or without a model
        placed.place = at->second + 1;
        placed.finding.statistic = describe(table_->tabulation.columns[0]);
        out.push_back(std::move(placed));
      }
    } catch (const DisclosureError& error) {
      if (error.fault() != Fault::too_many_cells) throw;
      too_large(out);
    }
  }

 private:
  // A cell whose rows are all complete tells no more than that, so group disclosure is tested
  // without the condition that they are.
  static std::vector<Placed> judge_made(const Table& made, const Source& source,
                                        const policies::Codebook& codebook,
                                        const policies::Policy& policy,
                                        const Cancelled& cancelled) {
    std::vector<Placed> found = judge_cells(made, policy);
    Table plain = made;
    plain.tabulation.columns[0].statistic.filter = {};
    auto groups = judge_groups(plain, source, codebook, policy, cancelled);
    std::move(groups.begin(), groups.end(), std::back_inserter(found));
    return found;
  }

  void too_large(std::vector<Placed>& out) const {
    Finding finding;
    finding.verdict = Verdict::review;
    finding.statistic = describe(table_->tabulation.columns[0]);
    finding.message = {"model.table_too_large", {}};
    out.push_back({0, std::move(finding)});
  }

  const Table* table_;
  const policies::Policy& policy_;
  std::map<std::pair<std::uint32_t, std::vector<Member>>, std::size_t> cell_of_;
};

}  // namespace

std::vector<Breach> survival_steps(const std::vector<SurvivalStep>& steps, std::int64_t minimum) {
  std::vector<Breach> found;
  const auto keep = [&](Verdict verdict, const char* id, std::int64_t measured) {
    Breach one =
        breach(Rule::threshold, verdict, id, {std::to_string(measured), std::to_string(minimum)});
    one.measured = static_cast<double>(measured);
    one.limit = static_cast<double>(minimum);
    found.push_back(std::move(one));
  };
  std::optional<std::int64_t> smallest_fall, fewest;
  for (const SurvivalStep& step : steps) {
    const std::int64_t fall = step.events + step.censored;
    smallest_fall = std::min(smallest_fall.value_or(fall), fall);
    for (const std::int64_t count : {step.events, step.censored}) {
      if (count > 0) fewest = std::min(fewest.value_or(count), count);
    }
  }
  if (smallest_fall && *smallest_fall < minimum) {
    keep(Verdict::fail, "model.survival_step", *smallest_fall);
  } else if (fewest && *fewest < minimum) {
    keep(Verdict::review, "model.survival_events", *fewest);
  }
  return found;
}

std::vector<Breach> judge_model(const ModelResult& result, const Evidence& evidence,
                                const policies::Policy& policy) {
  std::vector<Breach> found;
  if (result.kind == ModelKind::km) {
    if (evidence.units < result.rows) {
      found.push_back(breach(Rule::tabulation, Verdict::review, "model.rows_not_units", {}));
    }
    if (policy.enforces(Rule::threshold)) {
      auto steps = survival_steps(result.steps, policy.threshold.minimum);
      found.insert(found.end(), steps.begin(), steps.end());
    }
    return found;
  }
  if (policy.enforces(Rule::degrees_of_freedom)) {
    const std::int64_t units = std::min(result.rows, evidence.units);
    if (auto few =
            degrees_of_freedom(units, result.parameters, policy.degrees_of_freedom.minimum)) {
      found.push_back(std::move(*few));
    }
    if (result.exact) {
      found.push_back(breach(Rule::degrees_of_freedom, Verdict::fail, "model.exact", {}));
    }
  }
  if (result.constant && policy.enforces(Rule::homogeneity)) {
    const bool fails = policy.homogeneity.verdict == policies::Severity::fail;
    found.push_back(breach(Rule::homogeneity, fails ? Verdict::fail : Verdict::review,
                           "homogeneity.one_value", {}));
  }
  const bool separated = result.kind == ModelKind::logit && !result.converged;
  if (separated && !result.constant && policy.enforces(Rule::group_disclosure)) {
    found.push_back(breach(Rule::group_disclosure, Verdict::fail, "model.separated", {}));
  }
  return found;
}

std::vector<Placed> judge_models(const Table& table, const Source& source,
                                 const policies::Codebook& codebook, const policies::Policy& policy,
                                 const Cancelled& cancelled) {
  const Model* model = model_of(table.tabulation);
  if (model == nullptr) return {};
  std::vector<Placed> found = Variables(*model, source, codebook).look();
  const IsClass is_class = classes_of(source, codebook);
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const ColumnResult& result = table.cells[i].columns[0];
    if (!result.model) continue;
    std::vector<Breach> breaches = judge_model(*result.model, result.evidence, policy);
    for (const std::string& term : result.model->two_valued) {
      if (is_class(term)) continue;  // a declared 0/1 variable: its cells are counted below
      breaches.push_back(breach(Rule::tabulation, Verdict::review, "model.two_values", {term}));
    }
    for (Breach& one : breaches) {
      Finding finding;
      finding.rule = one.rule;
      finding.verdict = one.verdict;
      finding.cell = coordinates(table, table.cells[i]);
      finding.statistic = describe(table.tabulation.columns[0]);
      finding.measured = one.measured;
      finding.limit = one.limit;
      finding.message = std::move(one.message);
      found.push_back({i + 1, std::move(finding)});
    }
  }
  ImpliedTables tables(table, policy);
  for (const Implied& implied : implied_tabulations(table.tabulation, is_class)) {
    tables.judge(implied, source, codebook, cancelled, found);
  }
  return found;
}

}  // namespace sceau::disclosure
