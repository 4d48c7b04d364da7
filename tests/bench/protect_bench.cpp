// Secondary suppression of generated tables in three dimensions, two of them hierarchical: counts 1
// to 4 are primary, zeros are published, a hidden cell has at least 1, width 2.
//
//   bench_protect [CELLS …]     about so many cells; default 3000 30000 150000

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <variant>
#include <vector>

#include "disclosure/cell_table.h"
#include "disclosure/first_pattern.h"
#include "disclosure/linear_program.h"
#include "disclosure/prime_field.h"
#include "disclosure/suppress.h"

namespace {

using namespace sceau::disclosure;

/// A dimension: so many groups of so many leaves; 1 group: none.
struct Shape {
  std::uint32_t groups;
  std::uint32_t leaves;
};

TableDimension dimension_of(const Shape& shape, const std::string& name) {
  TableDimension dimension;
  dimension.name = name;
  const auto all = shape.groups * shape.leaves;
  for (std::uint32_t leaf = 0; leaf < all; ++leaf)
    dimension.codes.push_back("l" + std::to_string(leaf));
  if (shape.groups > 1) {
    CodeTree tree;
    for (std::uint32_t group = 0; group < shape.groups; ++group) {
      dimension.codes.push_back("g" + std::to_string(group));
    }
    for (std::uint32_t leaf = 0; leaf < all; ++leaf)
      tree.emplace_back(leaf, all + leaf / shape.leaves);
    dimension.trees.push_back(std::move(tree));
  }
  dimension.total = static_cast<std::uint32_t>(dimension.codes.size());
  dimension.codes.emplace_back("Total");
  return dimension;
}

/// The codes that a leaf counts in: itself, its group, the total.
std::vector<std::uint32_t> above(const Shape& shape, std::uint32_t leaf) {
  const auto all = shape.groups * shape.leaves;
  if (shape.groups == 1) return {leaf, all};
  return {leaf, all + leaf / shape.leaves, all + shape.groups};
}

double even(std::uint64_t& state) { return static_cast<double>(draw(state) >> 11) * 0x1.0p-53; }

/// Counts whose logarithms spread widely, as sizes of schools by département and series do.
CellTable make(const std::array<Shape, 3>& shapes) {
  CellTable table;
  std::vector<std::size_t> stride;
  std::size_t all = 1;
  for (std::size_t d = 0; d < 3; ++d) {
    table.dimensions.push_back(dimension_of(shapes[d], "d" + std::to_string(d)));
    stride.push_back(all);
    all *= table.dimensions[d].codes.size();
  }
  std::vector<std::int64_t> values(all, 0);
  std::uint64_t state = 30'261;
  for (std::uint32_t a = 0; a < shapes[0].groups * shapes[0].leaves; ++a) {
    for (std::uint32_t b = 0; b < shapes[1].groups * shapes[1].leaves; ++b) {
      for (std::uint32_t c = 0; c < shapes[2].groups * shapes[2].leaves; ++c) {
        const double spread = even(state) + even(state) + even(state) + even(state) - 2;
        const auto count = static_cast<std::int64_t>(std::exp(2.6 + 2.4 * spread));
        for (const auto x : above(shapes[0], a)) {
          for (const auto y : above(shapes[1], b)) {
            for (const auto z : above(shapes[2], c)) {
              values[x * stride[0] + y * stride[1] + z * stride[2]] += count;
            }
          }
        }
      }
    }
  }
  for (std::size_t index = 0; index < all; ++index) {
    TableCell cell;
    for (std::size_t d = 0; d < 3; ++d) {
      cell.codes.push_back(
          static_cast<std::uint32_t>(index / stride[d] % table.dimensions[d].codes.size()));
    }
    cell.value = cell.cost = values[index];
    cell.primary = cell.value >= 1 && cell.value <= 4;
    if (cell.primary) cell.demand.width = 2;
    table.cells.push_back(std::move(cell));
  }
  return table;
}

void run(std::size_t wanted) {
  const std::array<Shape, 3> shapes =
      wanted <= 5'000    ? std::array<Shape, 3>{{{4, 5}, {3, 3}, {1, 8}}}
      : wanted <= 60'000 ? std::array<Shape, 3>{{{10, 12}, {5, 3}, {1, 10}}}
                         : std::array<Shape, 3>{{{20, 15}, {8, 5}, {1, 9}}};
  const auto table = make(shapes);
  const auto begun = std::chrono::steady_clock::now();
  const auto processor = std::clock();
  const auto bound = bind(table);
  const auto& system = std::get<SumSystem>(bound);
  const auto found = suppress(system, {});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto busy = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const auto again = std::chrono::steady_clock::now();
  const auto first = cost_of(system, first_pattern(system).pattern);
  const std::chrono::duration<double> eliminated = std::chrono::steady_clock::now() - again;
  std::size_t secondary = 0;
  std::size_t certified = 0;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    secondary += found.pattern[i] != 0 && !table.cells[i].primary ? 1U : 0U;
  }
  for (const auto& audit : found.audits) certified += audit.safety == Safety::certified ? 1U : 0U;
  std::printf(
      "%zu cells, %zu primary, %zu certified; %zu secondary of value %lld; %.2f s, processor %.2f "
      "s\n  elimination alone, against exact disclosure only: value %lld; %.2f s\n",
      table.cells.size(), found.audits.size(), certified, secondary,
      static_cast<long long>(found.cost), took.count(), busy, static_cast<long long>(first),
      eliminated.count());
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  keep_memory_between_programs();  // as sceau protect does
  if (count < 2) {
    for (const std::size_t cells : {3'000U, 30'000U, 150'000U}) run(cells);
  }
  for (int i = 1; i < count; ++i)
    run(static_cast<std::size_t>(std::strtoull(words[i], nullptr, 10)));
}
