// What psql and drivers ask PostgreSQL's catalogue, in the words in which they ask it.
#include <doctest/doctest.h>

#include <string>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

TEST_CASE("psql's list of relations has their titles, and its columns their labels") {
  const World world;
  CHECK(world.rows("SELECT n.nspname as \"Schema\", c.relname as \"Name\", "
                   "pg_catalog.obj_description(c.oid, 'pg_class') as \"Description\" "
                   "FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n "
                   "ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam "
                   "WHERE c.relkind IN ('r','p','') AND n.nspname <> 'pg_catalog' "
                   "AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' "
                   "AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2") ==
        "public|eleves|Pupils");
  const auto oid = world.rows(
      "SELECT c.oid FROM pg_catalog.pg_class c "
      "WHERE c.relname OPERATOR(pg_catalog.~) '^(eleves)$' COLLATE "
      "pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid)");
  const auto columns = world.rows(
      "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
      "pg_catalog.col_description(a.attrelid, a.attnum) FROM pg_catalog.pg_attribute a "
      "WHERE a.attrelid = '" +
      oid + "' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum");
  CHECK(columns.starts_with("academie|text|The academie\n"));
  CHECK(columns.find("note|numeric|The note\n") != std::string::npos);
  CHECK(columns.find("cache") == std::string::npos);
}

TEST_CASE("a relation has no parents, children, indexes, constraints and triggers") {
  const World world;
  for (const std::string from :
       {"c.oid::pg_catalog.regclass FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i "
        "WHERE c.oid = i.inhparent AND i.inhrelid = '16384' AND c.relkind != 'p'",
        "c.oid::pg_catalog.regclass, c.relkind FROM pg_catalog.pg_class c, pg_catalog.pg_inherits "
        "i WHERE c.oid = i.inhrelid AND i.inhparent = '16384'",
        "c2.relname, i.indisprimary FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, "
        "pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid) "
        "WHERE c.oid = '16384' AND c.oid = i.indrelid AND i.indexrelid = c2.oid",
        "c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid"}) {
    CAPTURE(from);
    CHECK(world.rows("SELECT " + from).empty());
  }
}
