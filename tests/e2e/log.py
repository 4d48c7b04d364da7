"""The log in the hands of people: words shown and erased, witnesses over a shared folder, a new log, a stick."""

import hashlib
import json
import subprocess
import time
import unittest

import harness
from session_world import ServedCentre

SAFE = "COPY (SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe) TO '%s' WITH (title 'A title')"


class Ministry:
    """Another machine: sceau-audit, a key, a memory, and a folder that both sides see."""

    def __init__(self, folder, name="ministere"):
        self.name, self.folder = name, folder / name
        (self.folder / "seen").mkdir(parents=True)  # a folder: a memory for each log
        self.key = harness.run([harness.binary("sceau-audit"), "key", "--name", f"{name}.example/temoin", "--out",
                                self.folder / "W.key"], code=0).out.strip()

    def sign(self, shared, trust, code=0):
        return harness.run([harness.binary("sceau-audit"), "cosign", "--request", shared / f"{self.name}.request",
                            "--answer", shared / f"{self.name}.answer", "--key", self.folder / "W.key",
                            "--state", self.folder / "seen", "--trust", trust], code=code)


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = ServedCentre()
        cls.shared = cls.centre.folder / "shared"
        cls.shared.mkdir()
        cls.ministry = Ministry(cls.centre.folder)

    @classmethod
    def tearDownClass(cls):
        cls.centre.__exit__()

    def entries(self, log=None):
        shown = self.centre.audit("show", log or self.centre.home / "log", "--json").out
        return json.loads(shown)["entries"]

    def last(self, event):
        return [e for e in self.entries() if e["event"] == event][-1]

    def copy(self, name):
        """Asks for a safe table; the request's id and state."""
        ran = self.centre.psql("alix", "orientation", SAFE % name)
        with self.centre.connect("alix", "orientation") as connection:
            row = connection.execute("SELECT request, state FROM sceau.requests ORDER BY request").fetchall()[-1]
        return row[0], row[1], ran

    def wait(self, what, timeout=20):
        """Sessions close and entries are published a moment after their client has gone."""
        end = time.monotonic() + timeout
        while not (found := what()):
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.1)
        return found

    def closed(self, session):
        return self.wait(lambda: any(e["event"] == "session.closed" and e["data"]["session"] == session
                                     for e in self.entries()))

    def round(self):
        self.centre.sceau("log", "request", self.shared)
        self.ministry.sign(self.shared, self.centre.home / "log.trust")
        return self.centre.sceau("log", "collect", self.shared, "--json").json()

    def status(self):
        return self.centre.sceau("status", "--json").json()

    def receipt(self, request, code):
        folder = self.centre.home / "outbox" / request
        file = folder / f"{request}-1.csv"
        return self.centre.audit("receipt", f"{file}.receipt", "--file", file, "--trust",
                                 self.centre.home / "log.trust", code=code)

    def test_1_words_are_shown_and_erased(self):
        word = "SELECT 'erasable words' AS spoken FROM lycees LIMIT 1"
        self.centre.psql("alix", "orientation", word)
        started = self.wait(lambda: [e for e in self.entries() if e["event"] == "statement.started"])[-1]
        seq, session = started["seq"], started["data"]["session"]
        self.closed(session)
        shown = self.centre.sceau("log", "reveal", "--seq", str(seq), "--json").json()
        self.assertEqual(shown["text"], word)
        self.assertEqual(shown["commitment"], started["data"]["commitment"])
        self.assertIn(word, self.centre.sceau("log", "reveal", "--seq", str(seq)).out)
        self.centre.sceau("log", "reveal", "--seq", str(seq), as_user="alix", code=3)
        self.centre.sceau("log", "reveal", "--seq", "0", code=2)
        self.centre.sceau("log", "erase", session, "--reason", "retention", as_user="alix", code=3)
        self.centre.sceau("log", "erase", session, "--reason", "retention")
        ran = self.centre.sceau("log", "reveal", "--seq", str(seq), code=1)
        self.assertIn("erased on", ran.out)
        self.assertNotIn("erasable words", ran.out)
        for path in self.centre.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"erasable words", path.read_bytes(), path)
        self.assertFalse((self.centre.home / "keys" / "texts-1.key").exists())
        self.centre.verify_log()

    def test_2_the_ministry_cosigns_over_a_shared_folder(self):
        trust = self.centre.home / "log.trust"
        early, state, _ = self.copy("early.csv")
        self.assertEqual(state, "released")
        self.assertEqual(self.status()["witness"]["quorum"], "none")
        self.assertIn("no quorum", self.centre.sceau("status").out)
        self.assertIn("quorum none", self.centre.sceau("doctor", code=None).out)

        self.centre.sceau("log", "witness", "add", "ministere", self.ministry.key)
        self.centre.sceau("log", "witness", "quorum", "1")
        waiting, state, ran = self.copy("waits.csv")
        self.assertEqual(state, "approved")
        self.assertIn("witnesses have signed", ran.err)
        self.assertFalse((self.centre.home / "outbox" / waiting).exists())
        self.assertIn("releases wait", self.centre.sceau("status").out)
        ran = self.centre.sceau("review", "release", waiting, as_user="rene", code=1)
        self.assertIn("sceau log request", ran.err)

        self.centre.sceau("log", "collect", self.shared, code=1)
        asked = self.centre.sceau("log", "request", self.shared)
        self.assertIn("ministere.request", asked.out)
        self.ministry.sign(self.shared, trust)
        came = self.centre.sceau("log", "collect", self.shared, "--json").json()
        self.assertEqual([one["name"] for one in came["taken"]], ["ministere"])
        self.assertEqual(came["released"], [waiting])
        self.assertFalse((self.shared / "ministere.answer").exists())
        self.assertTrue((self.centre.home / "outbox" / waiting / "release.json").exists())
        self.receipt(early, 0)  # renewed under the cosigned checkpoint
        self.receipt(waiting, 1)  # newer than what the ministry has seen

        self.round()
        self.receipt(waiting, 0)
        while self.status()["witness"]["unwitnessed"] > 0:  # a session that closed meanwhile
            self.round()
        witness = self.status()["witness"]
        self.assertEqual(witness["quorum"], "1-of-1")
        self.assertEqual(witness["unwitnessed"], 0)
        self.assertLess(witness["age_s"], 300)
        self.assertEqual(witness["policies"][0]["releases"], "go")
        self.centre.sceau("log", "request", self.shared)
        self.assertFalse((self.shared / "ministere.request").exists())

        (self.shared / "ministere.answer").write_text("— ministere.example/temoin AAAA\n")
        ran = self.centre.sceau("log", "collect", self.shared, code=1)
        self.assertIn("not used", ran.out)
        (self.shared / "ministere.answer").unlink()
        self.assertGreaterEqual(len([e for e in self.entries() if e["event"] == "log.cosigned"]), 2)

    def test_3_the_log_is_rotated_while_it_serves(self):
        before = self.status()["log"]
        with self.centre.connect("alix", "orientation") as connection:
            connection.execute("SELECT count(*) FROM lycees")
            ran = self.centre.sceau("log", "rotate", code=1)
            self.assertIn("session", ran.err)
        self.centre.sceau("log", "rotate", as_user="alix", code=3)
        said = self.wait(lambda: (ran := self.centre.sceau("log", "rotate", "--json", code=None)).code == 0
                         and ran.json())
        self.assertEqual(said["sealed"]["origin"], before["origin"])
        after = self.status()["log"]
        self.assertEqual(after["origin"], before["origin"] + "/2")
        self.assertEqual(after["sealed"], 1)
        request, state, _ = self.copy("second.csv")
        self.assertEqual(state, "approved")  # the new log isn't witnessed yet
        self.assertEqual(self.round()["released"], [request])
        self.round()
        self.receipt(request, 0)
        self.assertEqual(self.entries()[0]["event"], "key.rotated")
        sealed = self.centre.home / "log.sealed" / "1"
        self.assertEqual(self.entries(sealed)[-1]["event"], "log.sealed")

    def test_4_a_restart_finds_everything_again(self):
        before = self.status()
        self.centre.stop()
        self.centre.serve()
        after = self.status()
        self.assertEqual(after["log"]["origin"], before["log"]["origin"])
        self.assertEqual(after["witness"]["witnessed"], before["witness"]["witnessed"])
        statements = [e for e in self.entries(self.centre.home / "log.sealed" / "1")
                      if e["event"] == "statement.started"]
        shown = self.centre.sceau("log", "reveal", "--seq", str(statements[-1]["seq"]), "--log",
                                  "trial/test", "--json").json()
        self.assertEqual(shown["log"], "trial/test")

    def test_5_the_stick_verifies_in_an_empty_environment(self):
        stick = self.centre.folder / "stick"
        said = self.centre.sceau("log", "export", stick, "--json").json()
        self.assertEqual([log["origin"] for log in said["logs"]], ["trial/test", "trial/test/2"])
        self.centre.sceau("log", "export", stick, code=2)
        for line in (stick / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split("  ", 1)
            self.assertEqual(hashlib.sha256((stick / name).read_bytes()).hexdigest(), digest, name)
        elsewhere = self.centre.folder / "elsewhere"
        elsewhere.mkdir()
        moved = elsewhere / "stick"
        stick.rename(moved)
        self.centre.stop()
        home = self.centre.home.rename(self.centre.folder / "gone")
        try:
            commands = [line.strip() for line in (moved / "README").read_text().splitlines()
                        if line.startswith("  sha256sum") or line.startswith("  ./sceau-audit")]
            self.assertEqual(len(commands), 3)
            for command in commands:
                done = subprocess.run(["/bin/sh", "-c", command], cwd=moved, env={}, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, command + done.stdout + done.stderr)
        finally:
            home.rename(self.centre.home)
        bundle = next(p for p in (moved / "log" / "tile" / "entries").rglob("*") if p.is_file())
        data = bytearray(bundle.read_bytes())
        data[len(data) // 2] ^= 1
        bundle.write_bytes(data)
        harness.run([moved / "sceau-audit", "verify", moved / "log", "--trust", moved / "log.trust"], code=4)


if __name__ == "__main__":
    harness.main()
