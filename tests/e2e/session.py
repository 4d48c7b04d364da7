"""A session as psql and psycopg see it: protocol, types, errors, time."""

import datetime
import decimal
import threading
import time
import unittest

import psycopg
import session_world
from session_world import harness


class Session(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.__exit__()

    def psql(self, *statements, code=0, options=("-X", "-A", "-t")):
        return self.centre.psql("alix", "orientation", *statements, code=code, options=options)

    def connect(self, **options):
        connection = self.centre.connect("alix", "orientation", autocommit=True, **options)
        self.addCleanup(connection.close)
        return connection

    # -- who is let in -------------------------------------------------------------------------
    def test_a_member_counts(self):
        self.assertEqual(self.psql("SELECT count(*) FROM lycees").out.strip(), str(len(self.centre.rows)))

    def test_a_stranger_and_an_unknown_project_are_refused_in_the_same_words(self):
        stranger = self.centre.psql("eve", "orientation", "SELECT 1", code=2)
        nothing = self.centre.psql("alix", "no-such-project", "SELECT 1", code=2)
        self.assertIn("FATAL", stranger.err)
        self.assertEqual(stranger.err.split("FATAL")[1].replace("eve", "X").replace("orientation", "P"),
                         nothing.err.split("FATAL")[1].replace("alix", "X").replace("no-such-project", "P"))

    def test_a_session_is_in_the_log_from_its_opening_to_its_end(self):
        self.psql("SELECT count(*) FROM lycees")
        time.sleep(1.5)
        events = self.centre.log_events()
        for event in ("session.opened", "store.opened", "statement.started", "statement.finished",
                      "session.closed"):
            self.assertIn(event, events)

    # -- simple query --------------------------------------------------------------------------
    def test_groups_in_order(self):
        expected = {}
        for academie, _, sexe, *_ in self.centre.rows:
            expected[(academie, sexe)] = expected.get((academie, sexe), 0) + 1
        printed = self.psql("SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe "
                            "ORDER BY academie, sexe").out
        self.assertEqual(printed.split(), [f"{a}|{s}|{n}" for (a, s), n in sorted(expected.items())])

    def test_an_empty_message_is_answered(self):
        self.assertEqual(self.psql("").code, 0)
        self.assertEqual(self.psql(" ; ; -- nothing\n").code, 0)

    def test_several_statements_in_one_message(self):
        printed = self.psql("SELECT count(*) FROM lycees WHERE sexe = 'F'; SELECT 1").out.split()
        girls = sum(row[2] == "F" for row in self.centre.rows)
        self.assertEqual(printed[-1], "1")
        self.assertIn(str(girls), printed)

    def test_psql_describes_relations_with_labels(self):
        listed = self.psql(r"\dt+").out
        self.assertIn("lycees", listed)
        self.assertIn("Lycée pupils", listed)
        described = self.psql(r"\d+ lycees").out
        self.assertIn("academie", described)
        self.assertIn("Education authority", described)
        self.assertNotIn("Inherits", described)
        self.assertNotIn("Child tables", described)

    def test_copy_to_stdout_is_exploration(self):
        printed = self.psql("COPY (SELECT sexe, count(*) FROM lycees GROUP BY sexe ORDER BY sexe) "
                            "TO STDOUT WITH (FORMAT csv, HEADER)").out
        self.assertEqual(printed.splitlines()[0], "sexe,count")
        self.assertTrue(printed.splitlines()[1].startswith("F,"))

    # -- errors --------------------------------------------------------------------------------
    def test_an_error_has_state_position_and_hint(self):
        connection = self.connect()
        with self.assertRaises(psycopg.errors.UndefinedColumn) as caught:
            connection.execute("SELECT academie, nothing FROM lycees")
        diagnostics = caught.exception.diag
        self.assertEqual(diagnostics.sqlstate, "42703")
        self.assertEqual(int(diagnostics.statement_position), 18)
        with self.assertRaises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM pg_shadow_of_mine")
        with self.assertRaises(psycopg.errors.SyntaxError):
            connection.execute("SELECT FROM WHERE")
        with self.assertRaises(psycopg.errors.FeatureNotSupported):
            connection.execute("CREATE TABLE mine (a int)")
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees").fetchone(),
                         (len(self.centre.rows),))

    def test_an_error_shows_no_value_of_the_data(self):
        connection = self.connect()
        with self.assertRaises(psycopg.Error) as caught:
            connection.execute("SELECT CAST(uai AS integer) FROM lycees")
        self.assertNotIn("0000A", str(caught.exception))

    # -- extended query and types --------------------------------------------------------------
    def test_parameters_of_many_types(self):
        connection = self.connect()
        girls = sum(row[2] == "F" for row in self.centre.rows)
        self.assertEqual(
            connection.execute("SELECT count(*) FROM lycees WHERE sexe = %s", ("F",)).fetchone(), (girls,))
        high = sum(row[3] >= 30 for row in self.centre.rows)
        self.assertEqual(
            connection.execute("SELECT count(*) FROM lycees WHERE rang >= %s", (30,)).fetchone(), (high,))
        good = sum(row[4] != "" and decimal.Decimal(row[4]) > decimal.Decimal("12.5")
                   for row in self.centre.rows)
        for threshold in (decimal.Decimal("12.5"), 12.5):
            self.assertEqual(connection.execute("SELECT count(*) FROM lycees WHERE note > %s",
                                                (threshold,)).fetchone(), (good,))
        born = datetime.date(2007, 1, 1)
        young = sum(datetime.date.fromisoformat(row[5]) >= born for row in self.centre.rows)
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees WHERE naissance >= %s",
                                            (born,)).fetchone(), (young,))
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees WHERE sexe = %s",
                                            (None,)).fetchone(), (0,))

    def test_results_have_their_types_in_text_and_in_binary(self):
        connection = self.connect()
        for binary in (False, True):
            with self.subTest(binary=binary):
                cursor = connection.cursor(binary=binary)
                row = cursor.execute("SELECT academie, rang, note, naissance, rang > 3, rang::float8 AS real "
                                     "FROM lycees ORDER BY academie, uai, rang LIMIT 1").fetchone()
                self.assertEqual(row, ("01", 0, decimal.Decimal("0.0"), datetime.date(2005, 1, 10),
                                       False, 0.0))
                self.assertEqual([column.type_code for column in cursor.description],
                                 [25, 20, 1700, 1082, 16, 701])
                mean = cursor.execute("SELECT sexe, avg(note) FROM lycees GROUP BY sexe "
                                      "ORDER BY sexe").fetchall()
                notes = [decimal.Decimal(r[4]) for r in self.centre.rows if r[2] == "F" and r[4]]
                self.assertAlmostEqual(float(mean[0][1]), float(sum(notes) / len(notes)), places=9)

    def test_a_prepared_statement_runs_again_and_again(self):
        connection = self.connect(prepare_threshold=0)
        for sexe in ("F", "M", "F"):
            count = sum(row[2] == sexe for row in self.centre.rows)
            self.assertEqual(connection.execute("SELECT count(*) FROM lycees WHERE sexe = %s",
                                                (sexe,)).fetchone(), (count,))

    def test_after_an_error_a_pipeline_goes_on_behind_the_next_sync(self):
        connection = self.connect()
        with self.assertRaises(psycopg.Error):
            with connection.pipeline():
                connection.execute("SELECT nothing FROM lycees")
                connection.execute("SELECT count(*) FROM lycees")
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees").fetchone(),
                         (len(self.centre.rows),))

    def test_the_wrong_number_of_parameters_is_told(self):
        connection = self.connect()
        result = connection.pgconn.exec_params(b"SELECT count(*) FROM lycees WHERE sexe = $1", [])
        self.assertEqual(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"08P01")

    # -- settings, cancel, time ----------------------------------------------------------------
    SLOW = ("SELECT count(*) FROM lycees a, lycees b, lycees c "
            "WHERE a.rang + b.rang + c.rang = -1 AND a.note < b.note")

    def test_a_cancel_request_stops_a_statement_and_not_the_session(self):
        connection = self.connect()
        threading.Timer(0.5, connection.cancel).start()
        begin = time.monotonic()
        with self.assertRaises(psycopg.errors.QueryCanceled):
            connection.execute(self.SLOW)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(connection.execute("SELECT 1").fetchone(), (1,))

    def test_a_cancel_request_with_a_wrong_key_does_nothing(self):
        connection = self.connect()
        import socket
        import struct
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(str(self.centre.home / "run" / ".s.PGSQL.5432"))
        stream.sendall(struct.pack("!iiII", 16, 80877102, connection.info.backend_pid, 12345))
        self.assertEqual(stream.recv(100), b"")
        stream.close()
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees").fetchone(),
                         (len(self.centre.rows),))

    def test_statement_timeout(self):
        connection = self.connect()
        connection.execute("SET statement_timeout TO '300ms'")
        begin = time.monotonic()
        with self.assertRaises(psycopg.errors.QueryCanceled) as caught:
            connection.execute(self.SLOW)
        self.assertIn("300", str(caught.exception))
        self.assertLess(time.monotonic() - begin, 5)
        connection.execute("RESET statement_timeout")
        self.assertEqual(connection.execute("SELECT 1").fetchone(), (1,))

    def test_options_of_the_connection_are_settings(self):
        connection = self.connect(options="-c statement_timeout=200ms")
        with self.assertRaises(psycopg.errors.QueryCanceled):
            connection.execute(self.SLOW)
        for wrong in ("-c no_such_setting=1", "-c statement_timeout=soon", "-x"):
            with self.subTest(wrong=wrong), self.assertRaises(psycopg.OperationalError):
                self.connect(options=wrong)

    def test_a_client_that_leaves_in_the_middle_stops_its_statement(self):
        connection = self.centre.connect("alix", "orientation", autocommit=True)
        connection.pgconn.send_query(self.SLOW.encode())
        time.sleep(0.3)
        before = len(self.centre.processes("--worker"))
        connection.close()
        end = time.monotonic() + 10
        while len(self.centre.processes("--worker")) >= before and time.monotonic() < end:
            time.sleep(0.05)
        self.assertLess(len(self.centre.processes("--worker")), before)

    def test_other_encodings_are_refused(self):
        connection = self.connect()
        with self.assertRaises(psycopg.Error):
            connection.execute("SET client_encoding TO 'LATIN1'")


class Locked(unittest.TestCase):
    def test_a_locked_centre_says_so_and_a_wrong_passphrase_unlocks_nothing(self):
        with harness.TrialCentre() as centre:
            centre.serve(unlock=False)
            refused = centre.psql("alix", "orientation", "SELECT 1", code=2)
            self.assertIn("locked", refused.err)
            self.assertIn("sceau unlock", refused.err)
            wrong = centre.folder / "wrong"
            wrong.write_text("not the passphrase")
            wrong.chmod(0o600)
            centre.sceau("unlock", "--passphrase-file", wrong, code=4)
            self.assertIn("locked", centre.psql("alix", "orientation", "SELECT 1", code=2).err)
            centre.sceau("unlock", "--passphrase-file", centre.passphrase_file)
            self.assertNotIn("locked", centre.psql("alix", "orientation", "SELECT 1", code=2).err)

    def test_serve_with_a_passphrase_file_is_unlocked_at_once(self):
        centre = session_world.ServedCentre()
        self.addCleanup(centre.__exit__)
        centre.stop()
        centre.serve(unlock=False, extra=("--passphrase-file", centre.passphrase_file))
        self.assertEqual(centre.psql("alix", "orientation", "SELECT 1").out.strip(), "1")

    @unittest.skipIf(harness.is_sanitized(), "AddressSanitizer's shadow knows no bound of memory")
    def test_a_statement_that_wants_more_memory_than_a_session_may_take_is_53200(self):
        centre = session_world.ServedCentre()
        self.addCleanup(centre.__exit__)
        centre.stop()
        centre.serve(extra=("--memory", "256M"))
        connection = centre.connect("alix", "orientation", autocommit=True)
        with self.assertRaises(psycopg.errors.OutOfMemory) as caught:
            connection.execute("SELECT a.naissance, b.naissance, c.rang FROM lycees a, lycees b, "
                               "lycees c WHERE c.rang < 9 ORDER BY a.note, b.note, c.note")
        self.assertIn("--memory", caught.exception.diag.message_hint)
        self.assertEqual(connection.execute("SELECT count(*) FROM lycees").fetchone(),
                         (len(centre.rows),))
        connection.close()
        refused = harness.run([harness.binary("sceau"), "--home", centre.home, "serve", "--memory",
                               "12"], timeout=20)
        self.assertEqual(refused.code, 2)
        self.assertIn("256M", refused.err)

    def test_a_second_broker_is_refused(self):
        with harness.TrialCentre() as centre:
            centre.serve()
            second = harness.run([harness.binary("sceau"), "--home", centre.home, "serve"], timeout=20)
            self.assertNotEqual(second.code, 0)
            self.assertIn("hint", second.err)


if __name__ == "__main__":
    harness.main()
