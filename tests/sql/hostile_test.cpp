// What a session must not do, or survive: each statement is refused with a SQLSTATE, a text and,
// where there is a next step, a hint; nothing crashes, nothing is written.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "enclave/sql/parse.h"
#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;

namespace {

struct Refused {
  std::string_view text;
  std::string_view sqlstate;
};

constexpr std::string_view syntax = "42601", unsupported = "0A000", no_function = "42883",
                           no_relation = "42P01", no_column = "42703";

constexpr std::array refused = {
    // What SQLite would take and PostgreSQL's grammar doesn't know
    Refused{"PRAGMA key = 'x'", syntax},
    Refused{"PRAGMA table_info(eleves)", syntax},
    Refused{"PRAGMA cipher_log='/tmp/x'", syntax},
    Refused{"ATTACH DATABASE '/tmp/x' AS x", syntax},
    Refused{"ATTACH '/tmp/x' AS x KEY ''", syntax},
    Refused{"DETACH DATABASE main", syntax},
    Refused{"VACUUM INTO '/tmp/copy'", syntax},
    Refused{"REPLACE INTO eleves VALUES (1)", syntax},
    Refused{"SELECT * FROM eleves NOT INDEXED", syntax},
    Refused{"SELECT * FROM eleves LIMIT 1, 2", syntax},
    Refused{"SELECT `academie` FROM eleves", syntax},
    Refused{"SELECT [academie] FROM eleves", syntax},
    Refused{"SELECT x'00'", unsupported},
    Refused{"SELECT academie == 'LYON' FROM eleves", no_function},
    Refused{"SELECT academie GLOB 'L*' FROM eleves", syntax},
    Refused{"SELECT prenom REGEXP '.*' FROM eleves", syntax},
    Refused{"SELECT academie MATCH 'x' FROM eleves", syntax},
    // SQLite's functions and tables
    Refused{"SELECT load_extension('/tmp/evil.so')", no_function},
    Refused{"SELECT fts3_tokenizer('simple')", no_function},
    Refused{"SELECT readfile('/etc/passwd')", no_function},
    Refused{"SELECT writefile('/tmp/x', 'y')", no_function},
    Refused{"SELECT edit('x')", no_function},
    Refused{"SELECT zeroblob(1000000000)", no_function},
    Refused{"SELECT randomblob(1000000000)", no_function},
    Refused{"SELECT hex(randomblob(9))", no_function},
    Refused{"SELECT printf('%n%s', 1)", no_function},
    Refused{"SELECT format('%999999999d', 1)", no_function},
    Refused{"SELECT sqlite_version()", no_function},
    Refused{"SELECT sqlite_source_id()", no_function},
    Refused{"SELECT sqlite_compileoption_get(1)", no_function},
    Refused{"SELECT sqlcipher_export('x')", no_function},
    Refused{"SELECT s_like('a', 'b')", no_function},
    Refused{"SELECT likelihood(1, 0.5)", no_function},
    Refused{"SELECT unicode(academie) FROM eleves", no_function},
    Refused{"SELECT quote(academie) FROM eleves", no_function},
    Refused{"SELECT * FROM sqlite_schema", no_relation},
    Refused{"SELECT * FROM sqlite_master", no_relation},
    Refused{"SELECT * FROM sqlite_temp_master", no_relation},
    Refused{"SELECT * FROM dbstat", no_relation},
    Refused{"SELECT * FROM sqlite_dbpage", no_relation},
    Refused{"SELECT * FROM json_each", no_relation},
    Refused{"SELECT * FROM sceau_rows", no_relation},
    Refused{"SELECT * FROM main.eleves", no_relation},
    Refused{"SELECT * FROM temp.eleves", no_relation},
    Refused{"SELECT * FROM pragma_table_info('eleves')", unsupported},
    Refused{"SELECT * FROM json_each('[1]')", unsupported},
    Refused{"SELECT * FROM sceau_rows('eleves')", unsupported},
    Refused{"SELECT rowid FROM eleves", no_column},
    Refused{"SELECT _rowid_ FROM eleves", no_column},
    Refused{"SELECT c1 FROM eleves", no_column},
    Refused{"SELECT cache FROM eleves", no_column},
    Refused{"SELECT count(*) FROM eleves WHERE cache = 1", no_column},
    // PostgreSQL's ways to files, programs and the server
    Refused{"SELECT pg_read_file('/etc/passwd')", no_function},
    Refused{"SELECT pg_ls_dir('/')", no_function},
    Refused{"SELECT lo_import('/etc/passwd')", no_function},
    Refused{"SELECT pg_sleep(1000)", no_function},
    Refused{"SELECT pg_terminate_backend(1)", no_function},
    Refused{"SELECT set_config('search_path', '', false)", no_function},
    Refused{"SELECT query_to_xml('select 1', true, true, '')", no_function},
    Refused{"SELECT * FROM generate_series(1, 1000000000)", unsupported},
    Refused{"SELECT repeat('x', 1000000000)", no_function},
    Refused{"SELECT * FROM pg_shadow", no_relation},
    Refused{"SELECT * FROM pg_catalog.pg_authid", no_relation},
    Refused{"COPY eleves FROM '/etc/passwd'", unsupported},
    Refused{"COPY eleves FROM STDIN", unsupported},
    Refused{"COPY eleves TO STDOUT", unsupported},
    Refused{"COPY eleves TO '/tmp/x'", unsupported},
    Refused{"COPY (SELECT 1) TO PROGRAM 'sh'", unsupported},
    Refused{"COPY (SELECT 1) TO 'x.csv'", "22023"},
    Refused{"COPY (DELETE FROM eleves RETURNING *) TO STDOUT", unsupported},
    Refused{"COPY (SELECT $1) TO STDOUT", unsupported},
    Refused{"COPY (SELECT 1) TO 'x.csv' WITH (title 't', program 'sh')", unsupported},
    Refused{"DO $$ BEGIN PERFORM 1; END $$", unsupported},
    Refused{"CREATE TABLE x(a int)", unsupported},
    Refused{"CREATE TABLE x AS SELECT * FROM eleves", unsupported},
    Refused{"CREATE FUNCTION f() RETURNS int AS '/tmp/evil.so' LANGUAGE C", unsupported},
    Refused{"CREATE EXTENSION dblink", unsupported},
    Refused{"CREATE TEMP VIEW v AS SELECT 1", unsupported},
    Refused{"INSERT INTO eleves VALUES (1)", unsupported},
    Refused{"UPDATE eleves SET note = 1", unsupported},
    Refused{"DELETE FROM eleves", unsupported},
    Refused{"TRUNCATE eleves", unsupported},
    Refused{"DROP TABLE eleves", unsupported},
    Refused{"ALTER TABLE eleves ADD COLUMN x int", unsupported},
    Refused{"GRANT ALL ON eleves TO PUBLIC", unsupported},
    Refused{"LOAD '/tmp/evil.so'", unsupported},
    Refused{"VACUUM", unsupported},
    Refused{"ANALYZE", unsupported},
    Refused{"REINDEX TABLE eleves", unsupported},
    Refused{"LISTEN x", unsupported},
    Refused{"LOCK TABLE eleves", unsupported},
    Refused{"PREPARE p AS SELECT 1", unsupported},
    Refused{"DECLARE c CURSOR FOR SELECT 1", unsupported},
    Refused{"SAVEPOINT a", unsupported},
    Refused{"SET ROLE postgres", "42704"},
    Refused{"SET session_authorization = 'root'", "42704"},
    Refused{"SET local_preload_libraries = 'x'", "42704"},
    Refused{"SHOW data_directory", "42704"},
    Refused{"EXPLAIN ANALYZE SELECT 1", unsupported},
    Refused{"EXPLAIN DELETE FROM eleves", unsupported},
    Refused{"CALL pg_sleep(1)", unsupported},
    Refused{"SELECT sceau.egress('a', 'b', 'c'), 1", no_function},
    Refused{"SELECT sceau.egress('a', 'b')", unsupported},
    Refused{"SELECT sceau.withdraw('R-2026-000001')", no_function},
    // Queries
    Refused{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
            unsupported},
    Refused{"WITH x AS (DELETE FROM eleves RETURNING 1) SELECT * FROM x", unsupported},
    Refused{"SELECT 1 INTO x", unsupported},
    Refused{"SELECT * FROM eleves FOR UPDATE", unsupported},
    Refused{"SELECT * FROM eleves TABLESAMPLE SYSTEM (1)", unsupported},
    Refused{"SELECT * FROM eleves, LATERAL (SELECT 1) x", unsupported},
    Refused{"SELECT ROW(1, 2)", unsupported},
    Refused{"SELECT ARRAY[1, 2]", unsupported},
    Refused{"SELECT 'x' ~ '(a*)*b'", unsupported},
    Refused{"SELECT now()", no_function},
    Refused{"SELECT current_timestamp", unsupported},
    Refused{"SELECT B'101'", unsupported},
    Refused{"SELECT 'x'::regclass", unsupported},
    Refused{"SELECT '{1,2}'::int[]", unsupported},
    Refused{"SELECT 1 OPERATOR(pg_catalog.@@) 2", no_function},
    Refused{"SELECT 1; DROP TABLE eleves", unsupported},
    Refused{"SELECT 1 /* ; */; -- x\n PRAGMA key", syntax},
    Refused{"SELECT $$a$$ || $x$;DROP TABLE eleves;$x$ FROM nope", no_relation},
    Refused{"SELECT U&'\\0000'", syntax},
    Refused{"SELECT E'\\x00'", syntax},
    Refused{"SELECT E'\\xff'", syntax},
    Refused{"SELECT \"\" FROM eleves", syntax},
    Refused{"SELECT 1 AS \"a\" FROM \"eleves\"\" x\"", no_relation},
    Refused{"SELECT 1e999999", "22003"},
    Refused{"SELECT 1e-999999", "22003"},
    Refused{"SELECT '1e400'::float8", "22P02"},
    Refused{"SELECT 9223372036854775807 * 2", "22003"},
    Refused{"SELECT -(-9223372036854775807 - 1)", "22003"},
    Refused{"SELECT abs(-9223372036854775807 - 1)", "22003"},
    Refused{"SELECT lpad('x', 2000000000)", "54000"},
    Refused{"SELECT replace('"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            "', 'a', lpad('x', 100000))",
            "54000"},
    Refused{"SELECT power(10.0::float8, 400)", "22003"},
    Refused{"SELECT width_bucket(1, 0, 0, 5)", "2201G"},
    Refused{"SELECT academie FROM eleves LIMIT -1", "2201W"},
    Refused{"SELECT (SELECT academie FROM eleves)", "21000"},
    Refused{"SELECT prenom::int FROM eleves", "22P02"},
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("hostile statements are refused, each with its SQLSTATE") {
  const World world;
  for (const auto& [text, sqlstate] : refused) {
    CAPTURE(text);
    CHECK(world.refusal(text) == sqlstate);
  }
}

TEST_CASE("a refusal says what to write instead, and never shows SQLite's words") {
  const World world;
  for (const auto& [statement, sqlstate] : refused) {
    if (sqlstate != unsupported) continue;
    CAPTURE(statement);
    try {
      for (const auto& one : prepare(statement, world.catalog(), {})) {
        if (one.query) static_cast<void>(world.plan(statement));
      }
    } catch (const SqlError& error) {
      CHECK_FALSE(error.hint().empty());
      CHECK(std::string(error.what()).find("sqlite") == std::string::npos);
    }
  }
}

TEST_CASE("text that is no text is refused before it is parsed") {
  const World world;
  CHECK(world.refusal(std::string("SELECT 1\0 FROM", 14)) == "22021");
  CHECK(world.refusal("SELECT '\xff'") == "22021");
  CHECK(world.refusal("SELECT '\xc0\xaf'") == "22021");      // an overlong slash
  CHECK(world.refusal("SELECT '\xed\xa0\x80'") == "22021");  // half a surrogate pair
  CHECK(world.refusal("SELECT '\xf4\x90\x80\x80'") == "22021");
  CHECK(world.refusal("SELECT '\xe2\x82'") == "22021");  // cut short
  CHECK(world.refusal("SELECT '" + std::string(65536, 'x') + "'") == "54000");
}

TEST_CASE("deep and long statements are refused, never run out of stack") {
  const World world;
  CHECK(world.refusal("SELECT 1" + repeated("+1", 31999)) == "54001");
  CHECK(world.refusal("SELECT 1" + repeated("+1", 3900)) == "54001");
  CHECK(world.refusal("SELECT " + repeated("(", 30000) + "1" + repeated(")", 30000)) == "54001");
  CHECK(world.refusal("SELECT " + repeated("(", 99) + "1" + repeated(")", 99)).empty());
  CHECK(world.refusal("SELECT " + repeated("- ", 30000) + "1") == "54001");
  CHECK(world.refusal("SELECT " + repeated("- ", 3900) + "academie FROM eleves") == "54001");
  CHECK(world.refusal("SELECT " + repeated("NOT ", 3900) + "true") == "54001");
  CHECK(world.refusal("SELECT 1" + repeated("::int", 1900)) == "54001");
  CHECK(world.refusal("SELECT " + repeated("CASE WHEN true THEN ", 900) + "1" +
                      repeated(" END", 900)) == "54001");
  CHECK(world.refusal("SELECT " + repeated("(SELECT ", 90) + "1" + repeated(")", 90)) == "54001");
  CHECK(world.refusal("SELECT 1" + repeated(" UNION SELECT 1", 1200)) == "54001");
  CHECK(world.refusal("SELECT 1 WHERE true" + repeated(" AND true", 1900)).empty());
  CHECK(world.refusal("SELECT 1 WHERE false" + repeated(" OR 1 = 1", 900)).empty());
  CHECK(world.refusal("SELECT 1 IN (1" + repeated(",1", 4000) + ")").empty());
  CHECK(world.refusal("SELECT 1 IN (1" + repeated(",1", 10'000) + ")") == "54001");  // words
  CHECK(world.refusal("SELECT 1" + repeated(",1", 300)) == "54011");
  CHECK(world.refusal(repeated("SELECT 1;", 65)) == "54000");
  // Words that separate clauses elsewhere don't hide a chain.
  CHECK(world.refusal("SELECT 1" + repeated("+a.from", 3000) + " FROM eleves a") == "54001");
  CHECK(world.refusal("SELECT " + repeated("CASE WHEN a.end THEN ", 2000) + "1") == "54001");
  CHECK(world.refusal("SELECT " + repeated("(SELECT 1 AS end, ", 2000) + "1") == "54001");
  CHECK(world.refusal("SELECT " + repeated("1 BETWEEN 0 AND NOT ", 3000) + "true") == "54001");
  CHECK(world.refusal("SELECT " + repeated("1 IS DISTINCT FROM NOT ", 2500) + "true") == "54001");
  CHECK(world.refusal("SELECT 1 FROM eleves" + repeated(" JOIN eleves ON a = 1 AND b = 1", 1500)) ==
        "54001");
  CHECK(world.refusal("SELECT [" + repeated("[", 200) + "1") == "54001");
}

TEST_CASE("statements that grow when they are unfolded are stopped") {
  const World world;
  // Each CTE doubles the one before: two to the thirtieth leaves.
  std::string doubling = "WITH t0 AS (SELECT age AS x FROM eleves)";
  for (int i = 1; i <= 30; ++i) {
    const auto n = std::to_string(i), before = std::to_string(i - 1);
    doubling += ", t" + n + " AS (SELECT a.x FROM t" + before + " a, t" + before + " b)";
  }
  CHECK(world.refusal(doubling + " SELECT count(*) FROM t30") == "54001");
  // Each level doubles an expression: flattening gives up, and SQLite computes level by level.
  std::string nested = "SELECT age AS x FROM eleves";
  for (int i = 0; i < 40; ++i)
    nested = "SELECT x + x - x AS x FROM (" + nested + ") q" + std::to_string(i);
  CHECK(world.refusal("SELECT sum(x) FROM (" + nested + ") q").size() <= 5);
  // A simple CASE repeats its operand.
  std::string cases = "1";
  for (int i = 0; i < 30; ++i)
    cases = "CASE " + cases + " WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 3 END";
  CHECK(world.refusal("SELECT " + cases) == "54001");
  // CVE-2025-6965's shape: tens of thousands of aggregated columns.
  std::string wide = "WITH w AS (SELECT * FROM eleves) SELECT count(*)";
  for (int i = 0; i < 64; ++i) wide += (i ? ", w w" : " FROM w w") + std::to_string(i);
  CHECK(world.refusal(wide) == "54001");
}

TEST_CASE("an endless statement ends when it is told to") {
  const World world(2000);
  const auto plan = world.plan(
      "SELECT count(*) FROM eleves a, eleves b, eleves c, eleves d WHERE a.note + b.note > c.note");
  Exploration exploration(world.catalog(), {&world.source()}, Limits{});
  int questions = 0;
  auto cursor = exploration.run(*plan.explore, [&] { return ++questions > 50; });
  Row row;
  try {
    static_cast<void>(cursor.next(row));
    FAIL("it ended by itself");
  } catch (const SqlError& error) {
    CHECK(error.sqlstate() == "57014");
  }
  CHECK(world.rows("SELECT 1") == "1");
}

TEST_CASE("memory has a limit") {
  const World world(2000);
  Limits limits;
  limits.heap_bytes = 4 << 20;
  Exploration exploration(world.catalog(), {&world.source()}, limits);
  const auto plan = world.plan(
      "SELECT a.ine || b.ine || a.prenom FROM eleves a, eleves b ORDER BY 1 LIMIT 1000000");
  auto cursor = exploration.run(*plan.explore, {});
  Row row;
  CHECK_THROWS_AS(static_cast<void>(cursor.next(row)), const SqlError&);
  Exploration next(world.catalog(), {&world.source()}, Limits{});  // gives the memory back
}
