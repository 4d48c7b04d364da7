#pragma once
// The slow and obvious attacker: writes down every table that fits what is published. Knows nothing
// of the code that it tests but the table and the pattern; rows and columns are its own.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/sum_system.h"
#include "tests/protect/table_maker.h"

namespace sceau::disclosure::test {

struct Span {
  std::int64_t low;
  std::int64_t high;
};

/// Of each cell of the table, what it is at least and at most over all tables of whole numbers that
/// fit: inner cells at most `cap`. `least_of`: the attacker's knowledge of a single cell, if any.
struct Known {
  std::size_t cell;
  std::int64_t least;
};
[[nodiscard]] std::vector<Span> all_that_fit(const Made& made, const CellTable& table,
                                             const Pattern& pattern, std::int64_t cap,
                                             std::optional<Known> known = std::nullopt);

/// Whether the attacker, and each insider where zeros are hidden, is left in doubt about every
/// primary cell.
[[nodiscard]] std::vector<bool> doubts(const Made& made, const CellTable& table,
                                       const Pattern& pattern, std::int64_t cap);

}  // namespace sceau::disclosure::test
