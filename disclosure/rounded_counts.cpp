#include "disclosure/rounded_counts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "disclosure/exact.h"

namespace sceau::disclosure {
namespace {

/// Calls back with each finest cell and each cell that it is part of, itself among them.
template <typename Visit>
void each_part(const Table& table, const Visit& visit) {
  std::map<std::pair<std::uint32_t, std::vector<Member>>, std::size_t> places;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    places[{table.cells[i].grouping_set, table.cells[i].key}] = i;
  }
  const auto& sets = table.tabulation.grouping_sets;
  const std::uint32_t finest = shown_dimensions(table.tabulation);
  const auto first = std::find(sets.begin(), sets.end(), finest) - sets.begin();
  for (std::size_t leaf = 0; leaf < table.cells.size(); ++leaf) {
    if (table.cells[leaf].grouping_set != static_cast<std::uint32_t>(first)) continue;
    for (std::uint32_t set = 0; set < sets.size(); ++set) {
      auto key = table.cells[leaf].key;
      for (std::size_t d = 0; d < key.size(); ++d) {
        if (((sets[set] >> d) & 1U) == 0) key[d] = total;
      }
      visit(leaf, places.at({set, std::move(key)}));
    }
  }
}

}  // namespace

std::int64_t rounded(std::int64_t count, std::int64_t base) {
  return (count + base / 2) / base * base;
}

Possible possible_of(std::int64_t rounded, std::int64_t base) {
  return {std::max<std::int64_t>(0, rounded - base / 2), rounded + (base - 1) / 2};
}

bool can_be_rounded(const Tabulation& tabulation) {
  const auto counts = [](const Column& column) {
    const Function function = column.statistic.function;
    return (function == Function::count_rows || function == Function::count_values) &&
           !column.denominator && !column.percentage && !column.model;
  };
  return !tabulation.columns.empty() && tabulation.hidden.empty() && !tabulation.having_minimum &&
         std::all_of(tabulation.columns.begin(), tabulation.columns.end(), counts) &&
         shows_its_leaves(tabulation);
}

void round_counts(Table& table) {
  const std::int64_t base = table.tabulation.rounded_to;
  if (base == 0) return;
  for (std::size_t c = 0; c < table.tabulation.columns.size(); ++c) {
    std::vector<std::int64_t> sums(table.cells.size(), 0);
    each_part(table, [&](std::size_t leaf, std::size_t cell) {
      sums[cell] += rounded(table.cells[leaf].columns[c].evidence.rows, base);
    });
    for (std::size_t i = 0; i < sums.size(); ++i) {
      table.cells[i].columns[c].value = exact(sums[i], 0);
    }
  }
}

std::vector<Possible> possible_counts(const Table& table, std::size_t column) {
  std::vector<Possible> found(table.cells.size());
  const std::int64_t base = table.tabulation.rounded_to;
  each_part(table, [&](std::size_t leaf, std::size_t cell) {
    const Possible part = possible_of(to_int64(table.cells[leaf].columns[column].value), base);
    found[cell].low += part.low;
    found[cell].high += part.high;
  });
  return found;
}

}  // namespace sceau::disclosure
