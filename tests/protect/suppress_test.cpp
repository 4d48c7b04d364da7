// Proposals: every primary cell is in doubt for an attacker who writes down every table that fits.

#include "disclosure/suppress.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "disclosure/prime_field.h"
#include "tests/every.h"
#include "tests/protect/enumerate.h"
#include "tests/protect/table_maker.h"

using namespace sceau::disclosure;
using namespace sceau::disclosure::test;
using sceau::test::every;

namespace {

bool safe_by_enumeration(const Made& made, const CellTable& table, const Pattern& pattern) {
  return leaves_doubt(made, table, pattern, {6, 12});
}

void check_proposal(const Made& made) {
  const auto table = make_table(made);
  const auto system = system_of(table);
  const auto proposal = suppress(system, {});
  REQUIRE(system.allows(proposal.pattern));
  for (const auto& audit : proposal.audits) {
    REQUIRE(audit.safety == Safety::certified);
    REQUIRE(proves(system, proposal.pattern, audit.certificate));
  }
  if (!proposal.audits.empty()) REQUIRE(safe_by_enumeration(made, table, proposal.pattern));
}

/// Whether no mirror or turn of the 2 by 2 by 2 table comes before it.
bool is_first_of_its_kind(const std::array<std::int64_t, 8>& counts) {
  std::array<std::uint32_t, 3> axes{0, 1, 2};
  do {
    for (std::uint32_t flips = 0; flips < 8; ++flips) {
      std::array<std::int64_t, 8> turned{};
      for (std::uint32_t place = 0; place < 8; ++place) {
        std::uint32_t from = 0;
        for (std::uint32_t d = 0; d < 3; ++d) from |= (place >> axes[d] & 1U) << d;
        turned[place] = counts[from ^ flips];
      }
      if (turned < counts) return false;
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  return true;
}

}  // namespace

TEST_CASE(
    "every 2 by 2 by 2 table of counts 0..4 gets a pattern that leaves an attacker in doubt") {
  // All of them but for turns and mirrors; every ninth of those unless everything is asked for.
  const auto asked = every();
  std::uint32_t turn = 0;
  for (std::uint32_t number = 0; number < 390'625; ++number) {
    if (!asked.has(number)) continue;
    std::array<std::int64_t, 8> counts{};
    auto rest = number;
    for (auto& count : counts) {
      count = rest % 5;
      rest /= 5;
    }
    if (!asked.all && (!is_first_of_its_kind(counts) || turn++ % 9 != 0)) continue;
    CAPTURE(number);
    check_proposal({{2, 2, 2}, {counts.begin(), counts.end()}});
  }
}

TEST_CASE("3 by 3 tables get patterns that leave an attacker in doubt") {
  std::uint64_t state = 3;
  const auto asked = every();
  const std::uint32_t worlds = asked.all ? 1'000'000 : 1'000;
  for (std::uint32_t world = 0; world < worlds; ++world) {
    Made made{{3, 3}, std::vector<std::int64_t>(9)};
    for (auto& count : made.counts) count = static_cast<std::int64_t>(draw(state) % 5);
    made.zeros_published = world % 5 != 0;
    made.least = made.zeros_published ? 1 : 0;
    // Where zeros are hidden, and so no cell of them need have more than 0.
    if (world % 10 == 0) made.demand = {2, 2, 2};
    if (!asked.has(world)) continue;
    CAPTURE(world);
    check_proposal(made);
  }
}

TEST_CASE("the cheapest pattern is the cheapest of all, as trying every pattern says") {
  std::uint64_t state = 5;
  const int worlds = every().all ? 400 : 14;
  for (int world = 0; world < worlds; ++world) {
    Made made{world % 2 == 0 ? std::vector<std::uint32_t>{2, 2} : std::vector<std::uint32_t>{3, 2},
              {}};
    made.counts.resize(world % 2 == 0 ? 4 : 6);
    for (auto& count : made.counts) count = static_cast<std::int64_t>(draw(state) % 5);
    const auto table = make_table(made);
    const auto system = system_of(table);
    SuppressBudget budget;
    budget.nodes = 100'000;
    const auto found = suppress(system, budget);
    CAPTURE(world);
    CHECK(found.all_certified());
    CHECK(found.bound == found.cost);
    const auto cells = table.cells.size();
    for (std::uint32_t bits = 0; bits < 1U << cells; ++bits) {
      Pattern pattern(cells);
      for (std::size_t i = 0; i < cells; ++i) pattern[i] = bits >> i & 1U;
      if (!system.allows(pattern) || cost_of(system, pattern) >= found.cost) continue;
      CHECK_FALSE(safe_by_enumeration(made, table, pattern));
    }
  }
}

TEST_CASE("the same table gives the same pattern") {
  std::uint64_t state = 11;
  Made made{{5, 6, 4}, std::vector<std::int64_t>(120)};
  for (auto& count : made.counts) count = static_cast<std::int64_t>(draw(state) % 12);
  const auto system = system_of(make_table(made));
  const auto first = suppress(system, {});
  CHECK(first.all_certified());
  CHECK(first.pattern == suppress(system, {}).pattern);
}

TEST_CASE(
    "a table whose lines and codes are shuffled gives the same pattern, and its certificates "
    "hold") {
  std::uint64_t state = 12;
  Made made{{5, 6, 4}, std::vector<std::int64_t>(120)};
  for (auto& count : made.counts) count = static_cast<std::int64_t>(draw(state) % 9);
  const auto table = make_table(made);
  const auto hidden = [](const CellTable& one, const SumSystem& system) {
    const auto found = suppress(system, {});
    CHECK(found.all_certified());
    std::set<std::vector<std::string>> names;
    for (const auto& audit : found.audits) CHECK(proves(system, found.pattern, audit.certificate));
    for (std::size_t i = 0; i < one.cells.size(); ++i) {
      if (found.pattern[i] == 0) continue;
      std::vector<std::string> name;
      for (std::size_t d = 0; d < one.dimensions.size(); ++d) {
        name.push_back(one.dimensions[d].codes[one.cells[i].codes[d]]);
      }
      names.insert(std::move(name));
    }
    return names;
  };
  auto shuffled = table;
  for (std::size_t i = shuffled.cells.size(); i > 1; --i) {
    std::swap(shuffled.cells[i - 1], shuffled.cells[draw(state) % i]);
  }
  for (std::size_t d = 0; d < shuffled.dimensions.size(); ++d) {
    auto& dimension = shuffled.dimensions[d];
    const auto last = static_cast<std::uint32_t>(dimension.codes.size() - 1);
    std::reverse(dimension.codes.begin(), dimension.codes.end());
    dimension.total = last - *dimension.total;
    for (auto& cell : shuffled.cells) cell.codes[d] = last - cell.codes[d];
  }
  const auto once = hidden(table, system_of(table));
  CHECK(once.size() > 10);
  CHECK(once == hidden(shuffled, system_of(shuffled)));
}

TEST_CASE("a table without primary cells is published whole") {
  const auto system = system_of(make_table({{2, 2}, {5, 7, 9, 6}}));
  const auto found = suppress(system, {});
  CHECK(found.cost == 0);
  CHECK(found.all_certified());
}

TEST_CASE("a table that no pattern protects is said to be unprotected") {
  // A single row without a total: nothing binds the cell, but nobody may exceed the demand either.
  CellTable table;
  table.dimensions = {{"d", {"A", "Total"}, 1U, {}}};
  for (std::uint32_t code = 0; code < 2; ++code) {
    TableCell cell;
    cell.codes = {code};
    cell.value = 2;
    cell.cost = 2;
    cell.primary = code == 0;
    if (cell.primary) cell.demand = {2, 0, 0};  // below 1 is known to be impossible
    table.cells.push_back(cell);
  }
  const auto system = system_of(table);
  const auto found = suppress(system, {});
  CHECK_FALSE(found.all_certified());
  CHECK(found.audits.at(0).safety == Safety::unsafe);
}
