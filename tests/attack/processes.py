"""What befalls a worker, or the machine under the centre, costs the sessions that it befalls: signals
that kill or stop, descriptors that run out, a disk that is full. The log says what ended, and verifies."""

import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import ground
import psycopg
import session_world
from ground import harness

COUNT = "SELECT count(*) FROM lycees"


class Processes(unittest.TestCase):
    def setUp(self):
        self.centre = session_world.ServedCentre()
        self.addCleanup(self.centre.__exit__)

    def connect(self):
        connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(connection.close)
        return connection

    def count(self):
        return int(self.centre.psql("alix", "orientation", COUNT).out)

    def worker_of(self, connect):
        before = set(self.centre.processes("--worker"))
        connection = connect()
        (pid,) = set(self.centre.processes("--worker")) - before
        return connection, pid

    def reasons(self):
        self.centre.stop()
        self.centre.verify_log()
        entries = self.centre.audit("show", self.centre.home / "log", "--json").json()["entries"]
        opened = [e["data"]["session"] for e in entries if e["event"] == "session.opened"]
        closed = {e["data"]["session"]: e["data"]["reason"] for e in entries if e["event"] == "session.closed"}
        self.assertEqual(sorted(opened), sorted(closed))
        started = [e["data"]["statement"] for e in entries if e["event"] == "statement.started"]
        finished = [e["data"]["statement"] for e in entries if e["event"] == "statement.finished"]
        self.assertEqual(sorted(started), sorted(finished))
        return [closed[session] for session in opened]

    def test_each_signal_that_ends_a_worker_ends_its_session_alone(self):
        other = self.connect()
        signals = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGSYS,
                   signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
        for number in signals:
            with self.subTest(signal=number.name):
                victim, pid = self.worker_of(self.connect)
                victim.pgconn.send_query(
                    b"SELECT count(*) FROM lycees a, lycees b, lycees c WHERE a.note < b.note AND b.rang > c.rang")
                time.sleep(0.1)
                os.kill(pid, number)
                with self.assertRaises(psycopg.OperationalError):
                    while (result := victim.pgconn.get_result()) is not None:
                        if result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
                            raise psycopg.OperationalError
                    victim.execute("SELECT 1")
                self.assertEqual(other.execute(COUNT).fetchone(), (len(self.centre.rows),))
        cores = [str(p) for p in pathlib.Path.cwd().glob("core*")]
        self.assertEqual(cores, [])
        other.close()
        reasons = self.reasons()
        self.assertEqual(reasons.count("crash"), len(signals))

    def test_a_worker_that_is_stopped_holds_up_nobody_and_not_the_centre_s_end(self):
        victim, pid = self.worker_of(self.connect)
        os.kill(pid, signal.SIGSTOP)
        victim.pgconn.send_query(COUNT.encode())
        self.assertEqual(self.count(), len(self.centre.rows))
        self.centre.sceau("status")
        begun = time.monotonic()
        self.assertIn("stopped", self.reasons())
        self.assertLess(time.monotonic() - begun, 20)
        self.assertFalse(pathlib.Path(f"/proc/{pid}").exists())

    def test_an_endless_statement_ends_at_its_time_and_its_worker_is_the_same(self):
        victim, pid = self.worker_of(self.connect)
        victim.execute("SET statement_timeout TO '1s'")
        with self.assertRaises(psycopg.errors.QueryCanceled):
            victim.execute("SELECT count(*) FROM lycees a, lycees b, lycees c, lycees d WHERE a.note < b.note")
        self.assertEqual(victim.execute(COUNT).fetchone(), (len(self.centre.rows),))
        self.assertTrue(pathlib.Path(f"/proc/{pid}").exists())

    def test_descriptors_that_run_out_turn_new_clients_away_and_spare_the_others(self):
        self.centre.stop()
        most = 48
        served = self.centre.serve
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        real = subprocess.Popen

        def bounded(*arguments, **options):
            return real(*arguments, **options,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
        harness.subprocess.Popen = bounded
        try:
            served()
        finally:
            harness.subprocess.Popen = real
        first = self.connect()
        held, turned_away = [], 0
        for _ in range(40):
            try:
                held.append(self.centre.connect("alix", "orientation", autocommit=True, connect_timeout=10))
            except psycopg.Error:
                turned_away += 1
                if turned_away >= 3:
                    break
        self.assertGreaterEqual(turned_away, 1)
        self.assertEqual(first.execute(COUNT).fetchone(), (len(self.centre.rows),))
        for connection in held:
            connection.close()
        end = time.monotonic() + 20
        while len(self.centre.processes("--worker")) > 1 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(self.count(), len(self.centre.rows))
        first.close()
        self.reasons()


@unittest.skipUnless(ground.ALONE_HERE, "skipped: a small disk, for want of the right to mount one")
class FullDisk(unittest.TestCase):
    def test_what_can_t_be_logged_is_not_done_and_nothing_is_lost(self):
        centre = session_world.ServedCentre()
        self.addCleanup(centre.__exit__)
        centre.stop()
        # The home moves to a disk of its own, with little room.
        moved = centre.folder / "moved"
        centre.home.rename(moved)
        centre.home.mkdir(mode=0o700)
        size = sum(p.stat().st_size for p in moved.rglob("*") if p.is_file())
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size + 12_000_000}", "none", centre.home], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", centre.home])
        subprocess.run(["cp", "-a", f"{moved}/.", centre.home], check=True)
        centre.serve()
        connection = centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute(COUNT).fetchone(), (len(centre.rows),))
        ballast = centre.home / "run" / "ballast"
        with self.assertRaises(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        failed = 0
        for _ in range(400):
            try:
                connection.execute(COUNT)
            except psycopg.Error as error:
                failed += 1
                self.assertNotIn(str(centre.home / "registry.db") + "-", str(error))
                break
        self.assertEqual(failed, 1, "a full disk was never noticed")
        ballast.unlink()
        try:
            centre.stop()
        except AssertionError:
            self.fail(centre.serve_output())
        centre.serve()
        with centre.connect("alix", "orientation", autocommit=True) as again:
            self.assertEqual(again.execute(COUNT).fetchone(), (len(centre.rows),))
        centre.stop()
        centre.verify_log()


if __name__ == "__main__":
    harness.main()
