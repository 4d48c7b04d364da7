"""What becomes of a store's key: rekeyed, erased with a receipt, and both cut off at any step."""

import shutil
import time
import unittest

import harness
from harness import binary, run
from session_world import ServedCentre

SAFE = "COPY (SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe) TO '%s' WITH (title 'A title')"
COUNT = "SELECT sexe, count(*), avg(note) FROM lycees GROUP BY sexe ORDER BY sexe"


class Stores(unittest.TestCase):
    def setUp(self):
        self.centre = ServedCentre()
        self.addCleanup(self.centre.__exit__)
        self.store = [s for s in self.centre.sceau("store", "list", "--json").json()["stores"]][0]
        self.name = self.store["store"]
        self.file = self.centre.home / "stores" / f"{self.name}.store"

    def keys(self):
        return sorted(f.name for f in (self.centre.home / "keys").glob("store-*"))

    def sessions_end(self, timeout=20):
        """A session closes a moment after its client has gone."""
        end = time.monotonic() + timeout
        while self.centre.sceau("status", "--json").json()["sessions"] > 0:
            self.assertLess(time.monotonic(), end, "a session never closed")
            time.sleep(0.1)

    def answer(self):
        found = self.centre.psql("alix", "orientation", COUNT).out
        self.sessions_end()
        return found

    def request(self, name):
        self.centre.psql("alix", "orientation", SAFE % name)
        with self.centre.connect("alix", "orientation") as connection:
            found = connection.execute("SELECT request FROM sceau.requests ORDER BY request").fetchall()[-1][0]
        self.sessions_end()
        return found

    def test_1_a_rekeyed_store_answers_as_before(self):
        before, request = self.answer(), self.request("a.csv")
        old_bytes, old_keys = self.file.read_bytes(), self.keys()
        self.centre.sceau("store", "rekey", self.name, as_user="alix", code=3)
        with self.centre.connect("alix", "orientation") as connection:
            connection.execute("SELECT 1 FROM lycees LIMIT 1")
            ran = self.centre.sceau("store", "rekey", self.name, code=1)
            self.assertIn("session", ran.err)
        self.sessions_end()
        self.assertEqual(self.keys(), old_keys)
        rekeyed = self.centre.sceau("store", "rekey", self.name, "--json").json()["stores"][0]
        self.assertNotEqual(rekeyed["sha256"], self.store["sha256"])
        self.assertEqual(self.keys(), [old_keys[0].replace(".key", "-2.key")])
        self.assertNotEqual(self.file.read_bytes()[:65536], old_bytes[:65536])
        self.assertEqual(list(self.file.parent.glob("*.rekeyed")), [])
        self.assertEqual(self.answer(), before)
        self.centre.sceau("store", "verify", self.name)
        replay = self.centre.sceau("replay", request, "--json").json()
        self.assertEqual([s["state"] for s in replay["stores"]], ["same"], replay)
        # The old file is noise to the new key, and is found where it is put back.
        self.centre.stop()
        new_bytes = self.file.read_bytes()
        self.file.write_bytes(old_bytes)
        ran = self.centre.sceau("store", "verify", self.name, code=4)
        self.file.write_bytes(new_bytes)
        self.centre.sceau("store", "rekey", self.name)
        self.assertEqual(self.keys(), [old_keys[0].replace(".key", "-3.key")])
        self.centre.verify_log()

    def test_2_an_erased_store_is_gone_and_a_receipt_proves_it(self):
        copy = self.centre.folder / "copy.store"
        shutil.copy(self.file, copy)
        sha256 = self.store["sha256"]
        self.centre.sceau("store", "erase", self.name, "--reason", "retention", as_user="alix", code=3)
        self.centre.sceau("store", "erase", self.name, "--reason", "two words", code=2)
        self.centre.sceau("store", "erase", self.name.split("@")[0], "--reason", "retention", code=2)
        with self.centre.connect("alix", "orientation") as connection:
            connection.execute("SELECT 1 FROM lycees LIMIT 1")
            ran = self.centre.sceau("store", "erase", self.name, "--reason", "retention", code=1)
            self.assertIn("session", ran.err)
        self.sessions_end()
        erased = self.centre.sceau("store", "erase", self.name, "--reason", "retention", "--json").json()
        self.assertEqual(self.keys(), [])
        self.assertFalse(self.file.exists())
        receipt = self.centre.home / "outbox" / "erased" / f"{self.name}.receipt"
        self.assertEqual(receipt.read_text(), erased["receipt"])
        trust = self.centre.home / "log.trust"
        ran = self.centre.audit("erasure", receipt, "--trust", trust, "--file", copy)
        self.assertIn(sha256, ran.out)
        self.assertIn("retention", ran.out)
        self.centre.audit("erasure", receipt, "--trust", trust)
        copy.write_bytes(copy.read_bytes()[:-1] + b"x")
        self.centre.audit("erasure", receipt, "--trust", trust, "--file", copy, code=4)
        forged = self.centre.folder / "forged.receipt"
        forged.write_text(erased["receipt"].replace("index ", "index 1"))
        self.centre.audit("erasure", forged, "--trust", trust, code=4)
        self.centre.audit("receipt", receipt, "--file", copy, "--trust", trust, code=1)  # it is no release
        self.assertEqual(self.centre.sceau("store", "list", "--json").json()["stores"], [])
        ran = self.centre.psql("alix", "orientation", COUNT, code=2)
        ran = self.centre.sceau("store", "erase", self.name, "--reason", "again", code=2)
        # Nobody takes its name, for what was released of it is remembered.
        ran = self.centre.seal(self.name, self.centre.folder / "lycees.toml",
                               [self.centre.folder / "lycees.csv"], code=None)
        self.assertEqual(ran.code, 2)
        self.assertIn("was erased on", ran.err)
        receipt.unlink()
        self.centre.stop()
        self.centre.serve()  # the log gives it again
        self.centre.audit("erasure", receipt, "--trust", trust)
        self.centre.verify_log()

    def test_3_a_release_s_receipt_is_none_of_an_erasure(self):
        request = self.request("a.csv")
        receipt = self.centre.home / "outbox" / request / f"{request}-1.csv.receipt"
        ran = self.centre.audit("erasure", receipt, "--trust", self.centre.home / "log.trust", code=1)
        self.assertIn("no erasure", ran.out)

    def touched(self):
        """The paths that these acts touch."""
        names = [self.file, f"{self.file}.rekeyed", self.centre.home / "outbox" / "erased"]
        keys = [self.centre.home / "keys" / name for name in self.keys()]
        keys += [str(key).replace(".key", "-2.key") for key in keys]
        return [part for path in [*names, *keys] for part in ("-P", str(path))]

    def cut_off(self, words, calls, check):
        """The command is killed at each of these calls in turn; the next start must leave one whole state."""
        if shutil.which("strace") is None:
            self.skipTest("skipped: no strace")
        self.centre.stop()
        paths = self.touched()
        kept = self.centre.folder / "kept"
        shutil.copytree(self.centre.home, kept)
        for call in calls:
            for number in range(1, 200):
                shutil.rmtree(self.centre.home)
                shutil.copytree(kept, self.centre.home)
                ran = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", *paths,
                           "-e", f"inject={call}:signal=KILL:when={number}", binary("sceau"), "--home",
                           self.centre.home, *words, "--passphrase-file", self.centre.passphrase_file])
                if "Operation not permitted" in ran.err:
                    self.skipTest("skipped: strace can't trace here")
                check(f"{call} {number}")
                if ran.code == 0:
                    break
            else:
                self.fail(f"more than 200 {call}")

    def test_4_killed_anywhere_a_rekeying_leaves_one_whole_store(self):
        seen = set()

        def check(where):
            self.centre.sceau("store", "verify", self.name)
            self.assertEqual(len(self.keys()), 1, where)
            self.assertEqual([f.name for f in self.file.parent.iterdir()], [self.file.name], where)
            self.centre.verify_log()
            seen.add(self.keys()[0][-6:])

        self.cut_off(["store", "rekey", self.name], ("rename", "unlink", "fsync"), check)
        self.assertEqual(len(seen), 2)

    def test_5_killed_anywhere_an_erasure_is_carried_out_or_not_begun(self):
        seen = set()

        def check(where):
            stores = self.centre.sceau("store", "list", "--json").json()["stores"]
            self.assertEqual(len(self.keys()), len(stores), where)
            self.assertEqual(self.file.exists(), bool(stores), where)
            seen.add(len(stores))
            if stores:
                self.centre.sceau("store", "verify", self.name)
            else:
                receipt = self.centre.home / "outbox" / "erased" / f"{self.name}.receipt"
                self.centre.audit("erasure", receipt, "--trust", self.centre.home / "log.trust")
            self.centre.verify_log()

        self.cut_off(["store", "erase", self.name, "--reason", "retention"], ("unlink", "fsync"), check)
        self.assertIn(0, seen)


if __name__ == "__main__":
    harness.main()
