#include "disclosure/history.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "disclosure/compare.h"
#include "disclosure/fault.h"
#include "disclosure/groups.h"
#include "disclosure/history_findings.h"
#include "disclosure/profiles.h"
#include "disclosure/released_cells.h"
#include "disclosure/together.h"

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

// The cells of all tables, and what is hidden, gathered for level 2 while level 1 compares.
class Gathered {
 public:
  Gathered(const Profiles& profiles, TableComparison& comparison, const policies::Policy& policy,
           const HistoryBudget& budget)
      : cells(profiles, operands(comparison), budget.entries), budget_(&budget) {
    const std::int64_t minimum = policy.history.minimum;
    const std::int64_t most = comparison.evidence().most_rows_of_a_unit();
    // As many rows could be those of so many units and of the one that is not known.
    asking.pair_rows = most == 1 ? minimum : most * minimum + 1;
    complete = comparison.evidence().known().size() <= most_operands;
  }

  void add(std::uint32_t table, const Tabulation& tabulation, const ReleasedSets& sets, bool is_new,
           std::uint64_t& steps) {
    complete = complete && cells.add(table, sets, steps);
    asking.table = table;
    asking.bytes += rows_signature(tabulation) + "\n";
    for (const Family& family : sets.hidden) {
      const std::size_t first = hidden.size();
      std::vector<std::size_t> number(family.cells(), no_number);
      for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
        if (!is_new && family.rows[cell] >= asking.pair_rows) continue;
        number[cell] = hidden.size();
        hidden.push_back({table, family.grouping_set, cell, {}});
      }
      if (first == hidden.size()) continue;
      for (std::uint32_t profile = 0; profile < family.cell_of.size(); ++profile) {
        const std::uint32_t cell = family.cell_of[profile];
        if (cell == nowhere || number[cell] == no_number) continue;
        hidden[number[cell]].profiles.push_back(profile);
        ++hidden_entries_;
      }
      complete = complete && hidden_entries_ <= budget_->entries;
    }
  }

  static std::vector<Known> operands(TableComparison& comparison) {
    std::vector<Known> known = comparison.evidence().known();
    if (known.size() > most_operands) known.resize(most_operands);
    return known;
  }

  ReleasedCells cells;
  std::vector<Hidden> hidden;
  Asking asking;
  bool complete = true;

 private:
  static constexpr std::size_t most_operands = 64;
  static constexpr std::size_t no_number = static_cast<std::size_t>(-1);

  const HistoryBudget* budget_;
  std::uint64_t hidden_entries_ = 0;
};

// Level 2, and what the rules say of what follows.
class Together {
 public:
  Together(const Question& question, const std::vector<const Remembered*>& earlier,
           TableComparison& comparison, const policies::Policy& policy, HistoryFindings& findings)
      : question_(&question),
        earlier_(&earlier),
        comparison_(&comparison),
        policy_(as_for_differences(policy)),
        findings_(&findings) {}

  // False: out of budget.
  bool judge(Gathered& gathered, std::uint64_t most_steps) {
    if (!gathered.cells.finish()) return false;
    gathered.asking.steps = most_steps;
    std::uint64_t steps = 0;
    bool complete = ask(gathered, std::nullopt, steps);
    const std::size_t operands = Gathered::operands(*comparison_).size();
    for (std::size_t i = 0; complete && i < operands; ++i) complete = ask(gathered, i, steps);
    return complete;
  }

 private:
  bool ask(const Gathered& gathered, std::optional<std::size_t> operand, std::uint64_t& steps) {
    const Answer answer =
        what_follows(gathered.cells, gathered.hidden, gathered.asking, operand, steps);
    std::vector<const Known*> known;
    if (operand) known.push_back(&comparison_->evidence().known()[*operand]);
    const auto passes = surely_pass(gathered, answer.sets, known);
    std::vector<const Follows*> doubtful;
    std::vector<std::vector<std::uint32_t>> sets;
    for (std::size_t i = 0; i < answer.sets.size(); ++i) {
      if (passes[i]) continue;
      doubtful.push_back(&answer.sets[i]);
      sets.push_back(answer.sets[i].profiles);
    }
    if (sets.empty()) return answer.complete;
    const auto evidence = comparison_->evidence().of_sets(sets, steps);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      for (const Judged& judged :
           judge_derived(evidence[i], known, comparison_->evidence(), policy_)) {
        add(gathered, *doubtful[i], judged);
      }
    }
    return answer.complete;
  }

  // Large atoms follow from nearly every table, and to gather who stands behind them takes a pass
  // over all rows: those that pass on evidence that is worse than the true one need none. Sets that
  // meet others are left to that pass.
  std::vector<bool> surely_pass(const Gathered& gathered, const std::vector<Follows>& sets,
                                const std::vector<const Known*>& known) {
    std::vector<bool> passes(sets.size(), false);
    if (sets.empty()) return passes;
    DifferenceEvidence& evidence = comparison_->evidence();
    Family apart;
    apart.cell_of.assign(gathered.cells.profile_count(), nowhere);
    apart.rows.assign(sets.size(), 0);
    std::vector<bool> meets(sets.size(), false);
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
      for (const std::uint32_t profile : sets[i].profiles) {
        meets[i] = meets[i] || apart.cell_of[profile] != nowhere;
      }
      if (meets[i]) continue;
      for (const std::uint32_t profile : sets[i].profiles) apart.cell_of[profile] = i;
    }
    const Totals totals = evidence.totals(apart);
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
      if (meets[i]) continue;
      const auto safe = [&](const Known* one) {
        const Evidence worst = evidence.pessimistic(totals, totals, i, {}, one);
        const Telling telling = one == nullptr ? Telling::count : one->telling;
        return disclosure::judge(worst, telling, policy_).empty();
      };
      passes[i] = safe(nullptr) && std::all_of(known.begin(), known.end(), safe);
    }
    return passes;
  }

  void add(const Gathered& gathered, const Follows& follows, const Judged& judged) {
    const ReleasedSets& sets = comparison_->sets();
    HistoryFindings::Combined combined;
    combined.follows = &follows;
    combined.judged = &judged;
    std::set<std::uint32_t> tables;
    const ReleasedCell* named = nullptr;  // the smallest of the new cells
    for (const ReleasedCell& cell : follows.from) {
      if (cell.table != gathered.asking.table) {
        tables.insert(cell.table);
      } else if (named == nullptr || cell.atoms < named->atoms) {
        named = &cell;
      }
    }
    for (const std::uint32_t table : tables) combined.releases.push_back((*earlier_)[table]);
    if (named != nullptr) {
      const Family& family = sets.families[named->family];
      combined.grouping_set = family.grouping_set;
      combined.cell = coordinates(question_->tabulation, sets, family, named->cell);
      combined.statistic = judged.known == nullptr ? family.statistic : judged.known->statistic;
    }
    if (follows.hidden) {
      const Hidden& hidden = gathered.hidden[*follows.hidden];
      combined.cell_is_hidden = hidden.table == gathered.asking.table;
      if (combined.cell_is_hidden) {
        const auto family =
            std::ranges::find(sets.hidden, hidden.grouping_set, &Family::grouping_set);
        combined.grouping_set = hidden.grouping_set;
        combined.cell = coordinates(question_->tabulation, sets, *family, hidden.cell);
      }
    }
    findings_->add(combined);
  }

  const Question* question_;
  const std::vector<const Remembered*>* earlier_;
  TableComparison* comparison_;
  policies::Policy policy_;
  HistoryFindings* findings_;
};

Finding out_of_budget(std::string id, std::vector<std::string> args) {
  Finding finding;
  finding.rule = Rule::history;
  finding.verdict = Verdict::review;
  finding.message = {std::move(id), std::move(args)};
  return finding;
}

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
      gathered.add(done - 1, earlier->tabulation, theirs, false, steps);
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
  gathered.add(done, question.tabulation, comparison.sets(), true, steps);
  Together together(question, selection.comparable, comparison, policy, findings);
  if (!gathered.complete || !together.judge(gathered, budget.multiplications)) {
    findings.add(out_of_budget("history.budget_together", {}));
  }
  return findings.take();
}

}  // namespace sceau::disclosure
