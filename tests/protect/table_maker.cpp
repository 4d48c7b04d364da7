#include "tests/protect/table_maker.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sceau::disclosure::test {

CellTable make_table(const Made& made) {
  CellTable table;
  table.zeros_published = made.zeros_published;
  table.least = made.least;
  std::size_t all = 1;
  for (std::size_t d = 0; d < made.sizes.size(); ++d) {
    TableDimension dimension;
    dimension.name = "d" + std::to_string(d);
    for (std::uint32_t code = 0; code < made.sizes[d]; ++code) {
      dimension.codes.push_back(std::to_string(code));
    }
    dimension.total = made.sizes[d];
    dimension.codes.emplace_back("Total");
    table.dimensions.push_back(std::move(dimension));
    all *= made.sizes[d] + 1;
  }
  for (std::size_t number = 0; number < all; ++number) {
    TableCell cell;
    std::size_t rest = number;
    for (const auto size : made.sizes) {
      cell.codes.push_back(static_cast<std::uint32_t>(rest % (size + 1)));
      rest /= size + 1;
    }
    for (std::size_t inner = 0; inner < made.counts.size(); ++inner) {
      bool inside = true;
      std::size_t place = inner;
      for (std::size_t d = 0; d < made.sizes.size(); ++d) {
        const auto code = place % made.sizes[d];
        place /= made.sizes[d];
        inside = inside && (cell.codes[d] == made.sizes[d] || cell.codes[d] == code);
      }
      if (inside) cell.value += made.counts[inner];
    }
    cell.cost = std::max<std::int64_t>(cell.value, 1);
    cell.primary = cell.value < made.below && (cell.value > 0 || !made.zeros_published);
    if (cell.primary) {
      cell.demand = made.demand;
      cell.demand.below = std::min(cell.demand.below, cell.value - made.least);
    }
    table.cells.push_back(std::move(cell));
  }
  return table;
}

SumSystem system_of(const CellTable& table) {
  auto bound = bind(table);
  REQUIRE(std::holds_alternative<SumSystem>(bound));
  return std::get<SumSystem>(std::move(bound));
}

std::uint32_t cell_at(const CellTable& table, std::span<const std::uint32_t> codes) {
  const auto found =
      std::find_if(table.cells.begin(), table.cells.end(), [&](const TableCell& cell) {
        return std::equal(cell.codes.begin(), cell.codes.end(), codes.begin(), codes.end());
      });
  REQUIRE(found != table.cells.end());
  return static_cast<std::uint32_t>(found - table.cells.begin());
}

}  // namespace sceau::disclosure::test
