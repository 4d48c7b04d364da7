#include "disclosure/examine.h"

#include <algorithm>
#include <utility>

#include "disclosure/eligibility.h"
#include "disclosure/history.h"
#include "disclosure/judge.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

// Rules that judge an output of these statistics at all.
std::vector<Rule> applied_rules(const Tabulation& tabulation, const policies::Codebook& codebook,
                                const policies::Policy& policy) {
  if (tabulation.columns.empty()) return {};
  bool magnitudes = false;
  for (const Column& column : tabulation.columns) {
    magnitudes =
        magnitudes || telling_of(column.statistic, false) == Telling::magnitude ||
        (column.denominator && telling_of(*column.denominator, false) == Telling::magnitude);
  }
  const bool kinds = !codebook.contributors.empty();
  std::vector<Rule> rules;
  const auto apply = [&](Rule rule, bool relevant) {
    if (relevant && policy.enforces(rule)) rules.push_back(rule);
  };
  apply(Rule::threshold, true);
  apply(Rule::contributors, kinds);
  apply(Rule::dominance, kinds || magnitudes || codebook.unit != "row");
  apply(Rule::p_percent, kinds || magnitudes || codebook.unit != "row");
  apply(Rule::homogeneity, magnitudes);
  apply(Rule::history, true);
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
  auto cells = judge_cells(table, policy);
  found.insert(found.end(), std::make_move_iterator(cells.begin()),
               std::make_move_iterator(cells.end()));
  auto differences = judge_history(table, question, source, codebook, policy, cancelled);
  found.insert(found.end(), std::make_move_iterator(differences.begin()),
               std::make_move_iterator(differences.end()));
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
