// What EXPLAIN SELECT says.

#include "enclave/messages.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave::sql {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

class Explanation {
 public:
  explicit Explanation(std::string_view language) : language_(language) {}

  void say(std::string_view id, const std::vector<std::string>& args) {
    rows_.push_back({text(id, args, language_)});
  }

  void access(const TableAccess& access) {
    if (access.part > 0) {
      say("explain.part_read", {std::to_string(access.part)});
    } else if (access.columns.empty()) {
      say("explain.rows_read", {access.relation});
    } else {
      say("explain.table_read", {access.relation, joined(access.columns)});
    }
    if (!access.filters.empty()) say("explain.pushed", {joined(access.filters)});
  }

  void tabulation(const disclosure::Tabulation& table) {
    const auto variables = disclosure::variables_of(table);
    const auto vintages = joined(table.vintages);
    if (variables.empty()) {
      say("explain.counted", {vintages});
    } else {
      say("explain.read", {joined(variables), vintages});
    }
    if (table.where.kind != disclosure::Condition::Kind::always) {
      say("explain.where", {disclosure::describe(table.where)});
    }
    for (const auto& reference : table.references) {
      say(reference.vintage.empty() ? "explain.join_own" : "explain.join",
          {reference.dataset, reference.key, reference.variable, reference.vintage});
    }
  }

  [[nodiscard]] std::vector<Row> take() && { return std::move(rows_); }

 private:
  std::string_view language_;
  std::vector<Row> rows_;
};

std::vector<std::string> shape_of(const disclosure::Tabulation& table) {
  return {table.dataset, std::to_string(table.dimensions.size()),
          std::to_string(table.columns.size())};
}

}  // namespace

std::vector<Row> explain_rows(const Plan& plan, const std::vector<TableAccess>& accesses,
                              std::string_view language) {
  Explanation explanation(language);
  if (plan.fixed) {
    explanation.say("explain.fixed", {});
    return std::move(explanation).take();
  }
  if (plan.tabulation) {
    explanation.say("explain.engine", shape_of(plan.tabulation->tabulation));
    explanation.tabulation(plan.tabulation->tabulation);
    return std::move(explanation).take();
  }
  const auto reason = plan.not_a_tabulation
                          ? text(plan.not_a_tabulation->id, plan.not_a_tabulation->args, language)
                          : std::string();
  if (plan.mixed) {
    explanation.say("explain.mixed", {reason});
    for (std::size_t i = 0; i < plan.mixed->parts.size(); ++i) {
      const auto& table = plan.mixed->parts[i].tabulation;
      auto args = shape_of(table);
      args.insert(args.begin(), std::to_string(i + 1));
      explanation.say("explain.part", args);
      explanation.tabulation(table);
    }
    explanation.say("explain.around", {});
  } else {
    explanation.say("explain.sqlite", {reason});
    if (plan.not_explorable)
      explanation.say("explain.neither", {plan.not_explorable->message(language)});
  }
  for (const auto& access : accesses) explanation.access(access);
  return std::move(explanation).take();
}

}  // namespace sceau::enclave::sql
