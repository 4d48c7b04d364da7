#include "disclosure/history_together.h"

#include <algorithm>
#include <set>

#include "disclosure/groups.h"

namespace sceau::disclosure {

Together::Together(const Question& question, const std::vector<const Remembered*>& earlier,
                   const Profiles& profiles, TableComparison& comparison,
                   const policies::Policy& policy, HistoryFindings& findings)
    : question_(&question),
      earlier_(&earlier),
      profiles_(&profiles),
      comparison_(&comparison),
      policy_(as_for_differences(policy)),
      findings_(&findings) {}

bool Together::judge(Gathered& gathered, const HistoryBudget& budget) {
  if (!gathered.cells.finish()) return false;
  gathered.asking.steps = budget.multiplications;
  std::uint64_t steps = 0;
  const auto follows = [&](std::optional<std::size_t> operand) {
    return what_follows(gathered.cells, gathered.hidden, gathered.asking, operand, steps);
  };
  const Answer counts = follows(std::nullopt);
  bool complete = ask(gathered, std::nullopt, counts, steps);
  for (std::size_t i = 0; complete && i < gathered.operands; ++i) {
    complete = ask(gathered, i, follows(i), steps);
  }
  if (complete) ask_of_bounds(gathered, counts, budget.bounds, steps);
  return complete;
}

bool Together::ask(const Gathered& gathered, std::optional<std::size_t> operand,
                   const Answer& answer, std::uint64_t& steps) {
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

// What is told nearly exactly is judged by how many units it has; other rules are about what is
// told exactly.
void Together::ask_of_bounds(const Gathered& gathered, const Answer& counts,
                             const BoundsBudget& budget, std::uint64_t& steps) {
  const Neighbourhoods all(*profiles_, gathered.cells, gathered.hidden, gathered.asking, counts);
  const BoundsAnswer answer = what_is_narrowed(all, gathered.asking, budget);
  in_doubt_ = answer.in_doubt;
  std::vector<std::vector<std::uint32_t>> sets;
  for (const Narrowed& one : answer.sets) sets.push_back(one.profiles);
  if (sets.empty()) return;
  const auto evidence = comparison_->evidence().of_sets(sets, steps);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (Judged& judged : judge_derived(evidence[i], {}, comparison_->evidence(), policy_)) {
      std::erase_if(judged.breaches,
                    [](const Breach& breach) { return breach.rule != policies::Rule::threshold; });
      add(gathered, answer.sets[i], judged);
    }
  }
}

// Large atoms follow from nearly every table, and to gather who stands behind them takes a pass
// over all rows: those that pass on evidence that is worse than the true one need none. Sets that
// meet others are left to that pass.
std::vector<bool> Together::surely_pass(const Gathered& gathered, const std::vector<Follows>& sets,
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

void Together::add(const Gathered& gathered, const Follows& follows, const Judged& judged) {
  HistoryFindings::Combined combined;
  combined.profiles = &follows.profiles;
  combined.judged = &judged;
  std::set<std::uint32_t> tables;
  std::optional<ReleasedCell> named;  // the smallest of the new cells
  for (const ReleasedCell& cell : follows.from) {
    if (cell.table != gathered.asking.table) {
      tables.insert(cell.table);
    } else if (!named || cell.atoms < named->atoms) {
      named = cell;
    }
  }
  for (const std::uint32_t table : tables) combined.releases.push_back((*earlier_)[table]);
  name(named, judged, combined);
  name_hidden(gathered, follows.hidden, combined);
  findings_->add(combined);
}

void Together::add(const Gathered& gathered, const Narrowed& narrowed, const Judged& judged) {
  HistoryFindings::Combined combined;
  combined.profiles = &narrowed.profiles;
  combined.judged = &judged;
  combined.narrowed = true;
  for (const std::uint32_t table : narrowed.tables) {
    combined.releases.push_back((*earlier_)[table]);
  }
  name(narrowed.named, judged, combined);
  name_hidden(gathered, narrowed.hidden, combined);
  findings_->add(combined);
}

void Together::name(const std::optional<ReleasedCell>& cell, const Judged& judged,
                    HistoryFindings::Combined& combined) const {
  if (!cell) return;
  const ReleasedSets& sets = comparison_->sets();
  const Family& family = sets.families[cell->family];
  combined.grouping_set = family.grouping_set;
  combined.cell = coordinates(question_->tabulation, sets, family, cell->cell);
  combined.statistic = judged.known == nullptr ? family.statistic : judged.known->statistic;
}

void Together::name_hidden(const Gathered& gathered, const std::optional<std::size_t>& number,
                           HistoryFindings::Combined& combined) const {
  if (!number) return;
  const Hidden& hidden = gathered.hidden[*number];
  combined.cell_is_hidden = hidden.table == gathered.asking.table;
  if (!combined.cell_is_hidden) return;
  const ReleasedSets& sets = comparison_->sets();
  const auto family = std::ranges::find(sets.hidden, hidden.grouping_set, &Family::grouping_set);
  combined.grouping_set = hidden.grouping_set;
  combined.cell = coordinates(question_->tabulation, sets, *family, hidden.cell);
}

}  // namespace sceau::disclosure
