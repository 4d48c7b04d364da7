// What a SELECT means as a tabulation, as a value.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using sceau::disclosure::Condition;
using sceau::disclosure::Function;
using sceau::disclosure::Tabulation;
using test::World;

namespace {

Tabulation tabulation(const World& world, std::string_view text) {
  const auto plan = world.plan(text);
  CAPTURE(text);
  REQUIRE(plan.tabulation);
  return plan.tabulation->tabulation;
}

/// Without the names, which never leave.
Tabulation nameless(const World& world, std::string_view text) {
  auto found = tabulation(world, text);
  for (auto& dimension : found.dimensions) dimension.name.clear();
  for (auto& column : found.columns) column.name.clear();
  return found;
}

std::string engine(const World& world, std::string_view text) {
  return test::shown(world.tabulate(world.plan(text)));
}

}  // namespace

TEST_CASE("a plain table names its data set, vintages, dimensions and statistics") {
  const World world;
  const auto found =
      tabulation(world, "SELECT academie, sexe, count(*), avg(note) FROM eleves GROUP BY 2, 1");
  CHECK(found.dataset == "eleves");
  CHECK(found.vintages == std::vector<std::string>{"2023", "2024"});
  REQUIRE(found.dimensions.size() == 2);
  CHECK(std::get<std::string>(found.dimensions[0].from) == "academie");
  CHECK(std::get<std::string>(found.dimensions[1].from) == "sexe");
  CHECK(found.grouping_sets == std::vector<std::uint32_t>{3});
  REQUIRE(found.columns.size() == 2);
  CHECK(found.columns[0].statistic.function == Function::count_rows);
  CHECK(found.columns[1].statistic.function == Function::mean);
  CHECK(found.where.kind == Condition::Kind::always);
  CHECK_FALSE(found.having_minimum);
  CHECK(tabulation(world, "SELECT count(*) FROM \"eleves@2024\"").vintages ==
        std::vector<std::string>{"2024"});
}

TEST_CASE("grouping sets are bits of the dimensions as selected") {
  const World world;
  const auto sets = [&](std::string_view groups) {
    return tabulation(world,
                      "SELECT academie, sexe, count(*) FROM eleves GROUP BY " + std::string(groups))
        .grouping_sets;
  };
  using Sets = std::vector<std::uint32_t>;
  CHECK(sets("ROLLUP (academie, sexe)") == Sets{3, 1, 0});
  CHECK(sets("ROLLUP (2, 1)") == Sets{3, 2, 0});
  CHECK(sets("CUBE (academie, sexe)") == Sets{3, 1, 2, 0});
  CHECK(sets("academie, ROLLUP (sexe)") == Sets{3, 1});
  CHECK(sets("ROLLUP ((academie, sexe))") == Sets{3, 0});
  CHECK(sets("GROUPING SETS ((academie), (sexe), ())") == Sets{1, 2, 0});
  CHECK(sets("GROUPING SETS (ROLLUP (academie, sexe), sexe)") == Sets{3, 1, 0, 2});
}

TEST_CASE("HAVING is the least number of rows that a shown cell has") {
  const World world;
  const auto minimum = [&](std::string_view having) {
    return tabulation(world, "SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING " +
                                 std::string(having))
        .having_minimum;
  };
  CHECK(minimum("count(*) >= 10") == 10);
  CHECK(minimum("count(*) > 10") == 11);
  CHECK(minimum("10 <= count(*)") == 10);
  CHECK(minimum("10 < count(*)") == 11);
  CHECK(minimum("count(*) >= 10.0") == 10);
  CHECK(minimum("count(*) >= 10.2") == 11);
  CHECK(minimum("count(*) > 10.2") == 11);
  CHECK(minimum("count(*) >= 5 AND count(*) > 7 AND count(*) >= 6") == 8);
}

TEST_CASE("forms that say the same are the same tabulation") {
  const World world;
  const std::vector<std::vector<std::string>> same = {
      {"SELECT academie, count(*) FROM eleves WHERE sexe = 'F' GROUP BY academie",
       "SELECT e.academie, count(*) FROM public.eleves e WHERE 'F' = e.sexe GROUP BY 1",
       "SELECT \"academie\", COUNT(*) AS \"n\" FROM (SELECT * FROM \"eleves\" WHERE (\"sexe\" = "
       "'F')) \"q01\" GROUP BY \"academie\"",
       "WITH girls AS (SELECT academie AS a, sexe AS s FROM eleves), q AS (SELECT * FROM girls) "
       "SELECT a, count(1) FROM q WHERE s = 'F' GROUP BY a",
       "SELECT a, n FROM (SELECT academie AS a, count(*) AS n FROM (SELECT academie FROM eleves "
       "WHERE sexe = 'F') q GROUP BY academie) r ORDER BY a"},
      {"SELECT academie, count(*) FROM eleves GROUP BY 1 HAVING count(*) >= 10",
       "SELECT * FROM (SELECT academie, count(*) AS n FROM eleves GROUP BY academie) q WHERE (n >= "
       "10.0)"},
      {"SELECT avg(note) FILTER (WHERE sexe = 'F') FROM eleves",
       "SELECT avg(CASE WHEN sexe = 'F' THEN note END) FROM eleves",
       "SELECT avg(x) FROM (SELECT CASE WHEN sexe = 'F' THEN note ELSE NULL END AS x FROM eleves) "
       "q"},
      {"SELECT sum(CASE WHEN sexe = 'F' THEN 1 ELSE 0 END) FROM eleves",
       "SELECT sum(CASE WHEN sexe = 'F' THEN 1.0 ELSE 0.0 END) FROM eleves",
       "SELECT sum(CASE sexe WHEN 'F' THEN 1 ELSE 0 END) FROM eleves"},
      {"SELECT count(*) FROM eleves WHERE age >= 12 AND age <= 14",
       "SELECT count(*) FROM eleves WHERE age BETWEEN 12 AND 14",
       "SELECT count(*) FROM (SELECT * FROM eleves WHERE age >= 12) q WHERE age <= 14"},
      {"SELECT count(*) FROM eleves WHERE NOT (sexe IS NULL)",
       "SELECT count(*) FROM eleves WHERE sexe IS NOT NULL",
       "SELECT count(*) FROM eleves WHERE sexe IS DISTINCT FROM NULL"},
      {"SELECT CASE WHEN age < 14 THEN 'young' ELSE 'old' END, count(*) FROM eleves GROUP BY 1",
       "SELECT k, count(*) FROM (SELECT *, CASE WHEN age < 14 THEN 'young' ELSE 'old' END AS k "
       "FROM eleves) q GROUP BY k"},
  };
  for (const auto& forms : same) {
    const auto first = nameless(world, forms[0]);
    for (const auto& form : forms) {
      CAPTURE(form);
      CHECK(nameless(world, form) == first);
    }
  }
}

TEST_CASE("PostgreSQL's numbers: each aggregate, cast and division rounds in its turn") {
  const World world(60, 1);
  const auto both = [&](std::string_view text) {
    const auto found = engine(world, text);
    CAPTURE(text);
    CHECK(found == world.rows(text));
    return found;
  };
  CHECK(both("SELECT count(*) / NULLIF(count(age), 0) FROM eleves WHERE false").empty());
  // A mean is rounded before it is divided, as numeric avg is.
  both("SELECT avg(note) / count(*), count(*) / avg(note), stddev(note) / avg(age) FROM eleves");
  // float8 to integer: half to even; numeric to integer: half away from zero.
  both("SELECT sexe, departement, sum(poids)::int FROM eleves GROUP BY 1, 2 ORDER BY 1, 2");
  both("SELECT departement, avg(age)::int, sum(note)::bigint FROM eleves GROUP BY 1 ORDER BY 1");
  CHECK(engine(world, "SELECT count(*)::numeric(3, 1), sum(age)::float8 FROM eleves") ==
        world.rows("SELECT count(*)::numeric(3, 1), sum(age)::float8 FROM eleves"));
  CHECK_THROWS_AS(static_cast<void>(engine(world, "SELECT count(*)::numeric(2, 1) FROM eleves")),
                  const SqlError&);
  CHECK_THROWS_AS(static_cast<void>(
                      engine(world, "SELECT sum(age) / count(*) FILTER (WHERE false) FROM eleves")),
                  const SqlError&);
}

TEST_CASE("a recode beside its own variable keeps each row's value in every grouping set") {
  const World world(60, 1);
  const std::string text =
      "SELECT academie = 'LYON', academie, count(*) FROM eleves GROUP BY CUBE (1, 2) "
      "ORDER BY 1, 2";
  const auto rows = world.rows(text);
  CHECK(engine(world, text) == rows);
  CHECK(rows.find("t||") != std::string::npos);
  CHECK(rows.find("f||") != std::string::npos);
}
