#include "disclosure/history.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "disclosure/compare.h"
#include "disclosure/fault.h"
#include "disclosure/history_findings.h"
#include "disclosure/history_together.h"
#include "disclosure/profiles.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;

using Vintages = std::set<std::string>;

bool share_a_vintage(const Tabulation& table, const Vintages& vintages) {
  return std::any_of(table.vintages.begin(), table.vintages.end(),
                     [&](const std::string& vintage) { return vintages.contains(vintage); });
}

// Which earlier tables can be compared, and findings on those that can't.
class Selection {
 public:
  Selection(const Question& question, const Source& source, const policies::Policy& policy)
      : source_(&source),
        opaque_counts_(policy.history.opaque == policies::OpaqueReleases::review) {
    for (const ColumnInfo& column : source.columns()) columns_.insert(column.name);
    columns_.insert("vintage");
    std::vector<const Remembered*> counted;
    for (const Remembered& earlier : question.history) {
      const bool own = earlier.project == question.project;
      if (policy.history.scope == policies::HistoryScope::project && !own) continue;
      counted.push_back(&earlier);
    }
    const Vintages reached = reach(question.tabulation, counted);
    for (const Remembered* earlier : counted) sort(*earlier, question.tabulation, reached);
  }

  std::vector<const Remembered*> comparable;
  std::vector<Finding> findings;

 private:
  // Vintages that tables lead to one from another. A table of 2022 tells nothing of one of 2021,
  // but with a third one of both it does.
  static Vintages reach(const Tabulation& now, const std::vector<const Remembered*>& earlier) {
    Vintages reached(now.vintages.begin(), now.vintages.end());
    std::size_t before = 0;
    while (before != reached.size()) {
      before = reached.size();
      for (const Remembered* one : earlier) {
        const Tabulation& then = one->tabulation;
        if (one->opaque || then.dataset != now.dataset || !share_a_vintage(then, reached)) continue;
        reached.insert(then.vintages.begin(), then.vintages.end());
      }
    }
    return reached;
  }

  void sort(const Remembered& earlier, const Tabulation& now, const Vintages& reached) {
    const Tabulation& then = earlier.tabulation;
    if (earlier.opaque) {
      if (!opaque_counts_) return;
      findings.push_back(incomparable(earlier, "history.opaque", {}));
      return;
    }
    if (then.dataset != now.dataset) {
      findings.push_back(incomparable(earlier, "history.other_data", {then.dataset}));
      return;
    }
    if (!share_a_vintage(then, reached)) return;  // nothing follows from it
    // What exact and rounded counts of the same rows bound together isn't computed.
    const bool one_is_rounded = then.rounded_to != 0 || now.rounded_to != 0;
    if (one_is_rounded && rows_signature(then) != rows_signature(now)) {
      findings.push_back(incomparable(earlier, "history.rounded", {}));
    }
    const auto known = source_->vintages();
    for (const std::string& vintage : then.vintages) {
      if (std::find(known.begin(), known.end(), vintage) == known.end()) {
        findings.push_back(incomparable(earlier, "history.missing_vintage", {vintage}));
        return;
      }
    }
    for (const Reference& reference : then.references) {
      const bool joined =
          std::all_of(then.vintages.begin(), then.vintages.end(),
                      [&](const auto& vintage) { return source_->joins(reference, vintage); });
      if (joined) continue;
      findings.push_back(incomparable(earlier, "history.missing_reference", {reference.dataset}));
      return;
    }
    const auto variables = variables_of(then);
    const bool all_known = std::all_of(variables.begin(), variables.end(),
                                       [&](const auto& name) { return columns_.contains(name); });
    if (!all_known || !can_tabulate(then)) {
      findings.push_back(incomparable(earlier, "history.unreadable", {}));
      return;
    }
    comparable.push_back(&earlier);
  }

  const Source* source_;
  bool opaque_counts_;
  std::set<std::string> columns_;
};

}  // namespace

std::vector<Placed> judge_history(const Table& table, const Question& question,
                                  const Source& source, const policies::Codebook& codebook,
                                  const policies::Policy& policy, const Cancelled& cancelled,
                                  HistoryBudget budget) {
  if (!policy.enforces(Rule::history) || question.tabulation.columns.empty()) return {};
  Selection selection(question, source, policy);
  HistoryFindings findings(table, question);
  for (Finding& finding : selection.findings) findings.add(std::move(finding));
  Named named;
  named.add(question.tabulation, codebook);
  for (const Remembered* earlier : selection.comparable) named.add(earlier->tabulation, codebook);
  const Profiles profiles(source, named, cancelled);
  TableComparison comparison(question.tabulation, source, codebook, policy, profiles, cancelled);
  Gathered gathered(profiles, comparison, policy, budget);
  std::uint64_t steps = 0;
  for (const Derived& derived : comparison.within(steps)) findings.add(derived, nullptr);
  std::set<std::string> compared;
  std::uint32_t done = 0;
  for (const Remembered* earlier : selection.comparable) {
    if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
    if (steps > budget.steps) break;
    ++done;
    if (!compared.insert(rows_signature(earlier->tabulation)).second) continue;
    try {
      const ReleasedSets theirs = released_sets(earlier->tabulation, profiles, codebook);
      for (const Derived& derived : comparison.with(earlier->tabulation, theirs, steps)) {
        findings.add(derived, earlier);
      }
      gathered.add(done - 1, earlier->tabulation, theirs, steps);
    } catch (const DisclosureError& error) {
      if (error.fault() == Fault::cancelled) throw;
      findings.add(incomparable(*earlier, "history.unreadable", {}));
    }
  }
  findings.end_of_pairs();
  if (done < selection.comparable.size()) {
    findings.add(out_of_budget(
        "history.budget", {std::to_string(done), std::to_string(selection.comparable.size())}));
    return findings.take();
  }
  gathered.asking.cancelled = cancelled;
  gathered.add(done, question.tabulation, comparison.sets(), steps);
  Together together(question, selection.comparable, profiles, comparison, policy, findings);
  if (!gathered.complete || !together.judge(gathered, budget)) {
    findings.add(out_of_budget("history.budget_together", {}));
  } else if (together.in_doubt() > 0) {
    findings.add(out_of_budget("history.in_doubt", {std::to_string(together.in_doubt())}));
  }
  return findings.take();
}

}  // namespace sceau::disclosure
