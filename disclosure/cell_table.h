#pragma once
// A table of cells as a system of sums: categories of each dimension with their trees, cells, and
// what an attacker knows beforehand.
//
//   sexe \ serie    A   B   Total         dimensions  sexe {F, M, Total}, serie {A, B, Total}
//   F               3   7   10            sums        F/A + F/B = F/Total, F/A + M/A = Total/A, …
//   M               9   6   15
//   Total          12  13   25
//
// A dimension can have several trees over the same leaves (départements by academy and by region):
// each gives sums of its own, and all hold at once. A category that a tree doesn't name stands
// right under the total in it. A cell of leaves that the table doesn't have is a zero that
// everybody sees; a sum that it doesn't have is published to nobody, but binds the cells all the
// same.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "disclosure/sum_system.h"

namespace sceau::disclosure {

/// (category, the category above it), as places in TableDimension::codes.
using CodeTree = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

struct TableDimension {
  std::string name;
  std::vector<std::string> codes;
  std::optional<std::uint32_t>
      total;                    ///< the code of the margin over all; none: there is no margin
  std::vector<CodeTree> trees;  ///< none: all codes stand right under the total
};

struct TableCell {
  std::vector<std::uint32_t> codes;  ///< one a dimension
  std::int64_t value = 0;            ///< a count, or a value times a power of ten
  std::int64_t cost = 0;             ///< of hiding it
  bool primary = false;
  Demand demand;        ///< of a primary cell
  bool single = false;  ///< one contributor stands behind it, who knows the value
};

struct CellTable {
  std::vector<TableDimension> dimensions;
  std::vector<TableCell> cells;
  bool zeros_published = true;  ///< then a zero is never hidden
  std::int64_t least = 1;       ///< what everybody knows a hidden cell to have at least
  /// Values are counts: whoever is counted in a cell knows that it isn't empty.
  bool counts = true;
};

/// Why a table can't be protected as it is.
struct TableFault {
  enum class Kind {
    not_additive,     ///< the parts don't add up to `cell` along `dimension`
    twice,            ///< the cell stands in the table twice
    below_least,      ///< its value is below what everybody is said to know
    zero_is_primary,  ///< zeros are published, and it is one
    circle,           ///< a category of `dimension` is above itself
    too_large         ///< more combinations of categories than most_combinations
  };
  Kind kind = Kind::not_additive;
  std::vector<std::uint32_t> cell;  ///< its codes; empty where it is none's
  std::size_t dimension = 0;
};

inline constexpr std::size_t most_combinations = 8'000'000;

/// The table's cells are the system's first, in the same order; sums that the table doesn't have
/// follow. Throws DisclosureError (malformed) where a number is out of range.
[[nodiscard]] std::variant<SumSystem, TableFault> bind(const CellTable& table);

}  // namespace sceau::disclosure
