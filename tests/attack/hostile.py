"""The statements of statements.py: (text, outcome where rows are shown, outcome where aggregates
are shown: the same unless it stands there). An outcome is the SQLSTATE of the refusal, or what must
be true of the rows of a statement that is harmless."""

SYNTAX, UNSUPPORTED, NO_FUNCTION, NO_RELATION, NO_COLUMN = "42601", "0A000", "42883", "42P01", "42703"
NO_SETTING, BAD_VALUE, COMPLEX, LONG, LATE, BYTES = "42704", "22023", "54001", "54000", "57014", "22021"
NOT_SHOWN = "SD001"  # no tabulation that passes
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0085\u009b"

TABLE = "(SELECT sexe, count(*) FROM lycees GROUP BY 1)"


def is_one(*values):
    return lambda rows: rows == [values]


def named(name):
    return f"COPY {TABLE} TO {name} WITH (title 't')"


def titled(title):
    return f"COPY {TABLE} TO 'a.csv' WITH (title {title})"


def is_done(rows):
    return rows in ("SET", "BEGIN", "ROLLBACK", "RESET")


OF_SQLITE = (
    ("PRAGMA key = 'x'", SYNTAX),
    ("PRAGMA cipher_log = '/tmp/x'", SYNTAX),
    ("PRAGMA cipher_profile = '/tmp/x'", SYNTAX),
    ("ATTACH DATABASE '/tmp/x' AS x", SYNTAX),
    ("ATTACH '/tmp/x' AS x KEY ''", SYNTAX),
    ("DETACH DATABASE main", SYNTAX),
    ("VACUUM INTO '/tmp/copy'", SYNTAX),
    ("VACUUM", UNSUPPORTED),
    ("SELECT load_extension('/tmp/x.so')", NO_FUNCTION),
    ("SELECT readfile('/etc/passwd')", NO_FUNCTION),
    ("SELECT writefile('/tmp/x', note) FROM lycees", NO_FUNCTION),
    ("SELECT edit('x', 'sh')", NO_FUNCTION),
    ("SELECT fts3_tokenizer('simple')", NO_FUNCTION),
    ("SELECT fts3_tokenizer('simple', 'x'::bytea)", NO_FUNCTION),
    ("SELECT sqlcipher_export('x')", NO_FUNCTION),
    ("SELECT zeroblob(1000000000)", NO_FUNCTION),
    ("SELECT randomblob(1000000000)", NO_FUNCTION),
    ("SELECT printf('%n%s', 1)", NO_FUNCTION),
    ("SELECT sqlite_compileoption_get(1)", NO_FUNCTION),
    ("SELECT unistr('x')", NO_FUNCTION),
    ("SELECT * FROM sqlite_schema", NO_RELATION),
    ('SELECT * FROM "sqlite_master"', NO_RELATION),
    ("SELECT * FROM sqlite_temp_schema", NO_RELATION),
    ("SELECT * FROM sqlite_dbpage", NO_RELATION),
    ("SELECT * FROM dbstat", NO_RELATION),
    ("SELECT * FROM pragma_key_list", NO_RELATION),
    ("SELECT * FROM pragma_table_info('lycees')", UNSUPPORTED),
    ("SELECT * FROM json_each('[1]')", UNSUPPORTED),
    ("SELECT * FROM bytecode('select 1')", UNSUPPORTED),
    ("SELECT * FROM main.lycees", NO_RELATION),
    ("SELECT * FROM temp.lycees", NO_RELATION),
    ('SELECT * FROM "sceau.computed_0"', NO_RELATION),
    ("SELECT rowid FROM lycees", NO_COLUMN),
    ('SELECT "_rowid_" FROM lycees', NO_COLUMN),
    ("SELECT oid FROM lycees", NO_COLUMN),
    ('SELECT U&"\\0073qlite_schema" FROM lycees', NO_COLUMN),
    ('SELECT * FROM U&"sqlite\\005Fschema"', NO_RELATION),
)

AS_NAMES = (
    # Names and texts that hold SQL are names and texts.
    ('SELECT 1 AS "x""; DROP TABLE lycees; --"', is_one(1)),
    ("SELECT E'\\x27; ATTACH; --'", is_one("'; ATTACH; --")),
    ("SELECT U&'\\0027; PRAGMA key; --'", is_one("'; PRAGMA key; --")),
    ("SELECT $a$'; ATTACH '/tmp/x' AS x; --$a$", is_one("'; ATTACH '/tmp/x' AS x; --")),
    ('WITH "sqlite_schema" AS (SELECT 1 AS sql) SELECT sql FROM "sqlite_schema"', is_one(1)),
    ('WITH "dbstat" AS (SELECT 2 AS "rowid") SELECT "rowid" FROM "dbstat"', is_one(2)),
    ('SELECT count(*) AS "sum(note)" FROM lycees AS "sqlite_master" WHERE "sqlite_master".academie <> \'27\'',
     is_one(650)),
    ("SELECT 1 /* \x1b[2J */", is_one(1)),
    ("SELECT 1 -- \u202e", is_one(1)),
    ("SELECT 'a' LIKE '" + "%a" * 2000 + "b'", is_one(False)),
    ("SELECT lpad('a', 100000, 'a') LIKE '" + "%a" * 49 + "%b%'", is_one(False)),
)

BYTES_THAT_ARE_NO_TEXT = (
    ("SELECT U&'\\0000'", SYNTAX),
    ("SELECT E'\\000'", SYNTAX),
    ("SELECT E'\\xff'", SYNTAX),
    (b"SELECT '\xff'", BYTES),
    (b"SELECT 1 \xc0\xaf", BYTES),
    (b"SELECT '\xed\xa0\x80'", BYTES),
    ("SELECT \x01", SYNTAX),
    ("SELECT \u202e", NO_COLUMN),
    ('SELECT "\x1b[2J" FROM lycees', NO_COLUMN),
    ("SELECT '" + "x" * 70_000 + "'", LONG),
)

SEVERAL = (
    ("SELECT 'a'; ATTACH '/tmp/x' AS x", SYNTAX),
    ("SELECT 1;" * 65, LONG),
    (";" * 100 + "SELECT 1", is_one(1)),
)

TO_FILES = (
    ("COPY lycees FROM '/etc/passwd'", UNSUPPORTED),
    ("COPY lycees FROM STDIN", UNSUPPORTED),
    ("COPY lycees FROM PROGRAM 'id'", UNSUPPORTED),
    ("COPY (SELECT 1) TO PROGRAM 'id > /tmp/x'", UNSUPPORTED),
    ("COPY lycees TO '/tmp/x'", UNSUPPORTED),
    ("COPY (SELECT 1) TO '/tmp/x'", BAD_VALUE),
    (named("'../x.csv'"), BAD_VALUE),
    (named("'..'"), BAD_VALUE),
    (named("'/tmp/x.csv'"), BAD_VALUE),
    (named("'a\\b.csv'"), BAD_VALUE),
    (named("''"), UNSUPPORTED),
    (named("'.profile'"), BAD_VALUE),
    (named("E'a\\tb.csv'"), BAD_VALUE),
    (named("E'a\\nb.csv'"), BAD_VALUE),
    (named("E'\\x1b]0;x\\x07.csv'"), BAD_VALUE),
    (named("U&'a\\202Evsc.exe'"), BAD_VALUE),
    (named("U&'a\\2066.csv'"), BAD_VALUE),
    (named("U&'a\\0085.csv'"), BAD_VALUE),
    (named("'" + "x" * 121 + "'"), BAD_VALUE),
    (named("'release.json'"), BAD_VALUE),
    (named("'a.csv.receipt'"), BAD_VALUE),
    (named("'R-2026-000001-1.csv'"), BAD_VALUE),
    (titled("E'\\x1b[2J'"), BAD_VALUE),
    (titled("E'a\\nb'"), BAD_VALUE),
    (titled("U&'\\202Ereversed'"), BAD_VALUE),
    (titled("U&'\\009B2J'"), BAD_VALUE),
    (f"COPY {TABLE} TO 'a.csv' WITH (title 't', exception U&'\\2067x')", BAD_VALUE),
    (f"COPY {TABLE} TO 'a.csv' WITH (title 't', program 'sh')", UNSUPPORTED),
    ("SELECT sceau.egress('../x', 't', '\\x00'::bytea)", BAD_VALUE),
    ("SELECT sceau.egress('x', E'\\x1b', '\\x00'::bytea)", BAD_VALUE),
    ("SELECT sceau.egress_acro('" + "[" * 20_000 + "')", BAD_VALUE),
    ("SELECT lo_import('/etc/passwd')", NO_FUNCTION),
    ("SELECT lo_export(1, '/tmp/x')", NO_FUNCTION),
    ("SELECT pg_read_file('/etc/passwd')", NO_FUNCTION),
    ("SELECT pg_read_binary_file('/etc/passwd')", NO_FUNCTION),
    ("SELECT pg_ls_dir('/')", NO_FUNCTION),
    ("SELECT * FROM dblink('host=/tmp', 'SELECT 1') AS t(a int)", UNSUPPORTED),
    ("IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z", UNSUPPORTED),
    ("LOAD '/tmp/x.so'", UNSUPPORTED),
    ("CREATE FUNCTION f() RETURNS int AS '/tmp/x.so' LANGUAGE C", UNSUPPORTED),
    ("CREATE EXTENSION dblink", UNSUPPORTED),
)

TO_RIGHTS = (
    ("DO $$ BEGIN END $$", UNSUPPORTED),
    ("LISTEN x", UNSUPPORTED),
    ("NOTIFY x, 'y'", UNSUPPORTED),
    ("SET ROLE postgres", NO_SETTING),
    ("SET SESSION AUTHORIZATION 'root'", NO_SETTING),
    ("RESET SESSION AUTHORIZATION", NO_SETTING),
    ("SET local_preload_libraries = 'x'", NO_SETTING),
    ("ALTER SYSTEM SET x = 1", UNSUPPORTED),
    ("GRANT ALL ON lycees TO alix", UNSUPPORTED),
    ("CREATE ROLE x SUPERUSER", UNSUPPORTED),
    ("SELECT set_config('role', 'root', false)", NO_FUNCTION),
    ("SELECT current_setting('data_directory')", NO_FUNCTION),
    ("SHOW data_directory", NO_SETTING),
    ("SHOW hba_file", NO_SETTING),
    ("SHOW ALL", NO_SETTING),
    ("SELECT pg_sleep(1000)", NO_FUNCTION),
    ("SELECT pg_terminate_backend(1)", NO_FUNCTION),
    ("SELECT pg_cancel_backend(1)", NO_FUNCTION),
    ("CREATE TABLE x(a int)", UNSUPPORTED),
    ("CREATE TEMP TABLE x AS SELECT * FROM lycees", UNSUPPORTED),
    ("SELECT note INTO x FROM lycees", UNSUPPORTED),
    ("INSERT INTO lycees VALUES (1)", UNSUPPORTED),
    ("UPDATE lycees SET note = 20", UNSUPPORTED),
    ("DELETE FROM lycees", UNSUPPORTED),
    ("WITH x AS (DELETE FROM lycees RETURNING *) SELECT * FROM x", UNSUPPORTED),
    ("TRUNCATE lycees", UNSUPPORTED),
    ("DROP TABLE lycees", UNSUPPORTED),
    ("LOCK TABLE lycees", UNSUPPORTED),
    ("SET statement_timeout = 0; SELECT 1; SET ROLE x", NO_SETTING),
    ("SET client_encoding = 'LATIN1'", BAD_VALUE),
    ("SET lc_messages = '/etc/passwd'", is_done),
    ("SET search_path = '../../'", is_done),
)

OF_OTHERS = (
    ("SELECT * FROM impots", NO_RELATION),
    ('SELECT * FROM "impots@2021"', NO_RELATION),
    ("SELECT * FROM outside.lycees", NO_RELATION),
    ('SELECT * FROM "../lycees"', NO_RELATION),
    ('SELECT * FROM "lycees@2021.store"', NO_RELATION),
    ('SELECT * FROM "lycees@2099"', NO_RELATION),
    ("SELECT * FROM sceau.sessions", NO_RELATION),
    ("SELECT * FROM sceau.history", NO_RELATION),
    ("SELECT * FROM pg_shadow", NO_RELATION),
    ("SELECT * FROM pg_catalog.pg_authid", NO_RELATION),
    ("SELECT * FROM pg_stat_activity", NO_RELATION),
    ("SELECT * FROM pg_stat_statements", NO_RELATION),
    ("SELECT * FROM information_schema.tables", NO_RELATION),
    ("CALL sceau.withdraw('R-2026-000001')", NO_SETTING),
    ("CALL sceau.withdraw(E'R-\\x1b[2J')", NO_SETTING),
    ("CALL sceau.comment('R-2026-000001', 'x')", NO_SETTING),
)

OTHER_DOORS = (
    ("EXPLAIN SELECT * FROM sqlite_schema", NO_RELATION),
    ("EXPLAIN SELECT * FROM impots", NO_RELATION),
    ("EXPLAIN (DISCLOSURE) SELECT count(*) FROM impots", NO_RELATION),
    ("EXPLAIN ANALYZE SELECT 1", UNSUPPORTED),
    ("EXPLAIN DELETE FROM lycees", UNSUPPORTED),
    ("PREPARE p AS SELECT * FROM sqlite_schema", UNSUPPORTED),
    ("EXECUTE p", UNSUPPORTED),
    ("DECLARE c CURSOR FOR SELECT note FROM lycees", UNSUPPORTED),
    ("FETCH ALL FROM c", UNSUPPORTED),
    ("DEALLOCATE nope", "26000"),
    ("SAVEPOINT x", UNSUPPORTED),
    ("PREPARE TRANSACTION 'x'", UNSUPPORTED),
)

BOMBS = (
    ("SELECT 1" + "+1" * 31_999, COMPLEX),
    ("SELECT 1" + "+1" * 3_900, COMPLEX),
    ("SELECT " + "(" * 30_000 + "1" + ")" * 30_000, COMPLEX),
    ("SELECT " + "NOT " * 3_900 + "true", COMPLEX),
    ("SELECT " + "CASE WHEN true THEN " * 900 + "1" + " END" * 900, COMPLEX),
    ("SELECT " + ",".join(["1"] * 300), "54011"),
    ("SELECT count(*) FROM " + ", ".join(f"lycees a{i}" for i in range(600)), COMPLEX),
    ("WITH w AS NOT MATERIALIZED (SELECT * FROM lycees) SELECT " +
     ",".join(f"sum(a{i}.note)" for i in range(64)) + " FROM " + ", ".join(f"w a{i}" for i in range(64)), COMPLEX),
    ("WITH t0 AS (SELECT note AS x FROM lycees)" +
     "".join(f", t{i} AS (SELECT a.x FROM t{i - 1} a, t{i - 1} b)" for i in range(1, 31)) +
     " SELECT count(*) FROM t30", COMPLEX),
    ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", UNSUPPORTED),
    ("SELECT * FROM generate_series(1, 1000000000)", UNSUPPORTED),
    ("SELECT count(*) FROM lycees a, lycees b, lycees c, lycees d WHERE a.note + b.note > c.note + d.note",
     LATE, NOT_SHOWN),
    ("SELECT a.uai, b.uai FROM lycees a, lycees b, lycees c ORDER BY 1, 2", LATE, NOT_SHOWN),
    ("SELECT repeat('x', 1000000000)", NO_FUNCTION),
    ("SELECT lpad('x', 2000000000)", LONG),
    ("SELECT lpad('x', 1000000) || lpad('x', 1000000)", LONG),
    ("SELECT string_agg(lpad(uai, 100000), '') FROM lycees", LONG, NOT_SHOWN),
    ("SELECT 'x' ~ '(a*)*b'", UNSUPPORTED),
    ("SELECT 'x' SIMILAR TO '(a*)*'", UNSUPPORTED),
    ("SELECT regexp_replace('a', '(a*)*', 'b')", NO_FUNCTION),
    ("SELECT 1e999999", "22003"),
    ("SELECT -(-9223372036854775807 - 1)", "22003"),
    ("SELECT 1/0", "22012"),
    ("SELECT CASE WHEN note > 19 THEN 1/0 ELSE 1 END FROM lycees", "22012", NOT_SHOWN),
    ("SELECT count(*) FROM lycees WHERE CAST(uai AS integer) = 1", "22P02", NOT_SHOWN),
)

STATEMENTS = (OF_SQLITE + AS_NAMES + BYTES_THAT_ARE_NO_TEXT + SEVERAL + TO_FILES + TO_RIGHTS + OF_OTHERS + OTHER_DOORS +
              BOMBS)


def refused_as(*states):
    return lambda state: state in states


# Values that are bound: they are values, whatever they say.
BOUND = (
    ("SELECT %s::text", ("'; ATTACH '/tmp/x' AS x; --",), lambda rows: rows == [("'; ATTACH '/tmp/x' AS x; --",)]),
    ("SELECT count(*) FROM lycees WHERE academie = %s", ("27' OR '1'='1",),
     lambda rows: rows == [(0,)] or rows == "SD001"),
    ("SELECT %s::text", ("x" * 2_000_000,), refused_as("54000", "53200")),
    ("SELECT %s::integer", ("1; DROP TABLE lycees",), refused_as("22P02")),
    ("SELECT sceau.egress(%s, 't', %s::bytea)", ("../x", b"x"), refused_as("22023")),
    ("SELECT sceau.egress(%s, 't', %s::bytea)", ("a\u202evsc.exe", b"x"), refused_as("22023")),
    ("SELECT sceau.egress('x', %s, %s::bytea)", ("\x1b[2J", b"x"), refused_as("22023")),
    ("CALL sceau.withdraw(%s)", ("R-2026-000001'; --",), refused_as("42704")),
    ("SELECT * FROM impots WHERE academie = %s", ("01",), refused_as("42P01")),
    ("SELECT load_extension(%s)", ("/tmp/x.so",), refused_as("42883")),
)

# Where aggregates are shown: (a row would make an error, none would).
ORACLES = (
    ("SELECT CASE WHEN note > 19 THEN 1/0 ELSE 1 END FROM lycees",
     "SELECT CASE WHEN note > 99 THEN 1/0 ELSE 1 END FROM lycees"),
    ("SELECT sum(CASE WHEN note > 19 THEN 1/0 ELSE 1 END) FROM lycees",
     "SELECT sum(CASE WHEN note > 99 THEN 1/0 ELSE 1 END) FROM lycees"),
    ("SELECT count(*) FROM lycees WHERE 1/(rang - 3) = 1",
     "SELECT count(*) FROM lycees WHERE 1/(rang - 99) = 1"),
    ("SELECT count(*) FROM lycees WHERE CASE WHEN note > 19 THEN -(-9223372036854775807 - 1) ELSE 1 END = 1",
     "SELECT count(*) FROM lycees WHERE CASE WHEN note > 99 THEN -(-9223372036854775807 - 1) ELSE 1 END = 1"),
    ("SELECT sum(1/(rang - 3)) FROM lycees", "SELECT sum(1/(rang - 99)) FROM lycees"),
    ("SELECT sexe, sum(note) / count(*) FILTER (WHERE rang < 0) FROM lycees GROUP BY sexe",
     "SELECT sexe, sum(note) / count(*) FILTER (WHERE rang < 1) FROM lycees GROUP BY sexe"),
    ("SELECT sexe, sum(note) / nullif(count(*) FILTER (WHERE rang < 0), 0) FROM lycees GROUP BY sexe",
     "SELECT sexe, sum(note) / nullif(count(*) FILTER (WHERE rang < 1), 0) FROM lycees GROUP BY sexe"),
)

OF_A_STORE = ("SELECT * FROM STORE", 'SELECT * FROM "STORE@2021"', "SELECT STORE.note FROM lycees",
              "EXPLAIN SELECT count(*) FROM STORE", "COPY (SELECT count(*) FROM STORE) TO 'a.csv' WITH (title 't')",
              "SELECT variable FROM sceau.variables WHERE store = 'STORE'",
              "SELECT relname FROM pg_catalog.pg_class WHERE relname = 'STORE'")
