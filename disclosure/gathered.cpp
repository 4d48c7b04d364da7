#include "disclosure/gathered.h"

#include "disclosure/groups.h"

namespace sceau::disclosure {
namespace {

constexpr std::size_t most_operands = 64;

std::vector<Known> operands_of(TableComparison& comparison) {
  std::vector<Known> known = comparison.evidence().known();
  if (known.size() > most_operands) known.resize(most_operands);
  return known;
}

// HAVING hides cells where nobody is, too. A hidden cell that it wouldn't hide can have any number.
Hidden hidden_cell(std::uint32_t table, const Tabulation& tabulation, const Family& family,
                   std::uint32_t cell) {
  Hidden made{table, family.grouping_set, cell, {}, family.rows[cell]};
  const std::optional<std::int64_t> shown_from = tabulation.having_minimum;
  made.least = shown_from ? 0 : 1;
  if (shown_from && made.rows < *shown_from) made.most = *shown_from - 1;
  return made;
}

}  // namespace

Gathered::Gathered(const Profiles& profiles, TableComparison& comparison,
                   const policies::Policy& policy, const HistoryBudget& budget)
    : cells(profiles, operands_of(comparison), budget.entries),
      operands(operands_of(comparison).size()),
      complete(comparison.evidence().known().size() <= most_operands),
      most_entries_(budget.entries) {
  const std::int64_t minimum = policy.history.minimum;
  const std::int64_t most = comparison.evidence().most_rows_of_a_unit();
  // As many rows could be those of so many units and of the one that is not known.
  asking.pair_rows = most == 1 ? minimum : most * minimum + 1;
}

void Gathered::add(std::uint32_t table, const Tabulation& tabulation, const ReleasedSets& sets,
                   std::uint64_t& steps) {
  complete = complete && cells.add(table, sets, steps);
  if (!complete) return;  // nobody will ask
  asking.table = table;
  asking.bytes += rows_signature(tabulation) + "\n";
  for (const Family& family : sets.hidden) {
    const std::size_t first = hidden.size();
    for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
      hidden.push_back(hidden_cell(table, tabulation, family, cell));
    }
    for (std::uint32_t profile = 0; profile < family.cell_of.size(); ++profile) {
      const std::uint32_t cell = family.cell_of[profile];
      if (cell == nowhere) continue;
      hidden[first + cell].profiles.push_back(profile);
      ++hidden_entries_;
    }
    complete = complete && hidden_entries_ <= most_entries_;
  }
}

}  // namespace sceau::disclosure
