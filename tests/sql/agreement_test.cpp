// Where both can answer, the engine and SQLite give the same numbers.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tests/sql/random_query.h"
#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::RandomQuery;
using test::World;

namespace {

/// What came of a way to answer: rows, or the SQLSTATE.
struct Answer {
  std::vector<Row> rows;
  std::string sqlstate;
};

template <typename Ask>
Answer answer_of(const Ask& ask) {
  try {
    return {ask(), ""};
  } catch (const SqlError& error) {
    return {{}, error.sqlstate()};
  }
}

std::vector<Row> keys_of(const std::vector<Row>& rows, const std::vector<std::size_t>& places) {
  std::vector<Row> keys;
  for (const auto& row : rows) {
    keys.emplace_back();
    for (const auto place : places) keys.back().push_back(row[place]);
  }
  return keys;
}

std::vector<Row> sorted(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// "" where both ways say the same, else what is different.
std::string difference(const World& world, const RandomQuery& query) {
  std::optional<Plan> plan;
  try {
    plan = world.plan(query.text());
  } catch (const SqlError& error) {
    return "it is refused: " + error.sqlstate() + " " + error.what();
  }
  if (!plan->tabulation) return "it is no tabulation: " + plan->not_a_tabulation->id;
  const auto engine = answer_of([&] { return world.tabulate(*plan); });
  const auto sqlite = answer_of([&] { return world.explore(*plan); });
  if (engine.sqlstate != sqlite.sqlstate) {
    return "engine \"" + engine.sqlstate + "\", SQLite \"" + sqlite.sqlstate + "\"";
  }
  const auto text = query.text();
  constexpr std::array in_doubles = {"poids",     "percentile", "corr",    "covar",
                                     "regr",      "ness(",      "osis(",   "gini(",
                                     "top_share", "hhi(",       "weighted"};
  const bool doubles = std::any_of(in_doubles.begin(), in_doubles.end(), [&](const char* word) {
    return text.find(word) != std::string::npos;
  });
  if (!test::same_rows(sorted(engine.rows), sorted(sqlite.rows), doubles)) {
    return "engine\n" + test::shown(sorted(engine.rows)) + "\nSQLite\n" +
           test::shown(sorted(sqlite.rows));
  }
  // Without evidence a ratio may be rounded once instead of twice.
  const auto brief =
      answer_of([&] { return world.tabulate(*plan, sceau::disclosure::Detail::results); });
  if (brief.sqlstate != engine.sqlstate || !test::same_rows(brief.rows, engine.rows, true)) {
    return "without evidence\n" + test::shown(brief.rows) + "\nwith it\n" +
           test::shown(engine.rows);
  }
  const auto places = query.ordered_by();
  if (keys_of(engine.rows, places) != keys_of(sqlite.rows, places)) {
    return "order: engine\n" + test::shown(engine.rows) + "\nSQLite\n" + test::shown(sqlite.rows);
  }
  return {};
}

void compare(const World& world, std::uint32_t first_seed, std::uint32_t queries) {
  std::size_t rows = 0;
  for (std::uint32_t seed = first_seed; seed < first_seed + queries; ++seed) {
    const auto query = test::random_query(seed);
    if (difference(world, query).empty()) {
      const auto plan = world.plan(query.text());
      rows += answer_of([&] { return world.tabulate(plan); }).rows.size();
      continue;
    }
    const auto small = test::smallest(
        query, [&](const RandomQuery& other) { return !difference(world, other).empty(); });
    CAPTURE(seed);
    CAPTURE(small.text());
    CHECK(difference(world, small) == "");
  }
  CHECK(rows > 0);
}

}  // namespace

TEST_CASE("engine and SQLite agree on random tabulations of sixty pupils") {
  compare(World(60, 1), 1, 500);
}

TEST_CASE("engine and SQLite agree on random tabulations of many pupils") {
  compare(World(1500, 2), 10'001, 150);
}

TEST_CASE("engine and SQLite agree on random tabulations of one pupil") {
  for (unsigned world = 1; world <= 5; ++world) compare(World(1, world), 20'000 + world * 100, 60);
}

TEST_CASE("engine and SQLite agree on random tabulations of no pupil") {
  compare(World(0, 1), 30'001, 200);
}

TEST_CASE("engine and SQLite agree on random tabulations of worlds of two to nine pupils") {
  for (unsigned rows = 2; rows <= 9; ++rows) compare(World(rows, rows), 40'000 + rows * 100, 60);
}
