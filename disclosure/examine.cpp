#include "disclosure/examine.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "disclosure/eligibility.h"
#include "disclosure/group_disclosure.h"
#include "disclosure/history.h"
#include "disclosure/judge.h"
#include "disclosure/model_history.h"
#include "disclosure/model_rules.h"
#include "disclosure/statistic_class.h"
#include "disclosure/superseded.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

// Rules that judge an output of these statistics at all.
std::vector<Rule> applied_rules(const Tabulation& tabulation, const policies::Codebook& codebook,
                                const policies::Policy& policy) {
  if (tabulation.columns.empty()) return {};
  std::set<Rule> looking = {Rule::threshold, Rule::history};
  bool magnitudes = false;
  const auto look_at = [&](const Statistic& statistic) {
    magnitudes = magnitudes || telling_of(statistic, false) == Telling::magnitude;
    looking.merge(rules_of(class_of(statistic.function)));
  };
  for (const Column& column : tabulation.columns) {
    look_at(column.statistic);
    if (column.denominator) look_at(*column.denominator);
    if (column.model) looking.merge(rules_of(class_of(column.model->kind)));
  }
  if (!codebook.contributors.empty()) looking.insert(Rule::contributors);
  if (codebook.contributors.empty() && !magnitudes && codebook.unit == "row") {
    looking.erase(Rule::dominance);  // each row gives one
    looking.erase(Rule::p_percent);
  }
  std::vector<Rule> rules;
  for (const Rule rule : looking) {
    if (policy.enforces(rule)) rules.push_back(rule);
  }
  return rules;
}

Finding whole(Verdict verdict, std::string id) {
  Finding finding;
  finding.rule = Rule::tabulation;
  finding.verdict = verdict;
  finding.message = {std::move(id), {}};
  return finding;
}

// Nothing at all is never a pass.
void judge_emptiness(const Table& table, std::vector<Placed>& found) {
  const bool tells = std::any_of(table.cells.begin(), table.cells.end(), [](const Cell& cell) {
    return !cell.suppressed && cell.rows > 0;
  });
  if (!tells) found.push_back({0, whole(Verdict::fail, "tabulation.empty")});
}

// Whether margins give hidden cells back is the release history's question; where it isn't asked, a
// person looks.
void judge_suppression(const Table& table, const policies::Policy& policy,
                       std::vector<Placed>& found) {
  if (policy.enforces(Rule::history)) return;
  const bool suppressed = std::any_of(table.cells.begin(), table.cells.end(),
                                      [](const Cell& cell) { return cell.suppressed; });
  if (!suppressed || table.tabulation.grouping_sets.size() < 2) return;
  Finding finding = whole(Verdict::review, "tabulation.suppressed_margins");
  finding.rule = Rule::threshold;
  found.push_back({0, std::move(finding)});
}

// A code that no list of the codebook has comes from the data: it is told where its line stands, so
// at least the threshold's units must share it, in some cell that is shown. Cells that are shown
// are judged by the threshold themselves; this is about the lines that suppression empties.
void judge_labels(const Table& table, const policies::Codebook& codebook,
                  const policies::Policy& policy, std::vector<Placed>& found) {
  const bool hides = table.tabulation.having_minimum || !table.tabulation.hidden.empty() ||
                     table.tabulation.rounded_to != 0;
  if (!hides || !policy.enforces(Rule::threshold)) return;
  for (std::size_t d = 0; d < table.domains.size(); ++d) {
    const auto* name = std::get_if<std::string>(&table.tabulation.dimensions[d].from);
    const policies::Variable* variable = name == nullptr ? nullptr : codebook.find(*name);
    if (variable == nullptr || !variable->values.empty()) continue;
    std::vector<std::int64_t> most(table.domains[d].codes.size());
    for (const Cell& cell : table.cells) {
      if (cell.key[d] == total || cell.suppressed) continue;
      auto& units = most[static_cast<std::size_t>(cell.key[d])];
      units = std::max(units, cell.units);
    }
    std::size_t rare = 0;
    for (std::size_t code = 0; code < most.size(); ++code) {
      const bool is_code = table.domains[d].codes[code].has_value();
      if (is_code && most[code] < policy.threshold.minimum) ++rare;
    }
    if (rare == 0) continue;
    Finding finding = whole(Verdict::review, "tabulation.rare_label");
    finding.message.args = {table.domains[d].name, std::to_string(rare),
                            std::to_string(policy.threshold.minimum)};
    found.push_back({0, std::move(finding)});
  }
}

// What rounding answers: that a count is small, and what a rounded table tells of itself by
// differences. Beside other tables it is for a person anyway (history.rounded).
bool is_rounded_away(const Placed& placed) {
  const Finding& finding = placed.finding;
  if (finding.cell.empty()) return false;
  return finding.rule == Rule::threshold ||
         (finding.rule == Rule::history && finding.earlier.empty());
}

Judgement join(std::vector<Placed> found, std::vector<Rule> applied) {
  std::stable_sort(found.begin(), found.end(), [](const Placed& a, const Placed& b) {
    if (a.finding.verdict != b.finding.verdict) return a.finding.verdict > b.finding.verdict;
    if (a.finding.rule != b.finding.rule) return a.finding.rule < b.finding.rule;
    return a.place < b.place;
  });
  Judgement judgement;
  judgement.verdict = Verdict::pass;
  for (Placed& placed : found) {
    judgement.verdict = worst(judgement.verdict, placed.finding.verdict);
    judgement.findings.push_back(std::move(placed.finding));
  }
  judgement.applied = std::move(applied);
  return judgement;
}

}  // namespace

Examination examine(const Question& question, const Source& source,
                    const policies::Codebook& codebook, const policies::Policy& policy,
                    const Cancelled& cancelled) {
  Table table = tabulate(question.tabulation, source, codebook, cancelled);
  std::vector<Placed> found;
  judge_emptiness(table, found);
  for (Finding& finding : eligibility(question.tabulation, source, codebook, policy)) {
    found.push_back({0, std::move(finding)});
  }
  judge_suppression(table, policy, found);
  judge_labels(table, codebook, policy, found);
  const auto add = [&](std::vector<Placed> more) {
    found.insert(found.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  };
  add(judge_cells(table, policy));
  add(judge_models(table, source, codebook, policy, cancelled));
  add(judge_groups(table, source, codebook, policy, cancelled));
  const Question remembered = with_implied(question, source, codebook);
  add(judge_history(table, remembered, source, codebook, policy, cancelled));
  add(judge_implied_history(remembered, source, codebook, policy, cancelled));
  add(judge_superseded(table, question, source, codebook, policy, cancelled));
  if (question.tabulation.rounded_to != 0) std::erase_if(found, is_rounded_away);
  Judgement judgement =
      join(std::move(found), applied_rules(question.tabulation, codebook, policy));
  return {std::move(table), std::move(judgement)};
}

Judgement not_a_tabulation(const Message& reason) {
  Finding finding = whole(Verdict::review, reason.id);
  finding.message = reason;
  return join({{0, std::move(finding)}}, {});
}

}  // namespace sceau::disclosure
