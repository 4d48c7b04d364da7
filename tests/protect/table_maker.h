#pragma once
// Small tables for tests, with all margins.

#include <cstdint>
#include <span>
#include <vector>

#include "disclosure/cell_table.h"

namespace sceau::disclosure::test {

/// A table of these sizes with a margin in each dimension. `counts`: the inner cells, the first
/// dimension's category changing fastest. Primary: 1 … below - 1, and 0 where zeros are hidden;
/// each has the demand, less what `least` rules out.
struct Made {
  std::vector<std::uint32_t> sizes;
  std::vector<std::int64_t> counts;
  std::int64_t below = 3;
  Demand demand{0, 0, 2};
  bool zeros_published = true;
  std::int64_t least = 1;
};
[[nodiscard]] CellTable make_table(const Made& made);

/// Its system; a test fails where there is none.
[[nodiscard]] SumSystem system_of(const CellTable& table);

/// The cell of a table with these codes.
[[nodiscard]] std::uint32_t cell_at(const CellTable& table, std::span<const std::uint32_t> codes);

}  // namespace sceau::disclosure::test
