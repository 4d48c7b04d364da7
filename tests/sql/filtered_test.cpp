// A session under a row filter gets what it would get if the other rows had never been there.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "enclave/sql/fault.h"
#include "tests/sql/random_query.h"
#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using sceau::disclosure::Comparison;
using sceau::disclosure::Condition;
using test::World;

namespace {

Condition equals(const std::string& variable, sceau::disclosure::Constant constant,
                 Comparison comparison = Comparison::equal) {
  Condition made;
  made.kind = Condition::Kind::compare;
  made.variable = variable;
  made.comparison = comparison;
  made.constants = {std::move(constant)};
  return made;
}

Condition either(Condition a, Condition b) {
  Condition made;
  made.kind = Condition::Kind::any_of;
  made.parts = {std::move(a), std::move(b)};
  return made;
}

// Places of the world's variables.
constexpr std::size_t academie = 0, sexe = 2, age = 7, vintage = 12;

std::vector<World::Seen> filters() {
  using Values = std::vector<std::optional<std::string>>;
  return {
      {equals("academie", "CORSE"), [](const Values& row) { return row[academie] == "CORSE"; }},
      // NULL is not true.
      {equals("sexe", "F", Comparison::not_equal),
       [](const Values& row) { return row[sexe] && *row[sexe] != "F"; }},
      {either(equals("age", sceau::disclosure::Decimal{15, 0}, Comparison::greater_equal),
              equals("vintage", "2023")),
       [](const Values& row) {
         return row[vintage] == "2023" || (row[age] && std::stoi(*row[age]) >= 15);
       }},
      {equals("vintage", "2024"), [](const Values& row) { return row[vintage] == "2024"; }},
      {equals("academie", "NULLE PART"), [](const Values&) { return false; }},
  };
}

std::string answer(const World& world, const std::string& text, bool engine) {
  try {
    const auto plan = world.plan(text);
    auto rows = engine ? world.tabulate(plan) : world.explore(plan);
    std::sort(rows.begin(), rows.end());
    return test::shown(rows);
  } catch (const SqlError& error) {
    return error.sqlstate() + " " + error.what();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("random tabulations over filtered rows are those over the rows alone") {
  std::uint32_t seed = 70'000;
  std::size_t told = 0;
  for (auto seen : filters()) {
    for (const std::size_t rows : {7, 60, 400}) {
      const World filtered(rows, seed, seen);
      seen.filtered = false;
      const World alone(rows, seed, seen);
      seen.filtered = true;
      for (std::uint32_t last = seed + 60; seed < last; ++seed) {
        const auto text = test::random_query(seed).text();
        CAPTURE(text);
        CAPTURE(seed);
        for (const bool engine : {true, false}) {
          const auto expected = answer(alone, text, engine);
          CHECK(answer(filtered, text, engine) == expected);
          told += expected.size();
        }
      }
    }
  }
  CHECK(told > 10'000);
}

TEST_CASE("what else SQL can say of filtered rows is said of the rows alone") {
  for (auto seen : filters()) {
    const World filtered(200, 5, seen);
    seen.filtered = false;
    const World alone(200, 5, seen);
    for (const std::string text : {
             "SELECT * FROM eleves",
             "SELECT DISTINCT departement FROM eleves",
             "SELECT count(*) FROM \"eleves@2023\"",
             "SELECT a.uai, count(b.ine) FROM eleves a LEFT JOIN eleves b ON b.uai = a.uai AND "
             "b.age > a.age GROUP BY a.uai",
             "SELECT ine FROM eleves WHERE departement IN ('75', '2A', '01') AND note > 10",
             "SELECT min(note), max(note), min(naissance), max(prenom) FROM eleves",
             "SELECT rank() OVER (ORDER BY note), age FROM eleves",
             "SELECT x.d FROM (SELECT departement AS d, row_number() OVER () AS n FROM eleves) x",
             "SELECT prenom FROM eleves WHERE prenom BETWEEN 'A' AND 'b' OFFSET 3",
             "SELECT count(*) FROM eleves GROUP BY CUBE (academie, sexe)",
         }) {
      CAPTURE(text);
      CHECK(answer(filtered, text, false) == answer(alone, text, false));
    }
    for (const std::string column : {"academie", "departement", "niveau", "uai", "prenom"}) {
      auto there = filtered.source().dictionary(column);
      auto expected = alone.source().dictionary(column);
      std::sort(there.begin(), there.end());
      std::sort(expected.begin(), expected.end());
      CHECK(there == expected);
      CHECK(filtered.source().dictionary_size(column) == expected.size());
    }
  }
}
