// The audit of hidden cells: what it calls certified, an attacker who writes down every table that
// fits can't narrow; what it calls unsafe, they can.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "disclosure/certifier.h"
#include "disclosure/fault.h"
#include "disclosure/prime_field.h"
#include "tests/every.h"
#include "tests/protect/enumerate.h"
#include "tests/protect/table_maker.h"

using namespace sceau::disclosure;
using namespace sceau::disclosure::test;
using sceau::test::every;

namespace {

Pattern hide(const CellTable& table, const SumSystem& system,
             const std::vector<std::vector<std::uint32_t>>& cells) {
  auto pattern = system.least_pattern();
  for (const auto& codes : cells) pattern[cell_at(table, codes)] = 1;
  return pattern;
}

CellAudit audit_of(const SumSystem& system, const Pattern& pattern, std::uint32_t cell) {
  for (auto& answer : audit(system, pattern, {})) {
    if (answer.cell == cell) return answer;
  }
  FAIL("no answer");
  return {};
}

/// Compares the audit of a pattern with the enumeration; certified cells also by their certificate.
void check_against_enumeration(const Made& made, const CellTable& table, const SumSystem& system,
                               const Pattern& pattern, std::int64_t cap) {
  const auto truth = doubts(made, table, pattern, cap);
  for (const auto& answer : audit(system, pattern, {})) {
    CAPTURE(answer.cell);
    CHECK(answer.safety != Safety::not_certified);
    CHECK((answer.safety == Safety::certified) == truth[answer.cell]);
    if (answer.safety == Safety::certified) {
      CHECK(proves(system, pattern, answer.certificate));
    }
  }
}

}  // namespace

TEST_CASE("a cell that the margins give back is unsafe by linear algebra") {
  const auto table = make_table({{2, 2}, {1, 7, 9, 6}});
  const auto system = system_of(table);
  const auto cell = cell_at(table, std::array{0U, 0U});
  const auto answer = audit_of(system, system.least_pattern(), cell);
  CHECK(answer.safety == Safety::unsafe);
  CHECK(answer.ground == Ground::linear);
}

TEST_CASE(
    "hidden with three others in a square it is certified, and the certificate can be checked") {
  const auto table = make_table({{2, 2}, {1, 7, 9, 6}});
  const auto system = system_of(table);
  const auto cell = cell_at(table, std::array{0U, 0U});
  const auto pattern = hide(table, system, {{1, 0}, {0, 1}, {1, 1}});
  const auto answer = audit_of(system, pattern, cell);
  REQUIRE(answer.safety == Safety::certified);
  CHECK(proves(system, pattern, answer.certificate));
  auto spoilt = answer.certificate;
  spoilt.proofs[0].high.pop_back();
  CHECK_FALSE(proves(system, pattern, spoilt));
  CHECK_FALSE(proves(system, system.least_pattern(), answer.certificate));
}

TEST_CASE("15 = 10 + 3 + x + x shows two ones where every hidden cell has at least one") {
  const auto table = make_table({{4}, {10, 3, 1, 1}});
  const auto system = system_of(table);
  const auto cell = cell_at(table, std::array{2U});
  const auto answer = audit_of(system, system.least_pattern(), cell);
  CHECK(answer.safety == Safety::unsafe);
  CHECK(answer.ground == Ground::bounds);
  // Linear algebra alone sees nothing there.
  CHECK(determined(system, system.least_pattern())[cell] == 0);
}

TEST_CASE("an interval of two values is no protection where three are demanded") {
  const auto table = make_table({{3}, {10, 1, 2}});  // 1 + 2 = 3: each is 1 or 2
  const auto system = system_of(table);
  for (const auto& answer : audit(system, system.least_pattern(), {})) {
    CHECK(answer.safety == Safety::unsafe);
  }
  auto narrow = table;
  for (auto& cell : narrow.cells) cell.demand.width = std::min<std::int64_t>(cell.demand.width, 1);
  const auto easier = system_of(narrow);
  for (const auto& answer : audit(easier, easier.least_pattern(), {})) {
    CHECK(answer.safety == Safety::certified);
  }
}

TEST_CASE("whoever knows their own value sees through a square that rests on it") {
  Made made{{2, 2}, {50, 70, 90, 60}};
  made.below = 0;
  auto table = make_table(made);
  table.counts = false;
  for (auto& cell : table.cells) {
    cell.primary = false;
    if (cell.codes == std::vector<std::uint32_t>{0, 0}) {
      cell.primary = true;
      cell.demand = {5, 5, 0};
    }
  }
  const auto outside = system_of(table);
  const auto pattern = hide(table, outside, {{1, 0}, {0, 1}, {1, 1}});
  const auto cell = cell_at(table, std::array{0U, 0U});
  CHECK(audit_of(outside, pattern, cell).safety == Safety::certified);
  table.cells[cell_at(table, std::array{1U, 1U})].single = true;
  const auto inside = system_of(table);
  const auto answer = audit_of(inside, pattern, cell);
  CHECK(answer.safety == Safety::unsafe);
  CHECK(answer.insider.has_value());
}

TEST_CASE("whoever is counted in a cell knows without any table that it holds one") {
  // One person behind 1 | 0 | total 1: whatever is hidden, they know that the total isn't 0.
  Made made{{2, 2}, {1, 20, 0, 30}};
  made.zeros_published = false;
  made.least = 0;
  const auto table = make_table(made);
  const auto cell = cell_at(table, std::array{0U, 2U});
  auto demanding = table;
  demanding.cells[cell].demand = {1, 9, 2};
  const auto system = system_of(demanding);
  const Insider* inside = nullptr;
  for (const auto& insider : system.insiders()) {
    if (insider.cell == cell_at(table, std::array{0U, 0U})) inside = &insider;
  }
  REQUIRE(inside != nullptr);
  CHECK(demand_against(system, cell, nullptr).below == 1);
  CHECK(demand_against(system, cell, inside).below == 0);
  CHECK(demand_against(system, cell, inside).above == 9);
  const Pattern pattern(system.cells().size(), 1);
  auto answer = audit_of(system, pattern, cell);
  REQUIRE(answer.safety == Safety::certified);
  REQUIRE(answer.certificate.proofs.size() > 1);
  CHECK(proves(system, pattern, answer.certificate));
  // For all others the total must look as if it could be 0: the insider's proof alone isn't enough.
  std::swap(answer.certificate.proofs.front(), answer.certificate.proofs.back());
  CHECK_FALSE(proves(system, pattern, answer.certificate));
}

TEST_CASE("linked trees over the same leaves are one system") {
  // Four leaves, summed two ways: AB|CD and AC|BD. With A hidden, D and two of the sums don't help.
  CellTable table;
  TableDimension place;
  place.name = "place";
  place.codes = {"A", "B", "C", "D", "AB", "CD", "AC", "BD", "Total"};
  place.total = 8;
  place.trees = {{{0, 4}, {1, 4}, {2, 5}, {3, 5}}, {{0, 6}, {2, 6}, {1, 7}, {3, 7}}};
  table.dimensions = {place};
  const std::vector<std::int64_t> values = {1, 20, 30, 40, 21, 70, 31, 60, 91};
  for (std::uint32_t code = 0; code < values.size(); ++code) {
    TableCell cell;
    cell.codes = {code};
    cell.value = values[code];
    cell.cost = values[code];
    cell.primary = code == 0;
    if (cell.primary) cell.demand.width = 2;
    table.cells.push_back(cell);
  }
  const auto system = system_of(table);
  // One tree alone would be satisfied with A and B; the other gives A back as AC - C.
  auto pattern = system.least_pattern();
  pattern[1] = 1;
  CHECK(audit_of(system, pattern, 0).ground == Ground::linear);
  for (const auto cell : {2, 3}) pattern[cell] = 1;
  CHECK(audit_of(system, pattern, 0).safety == Safety::certified);
}

TEST_CASE("a sum that is in no table binds its cells, and a missing leaf is a zero that all see") {
  auto table = make_table({{2, 2}, {4, 0, 9, 6}});
  std::erase_if(table.cells, [](const TableCell& cell) {
    return cell.value == 0 || cell.codes == std::vector<std::uint32_t>{2, 0};
  });
  const auto system = system_of(table);
  CHECK(system.cells().size() == table.cells.size() + 1);
  CHECK(system.cells().back().value == 4);
  CHECK(system.cells().back().handling == Handling::absent);
}

TEST_CASE("a table whose parts don't add up, or that says a cell twice, is refused") {
  auto table = make_table({{2, 2}, {4, 5, 9, 6}});
  table.cells[0].value += 1;
  auto fault = bind(table);
  REQUIRE(std::holds_alternative<TableFault>(fault));
  CHECK(std::get<TableFault>(fault).kind == TableFault::Kind::not_additive);
  table.cells[0].value -= 1;
  table.cells.push_back(table.cells[0]);
  fault = bind(table);
  REQUIRE(std::holds_alternative<TableFault>(fault));
  CHECK(std::get<TableFault>(fault).kind == TableFault::Kind::twice);
}

TEST_CASE("a pattern that publishes a primary cell is refused") {
  const auto system = system_of(make_table({{2, 2}, {1, 7, 9, 6}}));
  CHECK_THROWS_AS(audit(system, Pattern(system.cells().size(), 0), {}), DisclosureError);
}

TEST_CASE("every pattern over 2 by 2 tables is judged as enumeration judges it") {
  // All tables of counts 0..4 by every 37th pattern; all of them where everything is asked for.
  const auto stride = static_cast<std::uint32_t>(sceau::test::stride(37));
  std::uint32_t turn = 0;
  for (std::uint32_t number = 0; number < 625; ++number) {
    Made made{{2, 2}, {number % 5, number / 5 % 5, number / 25 % 5, number / 125}};
    for (const bool zeros : {true, false}) {
      made.zeros_published = zeros;
      made.least = zeros ? 1 : 0;
      const auto table = make_table(made);
      const auto system = system_of(table);
      const auto least = system.least_pattern();
      for (std::uint32_t bits = 0; bits < 512; ++bits) {
        Pattern pattern(table.cells.size());
        for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = bits >> i & 1U;
        if (!system.allows(pattern) || turn++ % stride != 0) continue;
        CAPTURE(number);
        CAPTURE(zeros);
        CAPTURE(bits);
        check_against_enumeration(made, table, system, pattern, 9);
      }
    }
  }
}

TEST_CASE("random patterns over 2 by 2 by 2 and 3 by 3 tables are judged as enumeration judges") {
  std::uint64_t state = 7;
  const auto asked = every();
  const std::uint32_t worlds = asked.all ? 20'000 : 300;
  for (std::uint32_t world = 0; world < worlds; ++world) {
    Made made;
    made.sizes =
        world % 2 == 0 ? std::vector<std::uint32_t>{2, 2, 2} : std::vector<std::uint32_t>{3, 3};
    made.counts.resize(world % 2 == 0 ? 8 : 9);
    for (auto& count : made.counts) count = static_cast<std::int64_t>(draw(state) % 5);
    made.zeros_published = draw(state) % 4 != 0;
    made.least = made.zeros_published ? 1 : 0;
    if (draw(state) % 2 == 0) made.demand = {2, 2, 2};
    const auto table = make_table(made);
    const auto system = system_of(table);
    auto pattern = system.least_pattern();
    // Inner cells and few margins: with free margins the tables that fit are past counting.
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const auto& codes = table.cells[i].codes;
      std::size_t margins = 0;
      for (std::size_t d = 0; d < codes.size(); ++d) margins += codes[d] == made.sizes[d] ? 1U : 0U;
      const auto one_in = margins == 0 ? 2U : margins < codes.size() ? 8U : 1000U;
      if (system.cells()[i].handling == Handling::open && draw(state) % one_in == 0) pattern[i] = 1;
    }
    if (!asked.has(world)) continue;
    CAPTURE(world);
    check_against_enumeration(made, table, system, pattern, 12);
  }
}
