#pragma once
// Level 2 of the release history: which small sets follow from all released cells together, that
// did not follow before the new table.
//
//   {11 of 2nde}, {12 of 2nde and Anna}, …: any sum and difference of cells, with any weights.
//
// The question is asked of each atom, of each pair of atoms that could be too few, and of each cell
// that a HAVING hides. (For any set at all it is NP-hard: it contains subset sum.) It is asked of
// counts, and of each operand's sums over those cells whose sums are told.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/released_cells.h"
#include "disclosure/row_space.h"
#include "disclosure/sum_system.h"

namespace sceau::disclosure {

/// A cell that a table doesn't show.
struct Hidden {
  std::uint32_t table = 0;
  std::size_t grouping_set = 0;
  std::uint32_t cell = 0;               ///< of ReleasedSets::hidden
  std::vector<std::uint32_t> profiles;  ///< ascending
  std::int64_t rows = 0;
  std::int64_t least = 0;  ///< rows that everybody knows it to have, and can have at most
  std::int64_t most = unlimited;
};

/// A set that follows.
struct Follows {
  std::vector<std::uint32_t> profiles;  ///< ascending
  std::optional<std::size_t> hidden;    ///< it is this one of the hidden cells
  std::vector<ReleasedCell> from;       ///< needed for it; at least one of the new table
};

/// What is asked, beside the cells. `table` is the new one's number, the largest.
struct Asking {
  std::uint32_t table = 0;
  std::int64_t pair_rows = 0;  ///< two atoms with fewer rows together could be too few
  std::string bytes;           ///< of the whole question: what the primes are drawn from
  std::uint64_t steps = 0;     ///< most that may be done: multiplications
  Cancelled cancelled = {};
};

struct Answer {
  std::vector<Follows> sets;
  bool complete = false;  ///< false: out of budget, and more may follow
  /// Of counts alone, for level 3: by atom, 1: it follows, or followed before the new table; and
  /// cells of which all others are combinations, earlier tables' first.
  std::vector<std::uint8_t> fixed = {};
  std::vector<std::uint8_t> fixed_before = {};
  std::vector<ReleasedCell> basis = {};
};

/// What follows by counts (`operand` nullopt) or by sums of the operand with that number. `steps`
/// grows by what was done. Throws DisclosureError.
[[nodiscard]] Answer what_follows(const ReleasedCells& cells, const std::vector<Hidden>& hidden,
                                  const Asking& asking, std::optional<std::size_t> operand,
                                  std::uint64_t& steps);

}  // namespace sceau::disclosure
