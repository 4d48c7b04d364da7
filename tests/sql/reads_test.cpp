// Which statements read rows of a data set, wherever in them it is named.
#include <doctest/doctest.h>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using sceau::enclave::sql::test::World;

TEST_CASE("a data set is found wherever a statement names it") {
  const World world;
  for (const auto* text : {
           "SELECT count(*) FROM eleves",
           "SELECT * FROM eleves LIMIT 1",
           "EXPLAIN SELECT count(*) FROM eleves",
           "EXPLAIN (DISCLOSURE) SELECT count(*) FROM eleves",
           "COPY (SELECT note FROM eleves) TO STDOUT",
           "COPY (SELECT note FROM eleves) TO 'x.csv' WITH (title 'x')",
           "SELECT (SELECT max(note) FROM eleves)",
           "VALUES ((SELECT max(note) FROM eleves))",
           "SELECT 1 WHERE EXISTS (SELECT 1 FROM eleves WHERE note > 19)",
           "SELECT 1 ORDER BY (SELECT max(note) FROM eleves)",
           "SELECT CASE WHEN 1 IN (SELECT age FROM eleves) THEN 1 END",
           "SELECT request FROM sceau.requests WHERE request IN (SELECT uai FROM eleves)",
           "SELECT r.request FROM sceau.requests r CROSS JOIN eleves",
           "SELECT 1 UNION SELECT age FROM eleves",
           "SELECT 1 EXCEPT (SELECT 2 UNION ALL SELECT age FROM eleves)",
           "WITH e AS (SELECT age FROM eleves) SELECT * FROM e",
           "WITH e AS (SELECT age FROM eleves), f AS (SELECT * FROM e) SELECT (SELECT max(age) "
           "FROM f)",
           "SELECT * FROM (SELECT * FROM (SELECT age FROM eleves) a) b",
           "SELECT * FROM (SELECT 1 AS one) a LEFT JOIN (SELECT age FROM eleves) b ON a.one = "
           "b.age",
           "SELECT * FROM (SELECT 1 AS one WHERE 2 > (SELECT min(age) FROM eleves)) a",
           "SELECT count(*) FILTER (WHERE request IN (SELECT uai FROM eleves)) FROM sceau.requests",
           "SELECT sum(1) OVER (ORDER BY (SELECT max(age) FROM eleves)) FROM sceau.requests",
       }) {
    CAPTURE(text);
    CHECK(reads_data(world.prepare(text)));
  }
}

TEST_CASE("the session's own views, the catalogue and constants read no data") {
  const World world;
  for (const auto* text : {
           "SELECT 1",
           "VALUES (1), (2)",
           "SHOW server_version",
           "SET statement_timeout TO '5s'",
           "BEGIN",
           "SELECT * FROM sceau.requests ORDER BY 1 LIMIT 3",
           "SELECT r.request, f.rule FROM sceau.requests r JOIN sceau.findings f USING (request)",
           "SELECT count(*) FROM sceau.variables WHERE relation = 'eleves'",
           "SELECT relname FROM pg_catalog.pg_class",
           "COPY (SELECT * FROM sceau.findings) TO STDOUT",
       }) {
    CAPTURE(text);
    CHECK(!reads_data(world.prepare(text)));
  }
}
