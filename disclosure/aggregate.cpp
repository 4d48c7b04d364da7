// One pass: rows into groups (groups.h), groups into cells (cells.h), measures into results.

#include <numeric>

#include "disclosure/cell_filler.h"
#include "disclosure/cells.h"
#include "disclosure/fault.h"
#include "disclosure/groups.h"
#include "disclosure/model_fit.h"
#include "disclosure/plan.h"
#include "disclosure/rounded_counts.h"
#include "disclosure/table.h"

namespace sceau::disclosure {
namespace {

// Whether no two groups fall into one cell.
bool is_finest(const Tabulation& tabulation, std::uint32_t set) {
  const std::size_t width = tabulation.dimensions.size();
  return tabulation.grouping_sets[set] == (std::uint32_t{1} << width) - 1;
}

// Each cell's group, where each cell has at most one.
std::vector<std::uint32_t> invert(const std::vector<std::uint32_t>& cell_of, std::size_t cells) {
  std::vector<std::uint32_t> group_of(cells, static_cast<std::uint32_t>(cell_of.size()));
  for (std::uint32_t group = 0; group < cell_of.size(); ++group) group_of[cell_of[group]] = group;
  return group_of;
}

std::vector<std::uint32_t> counted_up(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void hide_cells(Table& table) {
  if (table.tabulation.hidden.empty()) return;
  for (Cell& cell : table.cells) {
    cell.suppressed = cell.suppressed || hides(table.tabulation, place_of(table, cell));
  }
}

}  // namespace

HiddenCell place_of(const Table& table, const Cell& cell) {
  HiddenCell place{cell.grouping_set, {}};
  for (std::size_t d = 0; d < table.domains.size(); ++d) {
    const Member member = cell.key[d];
    place.codes.push_back(
        member == total ? std::nullopt : table.domains[d].codes[static_cast<std::size_t>(member)]);
  }
  return place;
}

Table tabulate(const Tabulation& tabulation, const Source& source,
               const policies::Codebook& codebook, const Cancelled& cancelled, int threads,
               Detail detail) {
  const Plan plan = make_plan(tabulation, source, codebook, detail);
  Scan found = scan(plan, cancelled, threads);
  const Keys keys = observed_keys(tabulation, plan, found);
  Table table{tabulation, keys.domains,
              detail == Detail::results ? observed_cells(tabulation, keys)
                                        : possible_cells(tabulation, keys, codebook)};
  bool is_settled = false;
  for (std::uint32_t set = 0; set < tabulation.grouping_sets.size(); ++set) {
    if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
    std::vector<Cell*> cells;
    std::vector<const Cell*> sorted;
    for (Cell& cell : table.cells) {
      if (cell.grouping_set != set) continue;
      cells.push_back(&cell);
      sorted.push_back(&cell);
    }
    std::vector<std::uint32_t> to;
    if (keys.width == 0) {
      to.assign(found.groups.count, 0);
    } else {
      to = cells_of_groups(keys, tabulation.grouping_sets[set], sorted);
    }
    if (is_finest(tabulation, set)) {
      CellFiller(tabulation, plan, found.groups, cells, invert(to, cells.size())).fill();
      continue;
    }
    if (!is_settled) found.groups = settled(std::move(found.groups), plan);
    is_settled = true;
    const Groups coarser = regroup(found.groups, plan, to, cells.size());
    CellFiller(tabulation, plan, coarser, cells, counted_up(cells.size())).fill();
  }
  hide_cells(table);
  round_counts(table);
  fit_models(table, source, codebook, cancelled, threads);
  return table;
}

}  // namespace sceau::disclosure
