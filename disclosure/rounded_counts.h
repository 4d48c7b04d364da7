#pragma once
// Counts rounded to a base: each finest cell to the nearest multiple, half up, each margin the sum
// of what stands beneath it. So the rounded table adds up, and whoever has it and knows how it was
// made knows of each finest count that it is one of the values that are rounded so, and no more:
// all of them give the same table, margins included.
//
//   base 5:   1 | 7 | 8      0 | 5 | 5       1 could be 0, 1 or 2; 7 could be 3 … 7
//             9 | 3 | 12    10 | 5 | 15

#include <cstdint>
#include <vector>

#include "disclosure/table.h"

namespace sceau::disclosure {

/// What a count could have been, ends included.
struct Possible {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

[[nodiscard]] std::int64_t rounded(std::int64_t count, std::int64_t base);
/// Of a finest cell.
[[nodiscard]] Possible possible_of(std::int64_t rounded, std::int64_t base);

/// Whether the columns are counts of rows or values, and some grouping set shows every dimension
/// that any shows.
[[nodiscard]] bool can_be_rounded(const Tabulation& tabulation);

/// Rounds as the tabulation's `rounded_to` says; its evidence stays true.
void round_counts(Table& table);

/// By cell of a rounded table: what the counts of a column could have been.
[[nodiscard]] std::vector<Possible> possible_counts(const Table& table, std::size_t column);

}  // namespace sceau::disclosure
