"""A hostile researcher with a valid permit, in a project that shows rows and in one that shows
aggregates: each statement is refused with a SQLSTATE and a hint, or is harmless and proved to be;
each stands in the log with its outcome; no file appears or changes anywhere; the next query works."""

import re
import time
import unittest

import ground
import hostile
import psycopg
from ground import harness

SETTLE = "SELECT count(*) FROM lycees WHERE academie <> '27'"  # a normal query, in both projects
# What no refusal may hold: words of the machinery below.
SILENT_ABOUT = ("sqlcipher", "no such table", "no such column", "/home/", ".store", "registry.db", "libpg")


class Statements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = ground.Ground()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def assert_same(self, before):
        after = self.centre.tree()
        changed = sorted(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))
        self.assertEqual(changed, [])

    def run_one(self, connection, text):
        """Rows, or the bytes of a COPY."""
        cursor = connection.cursor()
        cursor.execute(text.encode() if isinstance(text, str) else text)
        return cursor.fetchall() if cursor.description else cursor.statusmessage

    def refusal_of(self, connection, text):
        with self.assertRaises(psycopg.Error) as caught:
            self.run_one(connection, text)
        diag = caught.exception.diag
        self.assertIsNotNone(diag.sqlstate, "the session was lost")
        self.assertTrue(diag.message_hint, f"{diag.sqlstate} {diag.message_primary}: no hint")
        said = " ".join(filter(None, (diag.message_primary, diag.message_detail, diag.message_hint)))
        typed = text.decode(errors="replace") if isinstance(text, bytes) else text
        for word in (*SILENT_ABOUT, str(self.centre.folder)):
            self.assertFalse(word in said.lower() and word not in typed, said)
        for character in said:
            self.assertTrue(character >= " " or character == "\n", repr(said))
            self.assertNotIn(character, hostile.BIDI, repr(said))
        return diag.sqlstate

    def play(self, user, project, column):
        """Every statement in one session; what the log says of it is what was heard."""
        before = self.centre.tree()
        heard = []
        with self.centre.connect(user, project, autocommit=True) as connection:
            def allow(time):
                self.run_one(connection, f"SET statement_timeout = '{time}'")
                heard.append("done")
            allow("60s")  # a busy machine's patience; what is endless gets less
            for attack in hostile.STATEMENTS:
                expected = attack[column] if len(attack) > column else attack[1]
                with self.subTest(project=project, text=attack[0][:100]):
                    if expected == hostile.LATE:
                        allow("1s")
                    if callable(expected):
                        rows = self.run_one(connection, attack[0])
                        self.assertTrue(expected(rows), rows)
                        state = "done"
                    else:
                        state = self.refusal_of(connection, attack[0])
                        self.assertEqual(state, expected)
                    heard.append(state)
                    if expected == hostile.LATE:
                        allow("60s")
                    self.assertEqual(self.run_one(connection, SETTLE), [(650,)])
                    heard.append("done")
        self.assert_same(before)
        self.assertEqual(self.outcomes(len(heard)), heard)

    def outcomes(self, count):
        """Of the last session's statements, as the log has them; it is published a moment later."""
        for _ in range(50):
            entries = self.centre.entries()
            session = [e for e in entries if e["event"] == "session.opened"][-1]["data"]["session"]
            outcomes = [e["data"]["outcome"] for e in entries
                        if e["event"] == "statement.finished" and e["data"]["session"] == session]
            if len(outcomes) >= count:
                break
            time.sleep(0.1)
        return outcomes

    def test_each_statement_where_rows_are_shown(self):
        self.assertGreaterEqual(len(hostile.STATEMENTS), 70)
        self.play("alix", "orientation", 1)

    def test_each_statement_where_aggregates_are_shown(self):
        self.play("bob", "outside", 2)

    def test_what_bound_parameters_and_portals_bring_in(self):
        before = self.centre.tree()
        for user, project in (("alix", "orientation"), ("bob", "outside")):
            with self.centre.connect(user, project, autocommit=True) as connection:
                for text, values, expected in hostile.BOUND:
                    with self.subTest(project=project, text=text, values=str(values)[:60]):
                        states = []
                        for prepare in (False, True):
                            try:
                                cursor = connection.execute(text, values, prepare=prepare)
                                states.append(cursor.fetchall() if cursor.description else "done")
                            except psycopg.Error as error:
                                self.assertIsNotNone(error.diag.sqlstate, str(error))
                                states.append(error.diag.sqlstate)
                        for state in states:
                            self.assertTrue(expected(state), states)
                        self.assertEqual(self.run_one(connection, SETTLE), [(650,)])
        self.assert_same(before)

    def test_errors_of_rows_are_no_oracle_where_aggregates_are_shown(self):
        """Two statements that differ only in whether a row would make an error sound the same."""
        with self.centre.connect("bob", "outside", autocommit=True) as connection:
            for yes, no in hostile.ORACLES:
                said = []
                for text in (yes, no):
                    with self.assertRaises(psycopg.Error) as caught:
                        self.run_one(connection, text)
                    diag = caught.exception.diag
                    heard = (diag.sqlstate, diag.message_primary, diag.message_detail, diag.message_hint)
                    # What was typed comes back in the detail, as it was typed.
                    said.append(tuple(re.sub(r"rang < \d", "rang < N", part or "") for part in heard))
                with self.subTest(yes=yes):
                    self.assertEqual(said[0], said[1])
                    self.assertEqual(said[0][0], "SD001")

    def test_another_project_s_store_is_as_if_it_were_not_there(self):
        """The same words for a store of others and for one that never was."""
        with self.centre.connect("alix", "orientation", autocommit=True) as connection:
            for form in hostile.OF_A_STORE:
                said = []
                for name in ("impots", "nichts"):
                    try:
                        rows = self.run_one(connection, form.replace("STORE", name))
                        said.append(str(rows))
                    except psycopg.Error as error:
                        said.append(str(error).replace(name, "STORE"))
                with self.subTest(form=form):
                    self.assertEqual(said[0], said[1])
            shown = str(self.run_one(connection, "SELECT relname FROM pg_catalog.pg_class"))
            self.assertNotIn("impots", shown)

    def test_requests_that_were_asked_for_by_the_attacks_are_none(self):
        with self.centre.connect("alix", "orientation", autocommit=True) as connection:
            self.assertEqual(self.run_one(connection, "SELECT request FROM sceau.requests"), [])
        self.assertEqual(sorted(p.name for p in (self.centre.home / "outbox").rglob("*")), [])


if __name__ == "__main__":
    harness.main()
