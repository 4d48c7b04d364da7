// Tabulations inside a larger statement: the engine computes them, SQLite does the rest, and the
// answer is the one that SQLite alone gives.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

namespace {

/// Runs mixed plans over a world's rows.
class Bench {
 public:
  explicit Bench(const World& world)
      : world_(world), exploration_(world.catalog(), {&world.source()}, Limits{}) {}

  std::vector<Row> run(const MixedPlan& plan) {
    std::vector<ComputedTable> computed;
    for (const auto& part : plan.parts) {
      const auto table =
          sceau::disclosure::tabulate(part.tabulation, world_.source(), *test::codebook(), {}, 0,
                                      sceau::disclosure::Detail::results);
      computed.push_back({types_of(part), format_rows(table, part)});
    }
    auto cursor = exploration_.run(plan.around, {}, std::move(computed));
    std::vector<Row> rows;
    for (Row row; cursor.next(row);) rows.push_back(row);
    return rows;
  }

 private:
  const World& world_;
  Exploration exploration_;
};

bool ordered(const std::string& statement) {
  return statement.find(" ORDER BY ",
                        statement.rfind(')') == std::string::npos ? 0 : statement.rfind(')')) !=
         std::string::npos;
}

/// The rows, or the fault's SQLSTATE.
template <typename Run>
std::string outcome(const Run& run, bool in_order) {
  try {
    std::vector<Row> rows = run();
    if (!in_order) std::sort(rows.begin(), rows.end());
    return test::shown(rows);
  } catch (const SqlError& error) {
    return "! " + error.sqlstate();
  }
}

void check_same(const World& world, Bench& bench, const std::string& statement, std::size_t parts) {
  CAPTURE(statement);
  const auto plan = world.plan(statement);
  REQUIRE(!plan.tabulation);
  REQUIRE(plan.mixed);
  CHECK(plan.mixed->parts.size() == parts);
  const bool in_order = ordered(statement);
  CHECK(outcome([&] { return bench.run(*plan.mixed); }, in_order) ==
        outcome([&] { return world.explore(plan); }, in_order));
}

}  // namespace

TEST_CASE("what is made of a table's statistics is made of the engine's rows") {
  const World world(400, 7);
  Bench bench(world);
  const std::vector<std::string> statements = {
      "SELECT academie, round(avg(note), 1) FROM eleves GROUP BY 1 ORDER BY 2 DESC, 1",
      "SELECT academie, sexe, count(*) FROM eleves GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 "
      "LIMIT 3",
      "SELECT academie, avg(note) FROM eleves GROUP BY 1 HAVING avg(note) > 9.5 ORDER BY 1",
      "SELECT sexe, count(*) * 100.0 / sum(count(*)) OVER () FROM eleves GROUP BY 1 ORDER BY 1",
      "SELECT academie, departement, rank() OVER (PARTITION BY academie ORDER BY count(*) DESC, "
      "departement) AS r FROM eleves GROUP BY 1, 2 ORDER BY 1, r",
      "SELECT upper(niveau), count(note) + 1, max(age) - min(age) FROM eleves GROUP BY niveau "
      "ORDER BY 1",
      "SELECT academie FROM eleves GROUP BY academie ORDER BY academie DESC",
      "SELECT count(*) FROM eleves GROUP BY sexe, niveau ORDER BY 1",
      "SELECT DISTINCT academie, sexe FROM eleves ORDER BY 2, 1",
      "SELECT DISTINCT niveau FROM eleves WHERE note > 10 ORDER BY 1 LIMIT 2",
      "SELECT academie, sexe, GROUPING(academie, sexe), GROUPING(sexe), count(*), avg(note) "
      "FROM eleves GROUP BY CUBE (1, 2) ORDER BY 3, 1, 2",
      "SELECT coalesce(academie, 'all'), sum(age) FROM eleves GROUP BY ROLLUP (academie) "
      "HAVING GROUPING(academie) = 1 OR count(*) > 10 ORDER BY 1",
      "SELECT sum(note) FILTER (WHERE sexe = 'F') / sum(note) AS part FROM eleves "
      "WHERE niveau IN ('1re', '2nde') LIMIT 1",
      "SELECT stddev(note) / avg(note), variance(note) + 0 FROM eleves",
      "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY note) * 2 FROM eleves",
      "SELECT academie, count(DISTINCT uai) + 0, count(DISTINCT ine) - count(*) FROM eleves "
      "GROUP BY 1 ORDER BY 1",
      "SELECT annee + 1, annee, count(*) FROM eleves GROUP BY annee ORDER BY 1 DESC OFFSET 1",
      "SELECT naissance, count(*) FROM eleves GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
      "SELECT note > 10, count(*) * 2 FROM eleves GROUP BY 1 ORDER BY 1",
      "SELECT CASE WHEN age < 15 THEN 1 WHEN age < 18 THEN 2 END + 1, count(*) FROM eleves "
      "GROUP BY CASE WHEN age < 15 THEN 1 WHEN age < 18 THEN 2 END ORDER BY 1",
      "SELECT width_bucket(note, 0, 20, 4), avg(age)::numeric(6,2) + 1 FROM eleves GROUP BY 1 "
      "ORDER BY 1",
      "SELECT vintage, count(*) + 0 FROM eleves GROUP BY 1 ORDER BY 1",
      "SELECT count(*) / (count(*) - count(*)) FROM eleves",
      "SELECT academie, 1 / (count(*) - count(*)) FROM eleves GROUP BY 1 HAVING count(*) > 100000",
      "SELECT count(*) + 1 FROM eleves WHERE academie = 'NOWHERE'",
      "SELECT academie, count(*) + 1 FROM eleves WHERE academie = 'NOWHERE' GROUP BY 1",
      "SELECT DISTINCT count(*) > 5 FROM eleves GROUP BY niveau ORDER BY 1",
      "SELECT DISTINCT rank() OVER (ORDER BY count(*) > 5) FROM eleves GROUP BY niveau ORDER BY 1"};
  for (const auto& statement : statements) check_same(world, bench, statement, 1);
}

TEST_CASE("tabulations in subqueries and CTEs go to the engine, each once") {
  const World world(400, 8);
  Bench bench(world);
  const auto check = [&](const std::string& statement, std::size_t parts) {
    check_same(world, bench, statement, parts);
  };
  check("SELECT avg(n), max(n) FROM (SELECT uai, count(*) AS n FROM eleves GROUP BY uai) q", 1);
  check(
      "WITH a AS (SELECT academie, count(*) AS n FROM eleves GROUP BY 1), "
      "b AS (SELECT academie, avg(note) AS m FROM eleves WHERE sexe = 'F' GROUP BY 1) "
      "SELECT a.academie, n, m FROM a LEFT JOIN b USING (academie) ORDER BY 1",
      2);
  check(
      "WITH a AS (SELECT academie, departement, count(*) AS n FROM eleves GROUP BY 1, 2) "
      "SELECT x.departement, y.departement, x.n - y.n FROM a x JOIN a y ON x.academie = y.academie "
      "AND x.departement < y.departement ORDER BY 1, 2",
      1);
  check("SELECT count(*) * 1.0 / (SELECT count(*) FROM eleves) FROM eleves WHERE sexe = 'M'", 2);
  check(
      "SELECT prenom, note FROM eleves WHERE note >= (SELECT max(note) FROM eleves) "
      "ORDER BY 1, 2",
      1);
  check(
      "SELECT count(*) FROM eleves e WHERE e.note > (SELECT avg(note) FROM eleves) AND "
      "e.academie IN (SELECT academie FROM eleves GROUP BY 1 HAVING count(*) > 100)",
      2);
  check(
      "SELECT academie, count(*) FROM eleves GROUP BY 1 UNION ALL SELECT 'all', count(*) "
      "FROM eleves",
      2);
  check(
      "SELECT academie, count(*), (SELECT count(*) FROM eleves f WHERE f.prenom LIKE 'A%' AND "
      "f.academie = e.academie) FROM eleves e GROUP BY academie ORDER BY 1",
      1);
  check(
      "SELECT a.academie, a.n, b.uai FROM (SELECT academie, count(*) AS n FROM eleves GROUP BY 1) "
      "a "
      "JOIN eleves b ON a.academie = b.academie AND b.prenom LIKE 'A%' ORDER BY 1, 2, 3",
      1);
  check(
      "SELECT q.annee, q.n, r.n FROM (SELECT annee, count(*) AS n FROM eleves GROUP BY 1) q "
      "FULL JOIN (SELECT annee + 1 AS annee, count(*) AS n FROM eleves GROUP BY annee) r "
      "ON q.annee = r.annee ORDER BY 1, 3",
      1);
}

TEST_CASE("the nests that dbplyr writes go to the engine") {
  const World world(400, 9);
  Bench bench(world);
  const auto check = [&](const std::string& statement) { check_same(world, bench, statement, 1); };
  check(
      "SELECT \"academie\", COUNT(*) AS \"n\"\nFROM \"eleves\"\nGROUP BY \"academie\"\n"
      "ORDER BY \"n\" DESC\nLIMIT 2");
  check(
      "SELECT \"q01\".*, \"n\" * 1.0 / SUM(\"n\") OVER (PARTITION BY \"academie\") AS \"part\"\n"
      "FROM (\n  SELECT \"academie\", \"sexe\", COUNT(*) AS \"n\"\n  FROM (\n"
      "    SELECT \"eleves\".*\n    FROM \"eleves\"\n    WHERE (\"note\" > 5.0)\n  ) AS \"q01\"\n"
      "  GROUP BY \"academie\", \"sexe\"\n) AS \"q01\" ORDER BY \"academie\", \"sexe\"");
  check(
      "SELECT \"q01\".*\nFROM (\n  SELECT \"academie\", AVG(\"note\") AS \"m\"\n  FROM \"eleves\"\n"
      "  GROUP BY \"academie\"\n) AS \"q01\"\nWHERE (\"m\" > 5.0)");
  check(
      "SELECT \"academie\", \"niveau\", \"m\", \"m\" - 1 AS \"d\"\nFROM (\n"
      "  SELECT \"academie\", \"niveau\", AVG(\"note\") AS \"m\", COUNT(*) AS \"n\"\n"
      "  FROM (\n    SELECT \"academie\", \"niveau\", \"note\"\n    FROM \"eleves\"\n"
      "    WHERE (NOT((\"niveau\" IS NULL)))\n  ) AS \"q01\"\n"
      "  GROUP BY \"academie\", \"niveau\"\n) AS \"q01\"\nWHERE (\"n\" > 3.0)\n"
      "ORDER BY \"m\" DESC, \"academie\"\nLIMIT 5");
  check("SELECT DISTINCT \"academie\", \"departement\"\nFROM \"eleves\"\nLIMIT 11");
  check(
      "SELECT COUNT(*) AS \"n\"\nFROM (\n  SELECT DISTINCT \"uai\"\n  FROM \"eleves\"\n) AS "
      "\"q01\"");
}

namespace {

/// Random statements over one table of groups.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string statement() {
    groups_ = some({"academie", "sexe", "niveau", "annee", "note > 10", "departement",
                    "CASE WHEN age < 15 THEN 'young' WHEN age < 18 THEN 'old' END",
                    "width_bucket(note, 0, 20, 3)", "vintage", "naissance IS NULL"},
                   3);
    std::string columns, keys;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      columns += groups_[i] + " AS g" + std::to_string(i + 1) + ", ";
      keys += (i ? ", " : "") + groups_[i];
    }
    for (std::size_t i = 0; i < 3; ++i) {
      columns += aggregate() + " AS a" + std::to_string(i + 1) + (i < 2 ? ", " : "");
    }
    auto inner = "SELECT " + columns + " FROM eleves" + where();
    if (!groups_.empty()) inner += grouping(keys);
    return around(inner);
  }

 private:
  std::size_t pick(std::size_t n) { return random_() % n; }
  std::string one(const std::vector<std::string>& words) { return words[pick(words.size())]; }

  std::vector<std::string> some(std::vector<std::string> words, std::size_t most) {
    std::shuffle(words.begin(), words.end(), random_);
    words.resize(pick(most + 1));
    return words;
  }

  std::string aggregate() {
    auto text = one({"count(*)", "count(note)", "sum(age)", "sum(note)", "avg(note)", "avg(age)",
                     "min(note)", "max(age)", "count(DISTINCT uai)", "count(DISTINCT ine)",
                     "stddev(note)", "variance(age)", "sum(poids)", "avg(poids)", "max(poids)"});
    if (pick(4) == 0) text += " FILTER (WHERE " + condition() + ")";
    return text;
  }

  std::string condition() {
    return one({"sexe = 'F'", "note >= 8.25", "annee IN (2019, 2021)", "age BETWEEN 14 AND 17",
                "niveau IS NOT NULL", "NOT (academie = 'LYON' OR sexe IS NULL)",
                "naissance < '2004-01-01'", "vintage = '2023'", "departement > '2A'",
                "academie = 'NOWHERE'"});
  }
  std::string where() {
    const auto parts = pick(3);
    if (parts == 0) return "";
    return " WHERE " + condition() + (parts == 2 ? one({" AND ", " OR "}) + condition() : "");
  }
  std::string grouping(const std::string& keys) {
    return " GROUP BY " + one({keys, keys, "ROLLUP (" + keys + ")", "CUBE (" + keys + ")"});
  }

  std::string around(const std::string& inner) {
    const auto g = groups_.empty() ? std::string("a1") : std::string("g1");
    std::string outputs = g + ", a1, a2, a3";
    std::string order = " ORDER BY 1, 2, 3, 4";
    for (std::size_t i = 1; i < groups_.size(); ++i) {
      outputs += ", g" + std::to_string(i + 1);
      order += ", " + std::to_string(i + 4);
    }
    switch (pick(6)) {
      case 0:
        return "SELECT " + outputs + " FROM (" + inner + ") q WHERE a1 > 3" + order + " LIMIT 5";
      case 1:
        return "SELECT " + outputs + ", rank() OVER (PARTITION BY " + g +
               " ORDER BY a2 DESC) FROM (" + inner + ") q" + order;
      case 2:
        return "SELECT max(a1), min(a2), count(a3), sum(a1) FROM (" + inner + ") q";
      case 3:
        return "WITH q AS (" + inner + ") SELECT x.a1, y.a2 FROM q x JOIN q y ON x." + g + " = y." +
               g + " ORDER BY 1, 2";
      case 4:
        return "SELECT a1 + 1, a2 - 0.5, coalesce(a3, 0), " + g + " FROM (" + inner +
               ") q ORDER BY 1, 2, 3, 4 OFFSET 1";
      default:
        return "SELECT " + outputs + " FROM (" + inner + ") q UNION SELECT " + outputs + " FROM (" +
               inner + ") r" + order;
    }
  }

  std::mt19937 random_;
  std::vector<std::string> groups_;
};

}  // namespace

TEST_CASE("random statements around a table: engine and SQLite together as SQLite alone") {
  const World world(300, 11);
  Bench bench(world);
  std::size_t answered = 0, rows = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto statement = Writer(seed).statement();
    CAPTURE(statement);
    const auto plan = world.plan(statement);
    if (!plan.mixed || !plan.explore) continue;
    ++answered;
    const auto found = outcome([&] { return bench.run(*plan.mixed); }, true);
    CHECK(found == outcome([&] { return world.explore(plan); }, true));
    rows += std::count(found.begin(), found.end(), '\n');
  }
  CHECK(answered > 250);
  CHECK(rows > 1000);
}

TEST_CASE("margins over a hierarchy: each set has the pairs that occur, and no other") {
  const World world(300, 12);
  const auto check = [&](const std::string& groups, std::size_t least) {
    CAPTURE(groups);
    const auto plan = world.plan(
        "SELECT academie, departement, sexe, count(*), avg(note), count(DISTINCT ine) FROM eleves "
        "GROUP BY " +
        groups);
    REQUIRE(plan.tabulation);
    auto rows = world.tabulate(plan);
    CHECK(rows.size() >= least);
    CHECK(outcome([&] { return rows; }, false) ==
          outcome([&] { return world.explore(plan); }, false));
  };
  // 3 académies, 6 départements, sexe F, M and NULL.
  check("CUBE (academie, departement, sexe)", 6 * 3 + 6 + 6 * 3 + 6 + 3 * 3 + 3 + 3 + 1);
  check("ROLLUP (academie, departement, sexe)", 6 * 3 + 6 + 3 + 1);
  check("ROLLUP (departement, academie), sexe", 6 * 3 + 6 * 3 + 3);
  check("GROUPING SETS ((departement), (academie, sexe), (departement, sexe), ())", 6 + 9 + 18 + 1);
  check("GROUPING SETS ((academie, departement), (departement)), ROLLUP (sexe)", 18 + 6 + 18 + 6);
}

TEST_CASE("a statement without a tabulation in it is SQLite's alone") {
  const World world;
  for (const auto* statement :
       {"SELECT note FROM eleves LIMIT 3", "SELECT sum(note * 2) FROM eleves",
        "SELECT a.academie, count(*) FROM eleves a JOIN eleves b ON a.uai = b.uai GROUP BY 1",
        "SELECT upper(prenom), count(*) FROM eleves GROUP BY 1",
        "SELECT count(*) FROM eleves WHERE prenom LIKE 'A%'", "SELECT 1",
        "SELECT * FROM sceau.requests"}) {
    CAPTURE(statement);
    CHECK(!world.plan(statement).mixed);
  }
}

TEST_CASE("a mixed statement is no tabulation") {
  const World world;
  const auto plan =
      world.plan("SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY 2 DESC LIMIT 1");
  CHECK(!plan.tabulation);
  REQUIRE(plan.not_a_tabulation);
  CHECK(plan.not_a_tabulation->id == "tabulation.limit");
}

TEST_CASE("computed tables can't be named, and are empty where a plan has none") {
  const World world;
  CHECK(world.refusal("SELECT * FROM sceau.\"computed 1\"") == "42P01");
  CHECK(world.refusal("SELECT * FROM \"sceau.computed 1\"") == "42P01");
  Exploration exploration(world.catalog(), {&world.source()}, Limits{});
  auto cursor =
      exploration.run({"SELECT c1 FROM main.\"sceau.computed 1\"", {{"c1", Type::text}}}, {});
  Row row;
  CHECK(!cursor.next(row));
}
