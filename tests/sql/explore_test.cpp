// Exploration gives PostgreSQL's answers.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

namespace {

struct Answered {
  std::string statement;
  std::string sqlstate;
  std::vector<std::string> rows;
};

std::vector<Answered> answers() {
  std::ifstream file(SCEAU_SOURCE_DIR "/tests/sql/postgres_answers.txt");
  std::vector<Answered> all;
  for (std::string line; std::getline(file, line);) {
    const auto rest = line.size() > 2 ? line.substr(2) : std::string();
    if (line.starts_with("> ")) all.push_back({rest, "", {}});
    if (line.starts_with("! ")) all.back().sqlstate = rest;
    if (line.starts_with("= ") || line == "=") all.back().rows.push_back(rest);
  }
  return all;
}

bool ordered(const std::string& statement) {
  const auto at = statement.rfind("ORDER BY ");
  return at != std::string::npos && statement.find_first_of("()", at) == std::string::npos;
}

std::vector<std::string> lines(const std::vector<Row>& rows) {
  std::vector<std::string> all;
  for (const auto& row : rows) all.push_back(test::shown({row}));
  return all;
}

}  // namespace

TEST_CASE("exploration answers as PostgreSQL does, and so does the engine") {
  const World world(60, 1);
  const auto all = answers();
  REQUIRE(all.size() > 250);
  int tabulations = 0;
  for (const auto& expected : all) {
    CAPTURE(expected.statement);
    if (!expected.sqlstate.empty()) {
      CHECK(world.refusal(expected.statement) == expected.sqlstate);
      continue;
    }
    const auto plan = world.plan(expected.statement);
    auto rows = world.explore(plan);
    auto found = lines(rows);
    if (!ordered(expected.statement)) std::sort(found.begin(), found.end());
    CHECK(found == expected.rows);
    if (!plan.tabulation) continue;
    ++tabulations;
    auto computed = world.tabulate(plan);
    if (!ordered(expected.statement)) {
      std::sort(rows.begin(), rows.end());
      std::sort(computed.begin(), computed.end());
    }
    // PostgreSQL updates these row by row, the engine does not: last digits differ.
    const bool doubles = expected.statement.find("corr(") != std::string::npos ||
                         expected.statement.find("covar_") != std::string::npos ||
                         expected.statement.find("regr_") != std::string::npos ||
                         expected.statement.find("* poids") != std::string::npos;
    CHECK(test::same_rows(computed, rows, doubles));
  }
  CHECK(tabulations > 100);
}

TEST_CASE("result columns have PostgreSQL's names and types") {
  const World world;
  const auto columns =
      world
          .plan(
              "SELECT academie, annee, note, poids, naissance, count(*), sum(annee), "
              "avg(note), age > 3, 1, note::text, CASE WHEN true THEN 1 END, "
              "(SELECT 2 AS two), upper(sexe), coalesce(age, 1), age + 1, NULL "
              "FROM eleves GROUP BY 1, 2, 3, 4, 5, age, sexe")
          .columns;
  const std::vector<ResultColumn> expected = {
      {"academie", Type::text}, {"annee", Type::int8},     {"note", Type::numeric},
      {"poids", Type::float8},  {"naissance", Type::date}, {"count", Type::int8},
      {"sum", Type::numeric},   {"avg", Type::numeric},    {"?column?", Type::boolean},
      {"?column?", Type::int4}, {"note", Type::text},      {"case", Type::int4},
      {"two", Type::int4},      {"upper", Type::text},     {"coalesce", Type::int8},
      {"?column?", Type::int8}, {"?column?", Type::text}};
  CHECK(columns == expected);
}

TEST_CASE("one vintage is named by @, all by the data set's name") {
  const World world(60);
  CHECK(world.rows("SELECT count(*) FROM eleves") == "60");
  CHECK(world.rows("SELECT count(*), min(vintage), max(vintage) FROM \"eleves@2024\"") ==
        "30|2024|2024");
  CHECK(world.rows("SELECT vintage, count(*) FROM public.eleves GROUP BY 1 ORDER BY 1") ==
        "2023|30\n2024|30");
  CHECK(world.refusal("SELECT 1 FROM \"eleves@2022\"") == "42P01");
}

TEST_CASE("system relations can be selected from like any other") {
  const World world;
  CHECK(world.rows("SELECT request, outputs + 1 FROM sceau.last_request") == "R-2026-000001|3");
  CHECK(world.rows(
            "SELECT variable, type, role, label FROM sceau.variables WHERE relation = 'eleves' "
            "AND variable LIKE 'n%' ORDER BY variable") ==
        "naissance|date|classification|The naissance\nniveau|category|classification|The niveau\n"
        "note|decimal|measure|The note");
  CHECK(world.rows("SELECT count(*) FROM sceau.requests") == "0");
}

TEST_CASE("parameters take the types that their use gives them") {
  const World world;
  const auto statement = world.prepare(
      "SELECT count(*) FROM eleves WHERE academie = $1 AND age >= $2 AND note < $3 AND naissance > "
      "$4");
  CHECK(statement.parameters ==
        std::vector<Type>{Type::text, Type::int8, Type::numeric, Type::date});
  const std::vector<std::optional<std::string>> values = {"LYON", "12", "15.5", "2001-01-01"};
  const auto plan = plan_select(statement, world.catalog(), values);
  CAPTURE(plan.not_a_tabulation.value_or(sceau::disclosure::Message{}).id);
  REQUIRE(plan.tabulation);
  CHECK(test::shown(world.explore(plan)) == test::shown(world.tabulate(plan)));
  CHECK(world.rows(
            "SELECT count(*) FROM eleves WHERE academie = 'LYON' AND age >= 12 AND note < 15.5 "
            "AND naissance > '2001-01-01'") == test::shown(world.explore(plan)));

  const std::vector<std::optional<std::string>> wrong = {"LYON", "x", "1", "2001-01-01"};
  CHECK_THROWS_AS(static_cast<void>(plan_select(statement, world.catalog(), wrong)),
                  const SqlError&);
  CHECK_THROWS_AS(static_cast<void>(plan_select(statement, world.catalog(), {})), const SqlError&);
  const auto declared =
      prepare("SELECT $1, $2 + 1, $3", world.catalog(), std::vector<Oid>{25, 20, 0});
  CHECK(declared[0].parameters == std::vector<Type>{Type::text, Type::int8, Type::text});
  CHECK(test::shown(world.explore(plan_select(
            declared[0], world.catalog(),
            std::vector<std::optional<std::string>>{"it's", "41", std::nullopt}))) == "it's|42|");
}

TEST_CASE("an error stands where the word stands, counted in characters") {
  const World world;
  const auto position = [&](std::string_view text) {
    try {
      static_cast<void>(world.prepare(text));
    } catch (const SqlError& error) {
      return error.position();
    }
    return -1;
  };
  CHECK(position("SELECT 'é', nope FROM eleves") == 13);
  CHECK(position("SELECT 'é' frm x y") == 16);
  CHECK(position("SELECT 1 FROM nulle_part") == 15);
  CHECK(position("SELECT academie + 1 FROM eleves") == 17);
  CHECK(position("SELECT 1; SELECT nope FROM eleves") == 18);
}

TEST_CASE("a name that is nearly right is suggested") {
  const World world;
  const auto hint = [&](std::string_view text) {
    try {
      static_cast<void>(world.prepare(text));
    } catch (const SqlError& error) {
      return error.hint();
    }
    return std::string();
  };
  CHECK(hint("SELECT academy FROM eleves").find("\"academie\"") != std::string::npos);
  CHECK(hint("SELECT 1 FROM eleve").find("\"eleves\"") != std::string::npos);
  CHECK(hint("SELECT coun(*) FROM eleves").find("\"count\"") != std::string::npos);
  CHECK(hint("SELECT cache FROM eleves").find("cache") == std::string::npos);
}
