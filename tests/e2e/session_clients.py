"""What psql and psycopg make of a session, and how what was asked there goes through review."""

import json
import unittest

import psycopg
import session_world
from psycopg import sql
from session_world import harness

SAFE = "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe"
SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"
PICTURE = session_world.harness.png()


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(self.connection.close)

    def psql(self, *statements, code=0, options=("-X",)):
        return self.centre.psql("alix", "orientation", *statements, code=code, options=options)

    def refusal(self, text, parameters=None):
        with self.assertRaises(psycopg.Error) as caught:
            self.connection.execute(text, parameters)
        return caught.exception.diag

    def last_request(self):
        return self.connection.execute("SELECT request FROM sceau.last_request").fetchone()[0]

    def review(self, *words, by="rene", code=0):
        return self.centre.sceau("review", *words, as_user=by, code=code)

    # -- psql ------------------------------------------------------------------------------------
    def test_psql_describes_columns_with_labels_and_nothing_that_is_not_there(self):
        for command in (r"\d lycees", r"\d+ lycees", r'\d "lycees@2021"', r"\d sceau.requests"):
            with self.subTest(command=command):
                shown = self.psql(command).out
                self.assertIn('Table "', shown)
                for word in ("Inherits", "hild tables", "Indexes", "Triggers", "Foreign-key"):
                    self.assertNotIn(word, shown)
        self.assertIn("Education authority", self.psql(r"\d+ lycees").out)
        listed = self.psql(r"\d").out
        self.assertIn("lycees", listed)
        self.assertNotIn("requests", listed)

    def test_psql_points_at_the_word_and_tells_the_code(self):
        ran = self.psql("SELECT 'é',\n  nothing FROM lycees", code=1)
        line, caret = ran.err.splitlines()[1:3]
        self.assertEqual(line, "LINE 2:   nothing FROM lycees")
        self.assertEqual(caret.index("^"), line.index("nothing"))
        self.assertIn("42703", self.psql(r"\set VERBOSITY verbose", "SELECT nothing FROM lycees", code=1).err)

    def test_psql_brings_a_file_as_hexadecimal(self):
        self.psql(f"SELECT sceau.egress('plot-psql.png', 'A plot', '\\x{PICTURE.hex()}')")
        request = self.connection.execute(
            "SELECT request FROM sceau.requests ORDER BY request DESC LIMIT 1").fetchone()[0]
        self.assert_released_by_review(request, "plot-psql.png")

    # -- psycopg ---------------------------------------------------------------------------------
    def test_bytes_come_as_a_parameter_in_text_and_in_binary(self):
        for form in ("%b", "%t"):
            name = "plot-binary.png" if form == "%b" else "plot-text.png"
            with self.subTest(form=form):
                request = self.connection.execute(f"SELECT sceau.egress(%s, %s, {form})",
                                                  (name, "A plot", PICTURE)).fetchone()[0]
                self.assert_released_by_review(request, name)

    def test_copy_takes_literals_and_says_how(self):
        query = "COPY (SELECT count(*) FROM lycees WHERE sexe = %s) TO 'f.csv' WITH (title 'A')"
        diagnosis = self.refusal(query, ("F",))
        self.assertEqual(diagnosis.sqlstate, "0A000")
        self.assertIn("psycopg", diagnosis.message_hint)
        self.assertIn("sql.Literal", diagnosis.message_hint)
        composed = sql.SQL("COPY (SELECT sexe, count(*) FROM lycees WHERE academie <> {} GROUP BY sexe) "
                           "TO 'literal.csv' WITH (title {})").format(sql.Literal("27"), sql.Literal("l'été"))
        self.assertEqual(self.connection.execute(composed).statusmessage, "COPY 2")

    def test_parameters_get_the_types_that_their_places_have(self):
        result = self.connection.pgconn.prepare(
            b"p", b"SELECT academie, width_bucket(note, $1, $2, $3), count(*) FROM lycees "
                  b"WHERE sexe = $4 AND rang >= $5 AND naissance < $6 GROUP BY 1, 2")
        self.assertEqual(result.status, psycopg.pq.ExecStatus.COMMAND_OK, result.error_message)
        described = self.connection.pgconn.describe_prepared(b"p")
        self.assertEqual([described.param_type(i) for i in range(described.nparams)],
                         [1700, 1700, 23, 25, 20, 1082])
        self.assertEqual([described.ftype(i) for i in range(described.nfields)], [25, 23, 20])

    def test_a_simple_query_has_no_parameters(self):
        for text in (b"SELECT $1", b"CALL sceau.withdraw($1)", b"SELECT sceau.egress('a', 'b', $1)"):
            with self.subTest(text=text):
                result = self.connection.pgconn.exec_(text)
                self.assertEqual(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"42P02")

    def test_withdraw_by_literal_and_by_parameter(self):
        for text, given in (("CALL sceau.withdraw('{}')", False), ("CALL sceau.withdraw(%s)", True)):
            with self.subTest(text=text):
                self.connection.execute("SELECT sceau.egress('w.txt', 'A note', %s)", (b"x",))
                request = self.last_request()
                call = (text, (request,)) if given else (text.format(request), None)
                self.assertEqual(self.connection.execute(*call).statusmessage, "CALL")
                self.assertEqual(self.refusal(*call).sqlstate, "55000")
        self.assertEqual(self.refusal("CALL sceau.withdraw('R-2026-999999')").sqlstate, "42704")

    def test_hostile_text_is_refused_with_its_own_state(self):
        for text, state in ((b"SELECT '" + b"x" * 65536 + b"'", b"54000"), (b"SELECT '\xc0\xaf'", b"22021"),
                            (b"SELECT " + b"(" * 5000 + b"1" + b")" * 5000, b"54001"),
                            (b"SELECT 1" + b"+1" * 20000, b"54001"), (b"SELECT E'\\x00'", b"42601")):
            with self.subTest(text=text[:20]):
                result = self.connection.pgconn.exec_(text)
                self.assertEqual(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), state)
        self.assertEqual(self.connection.execute("SELECT 1").fetchone(), (1,))

    # -- review ----------------------------------------------------------------------------------
    def assert_released_by_review(self, request, name):
        self.review("approve", request, "--comment", "I looked at it")
        self.review("release", request)
        self.assertEqual((self.centre.home / "outbox" / request / name).read_bytes(), PICTURE)

    def test_reviewers_find_decide_and_release_but_nothing_of_their_own(self):
        self.centre.sceau("role", "grant", "--user", "alix", "--role", "reviewer")
        self.connection.execute(f"COPY ({SMALL}) TO 'small.csv' WITH (title 'A', exception 'the ministry asks')")
        request = self.last_request()

        def listed(*words, by="rene"):
            return [r["request"] for r in self.review("list", *words, "--json", by=by).json()["requests"]]

        self.assertIn(request, listed("--mine"))
        self.assertIn(request, listed("--state", "checked", "--project", "orientation"))
        self.assertNotIn(request, listed("--state", "released"))
        self.assertEqual(listed("--project", "nowhere"), [])
        self.assertEqual(listed("--mine", by="alix"), [])
        self.assertIn(self.review("next").out.strip(), listed("--mine"))
        for words in (("show", request), ("approve", request, "--comment", "mine"), ("release", request)):
            self.assertIn("orientation", self.review(*words, by="alix", code=3).err)
        self.assertIn("threshold", self.review("show", request).out)
        self.review("approve", request, "--comment", " ", code=2)

        # A failing verdict needs two people, and the second cannot be the first again.
        self.review("approve", request, "--comment", "first")
        self.assertNotIn(request, listed("--mine"))
        self.review("release", request, code=None)
        self.assertIn(request, listed("--state", "in_review"))
        self.review("approve", request, "--comment", "second", by="rose")
        self.review("release", request)
        self.assertIn(request, listed("--state", "released"))
        outbox = self.centre.home / "outbox" / request
        (receipt,) = outbox.glob("*.receipt")
        self.centre.audit("receipt", receipt, "--file", outbox / "small.csv", "--trust", self.centre.home / "log.trust")
        released = json.loads((outbox / "release.json").read_text())
        self.assertEqual(released["request"], request)

    def test_return_and_reject_end_a_request(self):
        for act, state in (("return", "returned"), ("reject", "rejected")):
            with self.subTest(act=act):
                self.connection.execute("SELECT sceau.egress(%s, 'A note', %s)", (f"{act}.txt", b"x"))
                request = self.last_request()
                self.review(act, request, "--comment", "not so", "--note", "for staff")
                self.review("approve", request, "--comment", "after all", code=None)
                found = self.connection.execute("SELECT state FROM sceau.requests WHERE request = %s",
                                                (request,)).fetchone()
                self.assertEqual(found, (state,))


if __name__ == "__main__":
    harness.main()
