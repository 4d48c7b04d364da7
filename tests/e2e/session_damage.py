"""Processes that are killed, clients that babble, many sessions at once: the centre goes on, its log
verifies, and a request is whole or not there."""

import os
import random
import signal
import socket
import struct
import threading
import time
import unittest

import psycopg
import session_world
from session_world import harness

SAFE = "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe"
COPY = f"COPY ({SAFE}) TO 'sexe.csv' WITH (title 'A title')"
SLOW = ("SELECT count(*) FROM lycees a, lycees b, lycees c "
        "WHERE a.rang + b.rang + c.rang = -1 AND a.note < b.note")


class Damage(unittest.TestCase):
    def setUp(self):
        self.centre = session_world.ServedCentre()
        self.addCleanup(self.centre.__exit__)

    def count(self):
        return self.centre.psql("alix", "orientation", "SELECT count(*) FROM lycees").out.strip()

    def connect(self):
        connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(connection.close)
        return connection

    def states(self):
        """Each request's state, from a session of its own."""
        out = self.centre.psql("alix", "orientation", "SELECT request, state FROM sceau.requests ORDER BY 1").out
        return dict(line.split("|") for line in out.split())

    def assert_whole(self):
        """The log verifies, and each request that it announces is checked or withdrawn."""
        self.centre.stop()
        self.centre.verify_log()
        shown = self.centre.audit("show", self.centre.home / "log", "--json").json()["entries"]
        submitted = {e["data"]["request"] for e in shown if e["event"] == "request.submitted"}
        ended = {e["data"]["request"] for e in shown if e["event"] in ("request.checked", "request.withdrawn")}
        self.assertEqual(submitted, ended)
        opened = [e["data"]["session"] for e in shown if e["event"] == "session.opened"]
        closed = [e["data"]["session"] for e in shown if e["event"] == "session.closed"]
        self.assertEqual(sorted(opened), sorted(closed))
        return shown

    def test_a_killed_worker_ends_its_session_and_no_other(self):
        other = self.connect()
        other.execute("SELECT 1")
        before = set(self.centre.processes("--worker"))
        victim = self.connect()
        (pid,) = set(self.centre.processes("--worker")) - before
        victim.execute("BEGIN")
        victim.execute(COPY)
        os.kill(pid, signal.SIGKILL)
        with self.assertRaises(psycopg.OperationalError):
            victim.execute("COMMIT")
        self.assertEqual(other.execute("SELECT count(*) FROM lycees").fetchone(), (len(self.centre.rows),))
        self.assertEqual(self.states(), {})
        other.close()
        shown = self.assert_whole()
        reasons = [e["data"]["reason"] for e in shown if e["event"] == "session.closed"]
        self.assertIn("crash", reasons)

    def test_a_worker_killed_in_the_middle_of_a_statement(self):
        connection = self.connect()
        connection.pgconn.send_query(SLOW.encode())
        time.sleep(0.5)
        for pid in self.centre.processes("--worker"):
            os.kill(pid, signal.SIGKILL)
        with self.assertRaises(psycopg.OperationalError):
            while connection.pgconn.get_result() is None:
                pass
            connection.execute("SELECT 1")
        self.assertEqual(self.count(), str(len(self.centre.rows)))
        self.assert_whole()

    def test_a_worker_killed_at_any_time_of_a_copy(self):
        for delay in (0.0, 0.01, 0.03, 0.06, 0.1, 0.2):
            with self.subTest(delay=delay):
                before = set(self.centre.processes("--worker"))
                connection = self.connect()
                (pid,) = set(self.centre.processes("--worker")) - before
                connection.pgconn.send_query(COPY.encode())
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
                connection.close()
                self.assertEqual(self.count(), str(len(self.centre.rows)))
        self.assert_whole()

    def test_a_killed_examiner_decides_nothing(self):
        connection = self.connect()
        released = 0
        for attempt in range(20):  # an examiner may be done before it can be killed
            killer = threading.Thread(target=self.centre.kill_next, args=("--examiner",))
            killer.start()
            try:
                connection.execute(COPY.replace("sexe.csv", f"sexe-{attempt}.csv"))
                released += 1
            except psycopg.Error as error:
                self.assertIn("examiner", str(error))
                break
            finally:
                killer.join()
        else:
            self.fail("no examiner could be killed in time")
        connection.execute(COPY.replace("sexe.csv", "again.csv"))
        self.assertEqual(list(self.states().values()), ["released"] * (released + 1))
        self.assert_whole()

    def test_a_broker_killed_at_any_time_of_a_copy_starts_again(self):
        for delay in (0.0, 0.01, 0.03, 0.06, 0.1, 0.2):
            with self.subTest(delay=delay):
                connection = self.connect()
                connection.pgconn.send_query(COPY.encode())
                time.sleep(delay)
                self.centre.server.kill()
                self.centre.server.wait()
                self.centre.server = None
                connection.close()
                # Cut off in the middle of a publication it may be undecided (1), never tampered (4).
                cut = self.centre.audit("verify", self.centre.home / "log",
                                        "--trust", self.centre.home / "log.trust", code=None)
                self.assertIn(cut.code, (0, 1), repr(cut))
                self.centre.serve()
                self.assertEqual(self.count(), str(len(self.centre.rows)))
                for state in self.states().values():
                    self.assertIn(state, ("checked", "approved", "released", "withdrawn"))
        self.assert_whole()

    def test_children_die_with_the_broker(self):
        self.connect()
        workers = self.centre.processes("--worker")
        self.assertTrue(workers)
        self.centre.server.kill()
        self.centre.server.wait()
        self.centre.server = None
        end = time.monotonic() + 5
        while any(os.path.exists(f"/proc/{pid}") for pid in workers) and time.monotonic() < end:
            time.sleep(0.02)
        self.assertFalse([pid for pid in workers if os.path.exists(f"/proc/{pid}")])

    def test_a_worker_stands_behind_its_walls(self):
        with open(f"/proc/{self.centre.server.pid}/exe", "rb") as program:
            if b"__asan_init" in program.read():
                self.skipTest("the sanitizer's build has no walls")
        connection = self.connect()
        connection.execute("SELECT count(*) FROM lycees")
        for pid in self.centre.processes("--worker"):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            self.assertEqual(status["Seccomp"].strip(), "2")
            self.assertEqual(status["NoNewPrivs"].strip(), "1")

    def test_a_stop_ends_sessions_with_a_word(self):
        connection = self.connect()
        busy = self.connect()
        busy.pgconn.send_query(SLOW.encode())
        time.sleep(0.3)
        self.centre.stop()
        with self.assertRaises(psycopg.OperationalError) as caught:
            connection.execute("SELECT 1")
        self.assertIn("stopping", str(caught.exception))
        self.centre.verify_log()
        self.assertFalse((self.centre.home / "run" / ".s.PGSQL.5432").exists())

    # -- hostile bytes ---------------------------------------------------------------------------
    def raw(self):
        stream = socket.socket(socket.AF_UNIX)
        stream.settimeout(15)
        stream.connect(str(self.centre.home / "run" / ".s.PGSQL.5432"))
        return stream

    def start(self, stream):
        body = b"user\0alix\0database\0orientation\0\0"
        stream.sendall(struct.pack("!ii", len(body) + 8, 196608) + body)
        heard = b""
        while not heard.endswith(b"Z\0\0\0\x05I"):
            heard += stream.recv(4096)

    def drain(self, stream):
        heard = b""
        try:
            while True:
                more = stream.recv(65536)
                if not more:
                    return heard
                heard += more
        except ConnectionError:
            return heard

    def test_hostile_bytes_end_their_own_session_alone(self):
        hostile = [b"Q\xff\xff\xff\xff", b"B\x7f\xff\xff\xff", b"!\0\0\0\4", b"Q\0\0\0\6ab", b"\0" * 100,
                   b"P\0\0\0\x0b\0\0\xff\xffabc", b"D\0\0\0\6X\0"]
        for bytes_sent in hostile:
            with self.subTest(bytes_sent=bytes_sent), self.raw() as stream:
                self.start(stream)
                stream.sendall(bytes_sent)
                self.assertIn(b"08P01", self.drain(stream))
        dice = random.Random(20261123)
        for _ in range(30):
            with self.raw() as stream:
                if dice.random() < 0.5:
                    self.start(stream)
                try:
                    stream.sendall(dice.randbytes(dice.randrange(1, 5000)))
                    stream.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                self.drain(stream)
        self.assertEqual(self.count(), str(len(self.centre.rows)))
        self.assert_whole()

    def test_hostile_statements_are_refused_and_the_session_lives(self):
        connection = self.connect()
        deep = "SELECT " + "(" * 20000 + "1" + ")" * 20000
        chain = "SELECT " + "1+" * 30000 + "1"
        wide = "SELECT " + ",".join(["1"] * 100_000)
        for text in (deep, chain, wide, "SELECT '" + "x" * 900_000 + "'", "\x01\x02\x03"):
            with self.subTest(size=len(text)), self.assertRaises(psycopg.Error):
                connection.execute(text)
            self.assertFalse(connection.closed, text[:40])
        self.assertEqual(connection.execute("SELECT 1").fetchone(), (1,))

    def test_a_client_that_never_starts_is_given_up(self):
        with self.raw() as stream:
            begin = time.monotonic()
            self.assertEqual(stream.recv(100), b"")
            self.assertLess(time.monotonic() - begin, 14)

    # -- many at once ----------------------------------------------------------------------------
    def test_twenty_sessions_at_once(self):
        expected = len(self.centre.rows)
        failures = []

        def work(number):
            try:
                with self.centre.connect("alix", "orientation", autocommit=True) as connection:
                    for _ in range(3):
                        if connection.execute("SELECT count(*) FROM lycees").fetchone() != (expected,):
                            failures.append(f"{number}: wrong count")
                    connection.execute(COPY.replace("sexe.csv", f"sexe-{number}.csv"))
            except Exception as error:  # noqa: BLE001: whatever it is, the test shows it
                failures.append(f"{number}: {error}")

        threads = [threading.Thread(target=work, args=(i,)) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(list(self.states().values()), ["released"] * 20)
        self.assert_whole()


if __name__ == "__main__":
    harness.main()
