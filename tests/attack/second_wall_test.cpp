// The second wall: suppose that the first has fallen, and any text reaches SQLite. What the recipe
// of the design relies on, line by line:
//
//   recipe                                             test case below
//   temporary tables in memory, asked of the library   "the library keeps temporary tables in
//   memory" authorizer denies by default; reads by list        "whatever text comes, …", "only
//   tables that …" READ with an empty column and SQLite's own tables  "only tables that a session
//   has are touched" read-only, no EXPLAIN, columns > 0, nothing behind "one statement that reads,
//   and nothing else" DEFENSIVE, TRUSTED_SCHEMA, DQS, load_extension …   "double quotes are names",
//   "whatever text …" drop_modules                                       "modules of SQLite are
//   gone" LIMIT_VDBE_OP, …                                   "each limit holds" hard heap limit,
//   progress handler                  sql_test: "memory has a limit", "an endless …" no temporary
//   file                                  "a sort and a grouping leave no file"
#include <doctest/doctest.h>
#include <sqlcipher/sqlite3.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/sql/world.h"

using namespace sceau::enclave::sql;
using test::World;
namespace fs = std::filesystem;

namespace {

/// An exploration into which any text may be put, as if the generator had been made to write it.
class Breach {
 public:
  explicit Breach(std::size_t pupils = 60)
      : world_(pupils), exploration_(world_.catalog(), {&world_.source()}, Limits{}) {}

  /// The SQLSTATE of the refusal; "" where rows came, whose number is `rows`.
  std::string tries(const std::string& text, std::size_t columns = 1) {
    ExplorePlan plan;
    plan.sql = text;
    for (std::size_t i = 0; i < columns; ++i) plan.columns.push_back({"c", Type::text});
    rows = 0;
    try {
      auto cursor = exploration_.run(plan, {});
      for (Row row; cursor.next(row);) {
        ++rows;
        last = row;
      }
      return "";
    } catch (const SqlError& error) {
      CHECK(std::string(error.what()).find("/tmp") == std::string::npos);
      return error.sqlstate();
    }
  }
  std::size_t rows = 0;
  Row last;

 private:
  World world_;
  Exploration exploration_;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// The names of files that appear in the places where SQLite puts temporary ones.
class Watch {
 public:
  Watch() : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    REQUIRE(events_ >= 0);
    for (const auto& place : {fs::path("/tmp"), fs::path("/var/tmp"), fs::current_path()}) {
      REQUIRE(::inotify_add_watch(events_, place.c_str(), IN_CREATE | IN_MOVED_TO) >= 0);
    }
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { ::close(events_); }

  std::vector<std::string> made() {
    std::vector<std::string> names;
    alignas(inotify_event) std::array<char, 65536> buffer;
    for (ssize_t got = 0; (got = ::read(events_, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        const std::string name = event->len > 0 ? event->name : "";
        if (name.find("etilqs") != std::string::npos) names.push_back(name);
        at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
      }
    }
    return names;
  }

 private:
  int events_;
};

constexpr std::array hostile = {
    "PRAGMA key = 'x'",
    "PRAGMA rekey = 'x'",
    "PRAGMA cipher_log = '/tmp/sceau-breach'",
    "PRAGMA cipher_profile = '/tmp/sceau-breach'",
    "PRAGMA cipher_log_level = TRACE",
    "PRAGMA cipher_memory_security = OFF",
    "PRAGMA temp_store = FILE",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA trusted_schema = ON",
    "PRAGMA mmap_size = 1000000",
    "PRAGMA table_info(eleves)",
    "PRAGMA database_list",
    "PRAGMA compile_options",
    "PRAGMA hard_heap_limit = 0",
    "ATTACH '/tmp/sceau-breach' AS x",
    "ATTACH ':memory:' AS x",
    "ATTACH 'file:/etc/passwd?mode=ro' AS x KEY ''",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '/tmp/sceau-breach'",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT x",
    "CREATE TABLE x(a)",
    "CREATE TEMP TABLE x(a)",
    "CREATE TABLE x AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE TEMP TRIGGER t AFTER INSERT ON eleves BEGIN SELECT 1; END",
    "CREATE INDEX i ON eleves(c1)",
    "CREATE VIRTUAL TABLE x USING fts5(a)",
    "CREATE VIRTUAL TABLE x USING sceau_rows(eleves)",
    "DROP TABLE eleves",
    "ALTER TABLE eleves RENAME TO x",
    "INSERT INTO eleves DEFAULT VALUES",
    "UPDATE eleves SET academie = 1",
    "DELETE FROM eleves",
    "REPLACE INTO sqlite_schema VALUES (1, 2, 3, 4, 5)",
    "UPDATE sqlite_schema SET sql = 'x'",
    "WITH x AS (SELECT 1) DELETE FROM eleves RETURNING 1",
    "INSERT INTO eleves DEFAULT VALUES RETURNING 1",
    "SELECT load_extension('/tmp/evil.so')",
    "SELECT load_extension('/tmp/evil.so', 'entry')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/sceau-breach', 'x')",
    "SELECT edit('x')",
    "SELECT sqlcipher_export('main')",
    "SELECT zeroblob(100000000)",
    "SELECT randomblob(100000000)",
    "SELECT hex('x')",
    "SELECT printf('%s', 1)",
    "SELECT format('%999999999d', 1)",
    "SELECT quote('x')",
    "SELECT unicode('x')",
    "SELECT concat_ws(',', 'a', 'b')",
    "SELECT json('{}')",
    "SELECT json_extract('{}', '$')",
    "SELECT group_concat(a, b) FROM (SELECT sqlite_version() AS a, 1 AS b)",
    "SELECT sqlite_source_id()",
    "SELECT sqlite_compileoption_used('X')",
    "SELECT total_changes()",
    "SELECT last_insert_rowid()",
    "SELECT likelihood(1, 0.5)",
    "SELECT 'x' LIKE 'x'",
    "SELECT 'x' GLOB 'x'",
    "SELECT 'x' MATCH 'x'",
    "SELECT 'x' REGEXP 'x'",
    "SELECT date('now')",
    "SELECT strftime('%s', 'now')",
    "SELECT random()",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t"};

}  // namespace

TEST_CASE("the library keeps temporary tables in memory, and has a codec") {
  CHECK((sqlite3_compileoption_used("TEMP_STORE=2") || sqlite3_compileoption_used("TEMP_STORE=3")));
  CHECK(sqlite3_compileoption_used("HAS_CODEC"));
}

TEST_CASE("whatever text comes, only a reading SELECT over a session's tables and functions runs") {
  Breach breach;
  const auto before = fs::exists("/tmp/sceau-breach");
  REQUIRE_FALSE(before);
  for (const auto* text : hostile) {
    CAPTURE(text);
    const auto refused = breach.tries(text);
    CHECK_FALSE(refused.empty());
    CHECK(breach.rows == 0);
    CHECK_FALSE(fs::exists("/tmp/sceau-breach"));
  }
  CHECK(breach.tries("SELECT count(*) FROM eleves").empty());
  CHECK(breach.last == Row{"60"});
}

TEST_CASE("only tables that a session has are touched, also where no column is read") {
  Breach breach;
  for (const auto* table :
       {"sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master",
        "main.sqlite_schema", "temp.sqlite_schema", "sqlite_sequence", "sqlite_stat1", "dbstat",
        "sqlite_dbpage", "pragma_database_list", "pragma_key_list", "json_each", "json_each('[1]')",
        "pragma_table_info('eleves')", "bytecode('x')", "fts3tokenize", "generate_series(1, 2)"}) {
    for (const auto* what : {"SELECT 1 FROM ", "SELECT count(*) FROM ", "SELECT * FROM "}) {
      const auto text = std::string(what) + table;
      CAPTURE(text);
      CHECK_FALSE(breach.tries(text).empty());
    }
  }
  // The same names are harmless as a subquery's own.
  CHECK(breach.tries("WITH dbstat(a) AS (SELECT 1) SELECT a FROM dbstat").empty());
  CHECK(breach.tries("WITH sqlite_schema(a) AS (SELECT 1) SELECT 1 FROM sqlite_schema") == "42501");
}

TEST_CASE("one statement that reads, and nothing else") {
  Breach breach;
  CHECK(breach.tries("SELECT 1").empty());
  for (const auto* text : {"", " ", ";", "-- x", "SELECT 1; SELECT 2", "SELECT 1 -- x",
                           "SELECT 1 /* x", "EXPLAIN SELECT 1", "EXPLAIN QUERY PLAN SELECT 1",
                           "SELECT 1, 2", "VALUES (1, 2)", "SELECT ?1; ATTACH 'x' AS y"}) {
    CAPTURE(text);
    const auto refused = breach.tries(text);
    // A comment behind the statement is part of it; nothing runs from it.
    if (std::string_view(text).starts_with("SELECT 1 ")) {
      CHECK((refused.empty() ? breach.rows : 1) == 1);
    } else {
      CHECK_FALSE(refused.empty());
    }
  }
}

TEST_CASE("double quotes are names: a name that isn't there is no text") {
  Breach breach;
  CHECK_FALSE(breach.tries("SELECT \"typo\"").empty());
  CHECK_FALSE(breach.tries("SELECT \"typo\" FROM eleves").empty());
}

TEST_CASE("modules of SQLite are gone, and ours make no new table") {
  Breach breach;
  for (const auto* module : {"fts3", "fts4", "fts5", "rtree", "geopoly", "json_each", "json_tree",
                             "dbstat", "sqlite_stmt", "sceau_rows", "sceau_computed"}) {
    CAPTURE(module);
    CHECK_FALSE(breach.tries(std::string("CREATE VIRTUAL TABLE temp.x USING ") + module).empty());
    CHECK_FALSE(breach.tries(std::string("SELECT 1 FROM ") + module).empty());
  }
}

TEST_CASE("each limit holds") {
  Breach breach;
  const auto refused = [&](const std::string& text) { return !breach.tries(text).empty(); };
  CHECK(refused("SELECT 1" + repeated("+1", 250)));  // EXPR_DEPTH
  CHECK_FALSE(refused("SELECT 1" + repeated("+1", 150)));
  CHECK(refused("SELECT 1" + repeated(" UNION ALL SELECT 1", 20)));  // COMPOUND_SELECT
  CHECK_FALSE(refused("SELECT 1" + repeated(" UNION ALL SELECT 1", 10)));
  CHECK(refused("SELECT coalesce(1" + repeated(",1", 120) + ")"));  // FUNCTION_ARG
  CHECK(refused("SELECT ?2"));                                      // VARIABLE_NUMBER
  CHECK(refused("SELECT '" + std::string(1'100'000, 'x') + "'"));   // SQL_LENGTH
  CHECK(breach.tries("SELECT group_concat(a.ine) FROM eleves a, eleves b, eleves c") != "XX000");
  // CVE-2025-6965: more aggregated columns than 16 bits count. Debian's 4.6.1 dies of it unless
  // LIMIT_VDBE_OP stops it when it is prepared.
  std::string wide = "SELECT count(*)";
  for (int i = 0; i < 60; ++i) {
    for (int k = 1; k <= 12; ++k) {
      wide += ", sum(t" + std::to_string(i) + "." +
              (k == 1 ? "academie" : "c" + std::to_string(k)) + ")";
    }
  }
  std::string from;
  for (int i = 0; i < 60; ++i) from += (i ? ", eleves t" : " FROM eleves t") + std::to_string(i);
  CHECK(refused(wide + from));
  std::string many = "SELECT 1";
  for (int i = 0; i < 65; ++i) many += (i ? ", eleves t" : " FROM eleves t") + std::to_string(i);
  CHECK(refused(many));  // 64 tables in a join
  std::string operations = "SELECT count(*)";
  for (int i = 0; i < 400; ++i) operations += repeated(", sum(1)", 1);
  operations += " FROM eleves WHERE 1 IN (" + repeated("1,", 29'000) + "1)";
  CHECK(refused(operations));  // VDBE_OP
}

TEST_CASE("a sort and a grouping leave no file; told to, the library would leave one") {
  Watch watch;
  {
    const World world(400);
    const auto plan = world.plan(
        "SELECT a.prenom || b.prenom || a.ine || b.ine AS t FROM eleves a, eleves b ORDER BY 1 "
        "DESC");
    CHECK(world.explore(plan).size() == 160'000);
    const auto grouped = world.plan(
        "SELECT a.ine || b.ine, count(*) FROM eleves a, eleves b GROUP BY 1 ORDER BY 2, 1");
    CHECK(world.explore(grouped).size() > 30'000);
  }
  CHECK(watch.made().empty());

  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  REQUIRE(
      sqlite3_exec(
          db,
          "PRAGMA temp_store = FILE; PRAGMA cache_size = 10; CREATE TEMP TABLE x AS WITH RECURSIVE "
          "t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 20000) SELECT hex(n) || "
          "hex(randomblob(50)) AS s FROM t; SELECT count(*) FROM (SELECT s FROM x ORDER BY s)",
          nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  CHECK_FALSE(watch.made().empty());  // so the watch is known to see
}
