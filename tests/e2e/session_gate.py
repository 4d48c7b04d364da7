"""The gate as a session sees it: EXPLAIN (DISCLOSURE), COPY, BEGIN and COMMIT, files, views."""

import json
import types
import unittest

import psycopg
import session_world
from session_world import harness

SAFE = "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe"
SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"
LIST = "SELECT uai, rang FROM lycees WHERE academie = '27' ORDER BY rang LIMIT 3"


class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.notices = []
        self.connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.connection.add_notice_handler(
            lambda n: self.notices.append(types.SimpleNamespace(  # psycopg empties `n` afterwards
                message_primary=n.message_primary, message_detail=n.message_detail)))
        self.addCleanup(self.connection.close)
        self.known = set(self.requests())

    def requests(self):
        return [row[0] for row in self.connection.execute("SELECT request FROM sceau.requests").fetchall()]

    def new_requests(self):
        return sorted(set(self.requests()) - self.known)

    def state(self, request):
        return self.connection.execute("SELECT state FROM sceau.requests WHERE request = %s",
                                       (request,)).fetchone()[0]

    def copy(self, query, name, extra=""):
        return self.connection.execute(f"COPY ({query}) TO '{name}' WITH (title 'A title'{extra})")

    # -- what would the gate say ---------------------------------------------------------------
    def test_explain_disclosure_shows_a_row_a_finding_and_asks_for_nothing(self):
        cursor = self.connection.execute("EXPLAIN (DISCLOSURE) " + SMALL)
        self.assertEqual([c.name for c in cursor.description],
                         ["verdict", "rule", "cell", "statistic", "measured", "limit", "message", "remedy"])
        rows = cursor.fetchall()
        self.assertEqual(rows[0][0], "fail")
        small = [row for row in rows if row[1] == "threshold" and "academie=27" in row[2] and "sexe=M" in row[2]]
        self.assertEqual(float(small[0][4]), 4)
        self.assertEqual(float(small[0][5]), 10)
        self.assertTrue(small[0][6] and small[0][7])
        self.assertEqual(self.connection.execute("EXPLAIN (DISCLOSURE) " + SAFE).fetchall()[0][0], "pass")
        listed = self.connection.execute("EXPLAIN (DISCLOSURE) " + LIST).fetchall()
        self.assertEqual(listed[0][0], "review")
        self.assertEqual(listed[1][1], "tabulation")
        self.assertNotIn("tabulation.", listed[1][6])
        self.assertEqual(self.new_requests(), [])

    def test_explain_says_how_it_runs(self):
        self.assertTrue(self.connection.execute("EXPLAIN " + SAFE).fetchall())

    # -- asking ----------------------------------------------------------------------------------
    def test_a_safe_table_is_asked_for_and_released_by_itself(self):
        cursor = self.copy(SAFE, "sexe.csv")
        self.assertEqual(cursor.statusmessage, "COPY 2")
        (request,) = self.new_requests()
        self.assertEqual(self.state(request), "released")
        (notice,) = self.notices
        self.assertIn(request, notice.message_primary)
        detail = json.loads(notice.message_detail)
        self.assertEqual((detail["format"], detail["request"], detail["verdict"]), (1, request, "pass"))
        self.assertEqual(self.connection.execute("SELECT request FROM sceau.last_request").fetchone()[0], request)
        outbox = self.centre.home / "outbox" / request
        self.assertTrue(any(outbox.glob("*.csv")), list(outbox.iterdir()) if outbox.exists() else "no outbox")

    def test_a_failing_table_is_sd002_and_the_request_is_returned(self):
        with self.assertRaises(psycopg.Error) as caught:
            self.copy(SMALL, "small.csv")
        self.assertEqual(caught.exception.diag.sqlstate, "SD002")
        (request,) = self.new_requests()
        self.assertIn(request, str(caught.exception))
        self.assertEqual(json.loads(caught.exception.diag.message_detail)["request"], request)
        self.assertEqual(self.state(request), "returned")
        rules = self.connection.execute("SELECT rule FROM sceau.findings WHERE request = %s", (request,)).fetchall()
        self.assertIn(("threshold",), rules)

    def test_a_failing_table_with_an_exception_goes_to_the_reviewers(self):
        self.copy(SMALL, "wanted.csv", ", exception 'the ministry asked for it'")
        (request,) = self.new_requests()
        self.assertIn(self.state(request), ("checked", "in_review"))
        self.connection.execute(f"CALL sceau.withdraw('{request}')")
        self.assertEqual(self.state(request), "withdrawn")

    def test_what_is_no_tabulation_goes_to_a_reviewer_with_the_reason(self):
        cursor = self.copy(LIST, "list.csv")
        self.assertEqual(cursor.statusmessage, "COPY 3")
        (request,) = self.new_requests()
        self.assertIn(self.state(request), ("checked", "in_review"))
        self.assertIn("review", self.notices[0].message_primary)

    def test_any_other_file_by_egress(self):
        picture = harness.png(bytes(range(256)) * 81)
        row = self.connection.execute("SELECT sceau.egress(%s, %s, %s)", ("plot.png", "A plot", picture)).fetchone()
        (request,) = self.new_requests()
        self.assertEqual(row[0], request)
        self.assertIn(self.state(request), ("checked", "in_review"))

    def test_names_that_are_no_file_names_are_refused(self):
        for name in ("../x.csv", ".hidden", "a/b", "", "x" * 200):
            with self.subTest(name=name), self.assertRaises(psycopg.Error):
                self.copy(SAFE, name)
        self.assertEqual(self.new_requests(), [])

    # -- transactions --------------------------------------------------------------------------
    def test_begin_and_commit_make_one_request_of_several_outputs(self):
        with self.connection.transaction():
            self.copy(SAFE, "first.csv")
            self.copy("SELECT academie, count(*) FROM lycees WHERE academie <> '27' GROUP BY academie", "second.csv")
            self.assertEqual(self.new_requests(), [])
        self.assertEqual(len(self.new_requests()), 1)
        for notice in self.notices[:2]:
            self.assertTrue(notice.message_primary.endswith("not asked for until COMMIT"), notice.message_primary)
        outputs = json.loads(self.notices[2].message_detail)["outputs"]
        self.assertEqual([o["name"] for o in outputs], ["first.csv", "second.csv"])

    def test_rollback_and_a_dropped_connection_ask_for_nothing(self):
        self.connection.execute("BEGIN")
        self.copy(SAFE, "dropped.csv")
        self.connection.execute("ROLLBACK")
        other = self.centre.connect("alix", "orientation", autocommit=True)
        other.execute("BEGIN")
        other.execute(f"COPY ({SAFE}) TO 'lost.csv' WITH (title 'A title')")
        other.close()
        self.assertEqual(self.new_requests(), [])

    def test_a_faulty_statement_rolls_back_to_the_last_copy(self):
        self.connection.execute("BEGIN")
        self.copy(SAFE, "kept.csv")
        with self.assertRaises(psycopg.Error):
            self.connection.execute("SELECT nothing FROM lycees")
        with self.assertRaises(psycopg.Error):
            self.copy(SAFE, "kept.csv")
        self.connection.execute("COMMIT")
        self.assertEqual(len(self.new_requests()), 1)
        self.assertEqual([o["name"] for o in json.loads(self.notices[-1].message_detail)["outputs"]], ["kept.csv"])

    def test_a_fail_inside_begin_is_an_error_at_commit(self):
        self.connection.execute("BEGIN")
        self.copy(SMALL, "small.csv")
        with self.assertRaises(psycopg.Error) as caught:
            self.connection.execute("COMMIT")
        self.assertEqual(caught.exception.diag.sqlstate, "SD002")
        (request,) = self.new_requests()
        self.assertEqual(self.state(request), "returned")
        self.assertEqual(self.connection.info.transaction_status, psycopg.pq.TransactionStatus.IDLE)

    def test_several_statements_in_one_message_are_one_transaction(self):
        one = f"COPY ({SAFE}) TO 'a.csv' WITH (title 'A'); COPY ({SAFE}) TO 'b.csv' WITH (title 'B')"
        self.connection.execute(one)
        self.assertEqual(len(self.new_requests()), 1)
        self.known = set(self.requests())
        with self.assertRaises(psycopg.Error):
            self.connection.execute(one + "; SELECT 1/0")
        self.assertEqual(self.new_requests(), [])

    def test_copy_takes_no_parameters(self):
        with self.assertRaises(psycopg.Error):
            self.connection.execute("COPY (SELECT count(*) FROM lycees WHERE sexe = %s) TO 'x.csv' "
                                    "WITH (title 'A')", ("F",))

    def test_a_permit_that_is_revoked_ends_what_open_sessions_may_do(self):
        self.centre.sceau("project", "create", "short", "--title", "Short", "--purpose", "test",
                          "--until", "2099-12-31", "--member", "alix")
        self.centre.sceau("permit", "grant", "--project", "short", "--store", "lycees", "--policy", "depp",
                          "--until", "2099-12-31")
        with self.centre.connect("alix", "short", autocommit=True) as session:
            permit = session.execute("SELECT permit FROM sceau.permit").fetchone()[0]
            session.execute(SAFE)
            self.centre.sceau("permit", "revoke", permit)
            for text in (SAFE, "EXPLAIN (DISCLOSURE) " + SAFE, "SELECT * FROM sceau.requests",
                         f"COPY ({SAFE}) TO 'late.csv' WITH (title 'A')"):
                with self.subTest(text=text), self.assertRaises(psycopg.errors.InsufficientPrivilege):
                    session.execute(text)
        refused = self.centre.psql("alix", "short", "SELECT 1", code=2)
        self.assertIn("revoked", refused.err)

    # -- views ---------------------------------------------------------------------------------
    def test_the_views_answer(self):
        permit = self.connection.execute("SELECT * FROM sceau.permit").fetchall()
        self.assertEqual(len(permit), 1)
        variables = self.connection.execute("SELECT variable FROM sceau.variables").fetchall()
        self.assertIn(("academie",), variables)

    def test_psql_shows_notice_and_detail(self):
        ran = self.centre.psql("alix", "orientation", f"COPY ({SAFE}) TO 'psql.csv' WITH (title 'A')")
        self.assertIn("COPY 2", ran.out)
        self.assertIn("NOTICE:", ran.err)
        self.assertIn("DETAIL:", ran.err)


if __name__ == "__main__":
    harness.main()
