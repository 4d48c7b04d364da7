// EXPLAIN SELECT says who computes what, from which columns, and why not the engine.
#include <doctest/doctest.h>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

namespace {

std::string explained(const World& world, std::string_view text) {
  Exploration exploration(world.catalog(), {&world.source()}, Limits{});
  const auto plan = world.plan(text);
  std::vector<TableAccess> accesses;
  if (plan.mixed) accesses = exploration.accesses(plan.mixed->around);
  if (!plan.mixed && plan.explore) accesses = exploration.accesses(*plan.explore);
  return test::shown(explain_rows(plan, accesses));
}

}  // namespace

TEST_CASE("a tabulation is explained by what the engine reads") {
  const World world;
  CHECK(explained(world,
                  "SELECT academie, count(*), avg(note) FROM eleves WHERE sexe = 'F' GROUP BY 1") ==
        "engine: a tabulation of eleves, dimensions: 1, statistics: 2\n"
        "  reads academie, note, sexe (vintages 2023, 2024)\n"
        "  where sexe = 'F'");
  CHECK(explained(world, "SELECT count(*) FROM \"eleves@2024\"") ==
        "engine: a tabulation of eleves, dimensions: 0, statistics: 1\n"
        "  reads no variable (vintages 2024)");
}

TEST_CASE("a mixed statement is explained by its parts and what is around them") {
  const World world;
  CHECK(
      explained(
          world,
          "WITH a AS (SELECT academie, count(*) AS n FROM eleves GROUP BY 1) SELECT e.prenom, "
          "x.n, y.n FROM eleves e JOIN a x ON x.academie = e.academie JOIN a y ON y.academie "
          "= e.academie WHERE e.note > 12.5 AND e.sexe IN ('F', 'M')") ==
      "engine and sqlite: the tabulations in it are computed by the engine, the rest is explored, "
      "because an inner join is not part of a tabulation: rows without a partner would be left "
      "out, uncounted\n"
      "engine, part 1: a tabulation of eleves, dimensions: 1, statistics: 1\n"
      "  reads academie (vintages 2023, 2024)\n"
      "sqlite, around them:\n"
      "  reads part 1\n"
      "  reads eleves: academie, sexe, note, prenom\n"
      "    chosen before SQLite by academie =, note >, sexe IN (…)");
}

TEST_CASE("an exploration is explained by the relations that SQLite reads") {
  const World world;
  CHECK(
      explained(world,
                "SELECT prenom FROM \"eleves@2023\" WHERE note BETWEEN 5 AND 7 AND age IS NULL") ==
      "sqlite: explored, because it shows rows, not groups\n"
      "  reads eleves@2023: age, note, prenom\n"
      "    chosen before SQLite by age IS NULL, note >=, note <=");
  CHECK(explained(world, "SELECT academie FROM eleves LIMIT 5 OFFSET 20") ==
        "sqlite: explored, because LIMIT and OFFSET are not part of a tabulation\n"
        "  reads eleves: academie\n    chosen before SQLite by OFFSET");
  CHECK(explained(world, "SELECT 1 FROM eleves WHERE upper(sexe) = 'F'").find("chosen") ==
        std::string::npos);
  CHECK(explained(world, "SELECT request FROM sceau.requests")
            .find("reads sceau.requests: request") != std::string::npos);
}

TEST_CASE("an explanation shows no value of the data") {
  const World world;
  const auto text =
      explained(world, "SELECT prenom FROM eleves WHERE note > (SELECT avg(note) FROM eleves)");
  CHECK(text.find("note >") != std::string::npos);
  CHECK(text.find_first_of("56789") == std::string::npos);
}
