"""A project whose policy shows aggregates only: every door, and what comes through it."""

import csv
import json
import types
import unittest

import psycopg
import session_world
from session_world import harness

POLICY = """
format = 1
[policy]
name = "aggregates"
version = "1"
extends = "depp"
exploration = "aggregates"
reviewers = { pass = 0, review = 1, fail = 1 }
"""
SAFE = "SELECT sexe, count(*), avg(note) FROM lycees WHERE academie <> '27' GROUP BY sexe"
SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"

# Each would show rows, or a number of rows, if a door stood open.
DOORS = (
    "SELECT * FROM lycees",
    "SELECT note FROM lycees LIMIT 1",
    "SELECT max(note) FROM (SELECT note FROM lycees WHERE academie = '27') AS t",
    "SELECT uai, count(*) FROM lycees GROUP BY uai ORDER BY count(*) LIMIT 1",
    "VALUES ((SELECT max(note) FROM lycees))",
    "SELECT (SELECT note FROM lycees ORDER BY note LIMIT 1)",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM lycees WHERE note > 19)",
    "SELECT request FROM sceau.requests WHERE EXISTS (SELECT 1 FROM lycees)",
    "SELECT v.variable, l.note FROM sceau.variables v, lycees l",
    "WITH t AS (SELECT note FROM lycees) SELECT * FROM t",
    "SELECT 1 UNION ALL SELECT rang FROM lycees",
    "SELECT rang, row_number() OVER () FROM lycees",
    "SELECT string_agg(uai, ',') FROM lycees",
    "SELECT 1 / (SELECT count(*) - 660 FROM lycees)",
    "SELECT CAST((SELECT min(uai) FROM lycees) AS integer)",
    "SELECT sum(CASE WHEN rang = 3 THEN note ELSE 12 END) FROM lycees",
    "SELECT academie, count(*) FROM lycees GROUP BY academie HAVING avg(note) > 3",
    'SELECT note FROM "lycees@2021"',
    "COPY (SELECT note FROM lycees) TO STDOUT",
    "COPY (SELECT academie, sexe, count(*) FROM lycees GROUP BY 1, 2) TO STDOUT",
    "COPY lycees TO STDOUT",
    "COPY (SELECT note FROM lycees) TO 'rows.csv' WITH (title 'rows')",
    "DECLARE c CURSOR FOR SELECT note FROM lycees",
    "PREPARE p AS SELECT note FROM lycees",
    "EXPLAIN ANALYZE SELECT note FROM lycees",
    "CREATE TABLE t AS SELECT note FROM lycees",
    "SELECT note INTO t FROM lycees",
    "TABLE lycees",
    SMALL,
)


class Aggregates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()
        (cls.centre.folder / "aggregates.toml").write_text(POLICY)
        cls.centre.sceau("policy", "install", cls.centre.folder / "aggregates.toml")
        for project, user in (("outside", "bob"), ("other", "carl")):
            cls.centre.sceau("project", "create", project, "--title", "Outside", "--purpose", "test",
                             "--until", "2099-12-31", "--member", user)
            cls.centre.sceau("permit", "grant", "--project", project, "--store", "lycees",
                             "--policy", "aggregates", "--until", "2099-12-31")

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.notices = []
        self.connection = self.centre.connect("bob", "outside", autocommit=True)
        self.connection.add_notice_handler(
            lambda n: self.notices.append(types.SimpleNamespace(
                message_primary=n.message_primary, message_detail=n.message_detail)))
        self.addCleanup(self.connection.close)

    def history(self):
        return self.centre.sceau("history", "show", "lycees", "--json", as_user="rene").json()["outputs"]

    def refused(self, text, parameters=None, state="SD001"):
        with self.assertRaises(psycopg.Error) as caught:
            self.connection.execute(text, parameters).fetchall()
        self.assertEqual(caught.exception.diag.sqlstate, state, str(caught.exception))
        return caught.exception

    def assert_tells_no_cell(self, *texts):
        for text in texts:
            for word in ("academie=", "sexe=", "27", "10;", " 4", "measured", "limit\"", "count(*) at"):
                self.assertNotIn(word, text or "", text)

    # -- what is shown ---------------------------------------------------------------------------
    def test_rows_are_the_released_numbers_and_enter_the_history_first(self):
        rows = self.connection.execute(SAFE).fetchall()
        entry = self.history()[-1] if self.history() else None
        self.assertTrue(any(e["state"] == "seen" and e["statistics"] == ["count(*)", "avg(note)"]
                            for e in self.history()), entry)
        with self.centre.connect("alix", "orientation", autocommit=True) as inside:
            inside.execute(f"COPY ({SAFE}) TO 'same.csv' WITH (title 'A')")
            (request,) = inside.execute("SELECT request FROM sceau.last_request").fetchone()
        (file,) = (self.centre.home / "outbox" / request).glob("*.csv")
        with open(file, newline="") as lines:
            released = list(csv.DictReader(lines))
        self.assertEqual([(r[0], str(r[1]), str(r[2])) for r in rows],
                         [(r["sexe"], r["count(*)"], r["avg(note)"]) for r in released])

    def test_simple_and_extended_protocol_parameters_portals_and_copy_show_the_same(self):
        rows = self.connection.execute(SAFE).fetchall()
        self.assertEqual(len(rows), 2)
        self.assertEqual(self.connection.execute(SAFE, prepare=True).fetchall(), rows)
        bound = self.connection.execute(SAFE.replace("'27'", "%s"), ("27",), prepare=True).fetchall()
        self.assertEqual(bound, rows)
        counts = SAFE.replace(", avg(note)", "")
        self.assertEqual(self.connection.execute(counts, binary=True).fetchall(), [r[:2] for r in rows])
        with self.connection.cursor() as cursor, cursor.copy(f"COPY ({SAFE}) TO STDOUT (FORMAT csv)") as copy:
            lines = b"".join(copy).decode().split()
        self.assertEqual(lines, [",".join(map(str, row)) for row in rows])
        psql = self.centre.psql("bob", "outside", SAFE)
        self.assertEqual(psql.out.split(), ["|".join(map(str, row)) for row in rows])

    def test_the_same_query_is_remembered_once(self):
        before = len(self.history())
        for _ in range(3):
            self.connection.execute("SELECT avg(rang) FROM lycees WHERE academie <> '27'")
        self.assertEqual(len(self.history()), before + 1)

    def test_margins_and_orders(self):
        rows = self.connection.execute(
            "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' "
            "GROUP BY ROLLUP (sexe) ORDER BY sexe DESC NULLS LAST").fetchall()
        self.assertEqual([r[0] for r in rows], ["M", "F", None])
        self.assertEqual(rows[2][1], 650)

    # -- what isn't ------------------------------------------------------------------------------
    def test_every_other_door_is_shut(self):
        before = self.history()
        requests = self.connection.execute("SELECT request FROM sceau.requests").fetchall()
        for text in DOORS:
            with self.subTest(text=text):
                with self.assertRaises(psycopg.Error) as caught:
                    cursor = self.connection.cursor()
                    if text.endswith("TO STDOUT"):
                        with cursor.copy(text) as copy:
                            b"".join(copy)
                    else:
                        cursor.execute(text)
                        cursor.fetchall()
                self.assertIn(caught.exception.diag.sqlstate, ("SD001", "0A000", "42601", "42P01"),
                              str(caught.exception))
                self.assertEqual(self.centre.psql("bob", "outside", text, code=1).out, "")
        self.assertEqual(self.history(), before)
        self.assertEqual(self.connection.execute("SELECT request FROM sceau.requests").fetchall(),
                         requests)

    def test_bound_parameters_and_prepared_statements_open_no_door(self):
        for _ in range(2):
            self.refused("SELECT note FROM lycees WHERE rang = %s", (3,))
            self.refused("SELECT count(*) FROM lycees WHERE academie = %s AND sexe = %s", ("27", "M"))

    def test_a_refusal_says_rule_and_verdict_and_no_cell(self):
        error = self.refused(SMALL)
        self.assertIn("threshold", str(error))
        self.assertIn("fail", str(error))
        self.assert_tells_no_cell(error.diag.message_primary, error.diag.message_detail)
        detail = json.loads(error.diag.message_detail)
        self.assertEqual(detail["verdict"], "fail")
        self.assertEqual(detail["outputs"][0]["cells"], 0)
        self.assertTrue(all(f["cell"] == {} for f in detail["outputs"][0]["findings"]))
        same = self.refused("SELECT academie, count(*) FROM lycees WHERE sexe = 'M' GROUP BY academie")
        self.assertEqual(same.diag.message_primary, error.diag.message_primary)

    def test_errors_of_rows_are_one_constant_sentence(self):
        # A ratio whose divisor is zero in some group, and a sum over what isn't there, alike.
        texts = set()
        for query in ("SELECT sexe, sum(note) / count(*) FILTER (WHERE rang < 0) FROM lycees GROUP BY sexe",
                      "SELECT sexe, sum(note) / count(*) FILTER (WHERE rang < 1) FROM lycees GROUP BY sexe"):
            texts.add(self.refused(query).diag.sqlstate)
        self.assertEqual(texts, {"SD001"})

    def test_explain_says_how_it_is_answered_and_disclosure_without_cells(self):
        self.assertEqual(len(self.connection.execute("EXPLAIN " + SAFE).fetchall()), 1)
        self.assertIn("only tabulations", self.connection.execute("EXPLAIN SELECT * FROM lycees").fetchone()[0])
        before = self.history()
        rows = self.connection.execute("EXPLAIN (DISCLOSURE) " + SMALL).fetchall()
        self.assertEqual(rows[0][0], "fail")
        self.assertIn("threshold", [row[1] for row in rows])
        for row in rows[1:]:
            self.assertEqual(row[2:6], (None, None, None, None))
            self.assert_tells_no_cell(row[6])
        self.assertEqual(self.history(), before)

    def test_copy_to_a_file_asks_as_ever_with_findings_that_tell_no_cell(self):
        error = self.refused(f"COPY ({SMALL}) TO 'small.csv' WITH (title 'A')", state="SD002")
        self.assert_tells_no_cell(error.diag.message_detail)
        self.connection.execute(f"COPY ({SMALL}) TO 'wanted.csv' WITH (title 'A', exception 'needed')")
        self.assert_tells_no_cell(self.notices[-1].message_detail)
        (request,) = self.connection.execute("SELECT request FROM sceau.last_request").fetchone()
        findings = self.connection.execute(
            "SELECT cell, statistic, measured, \"limit\", message FROM sceau.findings WHERE request = %s",
            (request,)).fetchall()
        self.assertTrue(findings)
        for cell, statistic, measured, limit, message in findings:
            self.assertEqual((cell, statistic, measured, limit), ("{}", None, None, None))
            self.assert_tells_no_cell(message)
        self.connection.execute(f"CALL sceau.withdraw('{request}')")
        self.assertIn((request, "withdrawn"), [(e["request"], e["state"]) for e in self.history()])
        for entry in self.connection.execute("SELECT request, state FROM sceau.requests").fetchall():
            self.assertIn(entry[1], ("returned", "withdrawn"))

    # -- what still works ------------------------------------------------------------------------
    def test_the_catalogue_settings_and_views_answer(self):
        for meta in (r"\d", r"\dt+", r"\d lycees", r"\d+ lycees"):
            shown = self.centre.psql("bob", "outside", meta)
            self.assertIn("academie" if meta.endswith("lycees") else "lycees", shown.out)
        self.connection.execute("SET statement_timeout TO '5s'")
        self.assertTrue(self.connection.execute("SHOW server_version").fetchone())
        self.assertIn(("note",), self.connection.execute("SELECT variable FROM sceau.variables").fetchall())
        self.assertEqual(self.connection.execute("SELECT policy FROM sceau.permit").fetchone()[0], "aggregates")
        self.assertEqual(self.connection.execute("SELECT 1 + 1").fetchone()[0], 2)

    def test_sums_of_two_tables_are_compared_and_another_project_is_not_named(self):
        with self.centre.connect("carl", "other", autocommit=True) as other:
            other.execute("SELECT count(*) FROM lycees WHERE academie = '01' AND rang < 60")
        error = self.refused("SELECT count(*) FROM lycees WHERE academie = '01' AND rang < 61")
        self.assertIn("history", str(error))
        for word in ("other", "Q-20", "carl"):
            self.assertNotIn(word, error.diag.message_primary + (error.diag.message_detail or ""))

    def test_a_worker_holds_no_key_and_no_store_file(self):
        self.connection.execute("SELECT 1")
        for pid in self.centre.processes("worker"):
            import pathlib
            held = [str(fd.readlink()) for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            self.assertFalse([h for h in held if h.endswith(".store")], held)


if __name__ == "__main__":
    harness.main()
