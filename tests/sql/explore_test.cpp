#include <doctest/doctest.h>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

TEST_CASE("constants print as PostgreSQL prints them") {
  const World world;
  CHECK(world.rows("SELECT 1, -5, 7 / 2, -7 / 2, 7 % 3, 1.50, 1 / 3.0, true, NULL, 'é'''") ==
        "1|-5|3|-3|1|1.50|0.33333333333333333333|t||é'");
}
