#pragma once
// The slow and obvious attacker: writes down every table that fits what is published. Knows nothing
// of the code that it tests but the table and the pattern; rows and columns are its own.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "disclosure/sum_system.h"
#include "tests/protect/table_maker.h"

namespace sceau::disclosure::test {

struct Span {
  std::int64_t low;
  std::int64_t high;
};

/// What an attacker knows of a single cell: that it is `least` at least.
struct Known {
  std::size_t cell;
  std::int64_t least;
};

/// Of each cell of the table, what it is at least and at most over all tables of whole numbers that
/// fit: inner cells at most `cap`. `known`: of one cell, if any.
[[nodiscard]] std::vector<Span> all_that_fit(const Made& made, const CellTable& table,
                                             const Pattern& pattern, std::int64_t cap,
                                             std::optional<Known> known = std::nullopt);

/// Whether the attacker, and each insider where zeros are hidden, is left in doubt about every
/// primary cell.
[[nodiscard]] std::vector<bool> doubts(const Made& made, const CellTable& table,
                                       const Pattern& pattern, std::int64_t cap);

/// Whether all of them are, with one of the caps: with a hidden total there is no end to what fits,
/// so more and more values are tried.
[[nodiscard]] bool leaves_doubt(const Made& made, const CellTable& table, const Pattern& pattern,
                                std::initializer_list<std::int64_t> caps);

}  // namespace sceau::disclosure::test
