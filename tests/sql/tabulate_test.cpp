#include <doctest/doctest.h>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

TEST_CASE("engine and SQLite give the same rows of a plain table") {
  const World world;
  const auto plan = world.plan(
      "SELECT academie, sexe, count(*), avg(note), sum(age) FROM eleves GROUP BY 1, 2 ORDER BY 1, "
      "2");
  REQUIRE(plan.tabulation);
  CHECK(test::shown(world.tabulate(plan)) == test::shown(world.explore(plan)));
}
