#include "tests/disclosure/follows.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "disclosure/together.h"

namespace sceau::disclosure {
namespace {

std::vector<std::string> codes_of(const std::vector<Coordinate>& cell) {
  std::vector<std::string> codes;
  for (const Coordinate& at : cell) {
    codes.push_back(at.is_total ? "Total" : at.code.value_or("NA"));
  }
  return codes;
}

}  // namespace

Following follows_from(const std::vector<Tabulation>& tables, const Source& rows,
                       const policies::Codebook& book, std::int64_t pair_rows) {
  Named named;
  for (const Tabulation& one : tables) named.add(one, book);
  const Profiles profiles(rows, named, {});
  ReleasedCells cells(profiles, {}, 10'000'000);
  std::vector<Hidden> hidden;
  std::vector<std::vector<std::string>> codes;
  Asking asking;
  asking.pair_rows = pair_rows;
  asking.steps = 1'000'000'000;
  asking.bytes = "a test";
  std::uint64_t steps = 0;
  for (std::uint32_t i = 0; i < tables.size(); ++i) {
    const ReleasedSets sets = released_sets(tables[i], profiles, book);
    REQUIRE(cells.add(i, sets, steps));
    asking.table = i;
    for (const Family& family : sets.hidden) {
      for (std::uint32_t cell = 0; cell < family.cells(); ++cell) {
        hidden.push_back({i, family.grouping_set, cell, {}});
        codes.push_back(codes_of(coordinates(tables[i], sets, family, cell)));
        for (std::uint32_t p = 0; p < family.cell_of.size(); ++p) {
          if (family.cell_of[p] == cell) hidden.back().profiles.push_back(p);
        }
      }
    }
  }
  REQUIRE(cells.finish());
  const Answer answer = what_follows(cells, hidden, asking, std::nullopt, steps);
  REQUIRE(answer.complete);
  Following found;
  for (const Follows& one : answer.sets) {
    CHECK(found.sets.insert(one.profiles).second);
    CHECK(std::ranges::any_of(
        one.from, [&](const ReleasedCell& cell) { return cell.table == asking.table; }));
    if (!one.hidden) continue;
    found.hidden.insert(one.profiles);
    found.hidden_cells.insert(codes[*one.hidden]);
  }
  return found;
}

}  // namespace sceau::disclosure
