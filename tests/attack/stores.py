"""Somebody with the disk damages one store of a served centre, or puts another file in its place:
whoever asks for it is refused and the log says so; the other store goes on; nothing is mended, made
or left; put back as it was, it works again. At the next start the whole hash is compared: such a
store is set aside until `store verify` finds it as sealed, and all else goes on."""

import os
import shutil
import sqlite3
import time
import unittest

import ground
import psycopg
from ground import harness

PAGE = 65_536
ASK = "SELECT count(*), sum(note), min(naissance), max(uai), sum(rang), count(academie), max(sexe) FROM impots"


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


class Stores(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = ground.Ground()
        cls.store = cls.centre.home / "stores" / "impots@2021.store"
        cls.other = cls.centre.home / "stores" / "lycees@2021.store"
        cls.kept = cls.centre.folder / "kept.store"
        shutil.copy2(cls.store, cls.kept)
        cls.size = cls.store.stat().st_size
        assert cls.size % PAGE == 0 and cls.size >= 3 * PAGE, cls.size

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def put_back(self):
        for path in self.store.parent.glob("impots*"):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.copy2(self.kept, self.store)

    def pages(self):
        whole = self.kept.read_bytes()
        return [whole[i:i + PAGE] for i in range(0, len(whole), PAGE)]

    def write(self, content):
        self.store.chmod(0o600)
        self.store.write_bytes(content)

    def become(self, make):
        self.store.unlink()
        make(self.store)

    def plaintext(self, path):
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE t(x)")
        database.commit()
        database.close()

    def damages(self):
        pages = self.pages()
        last = len(pages) - 1
        spots = {"salt": 3, "header": 20, "body": 30_000, "last byte before the vector": PAGE - 81,
                 "initial vector": PAGE - 78, "HMAC": PAGE - 40, "padding": PAGE - 1}
        for number in (0, 1, 2, last // 2):  # which the question reads; of the others see test_verify_…
            for what, offset in spots.items():
                yield (f"{what} of page {number}",
                       lambda at=number * PAGE + offset: (self.store.chmod(0o600), flip(self.store, at)))
        yield "a page less", lambda: self.write(b"".join(pages[:-1]))
        yield "a byte less", lambda: self.write(b"".join(pages)[:-1])
        yield "a byte more", lambda: self.write(b"".join(pages) + b"x")
        yield "an appended page", lambda: self.write(b"".join(pages) + pages[-1])
        yield "an appended page of zeros", lambda: self.write(b"".join(pages) + bytes(PAGE))
        yield "two pages swapped", lambda: self.write(b"".join([pages[0], pages[2], pages[1], *pages[3:]]))
        yield "a page twice", lambda: self.write(b"".join([pages[0], pages[1], pages[1], *pages[3:]]))
        theirs = self.other.read_bytes()
        yield ("a page of another store",
               lambda: self.write(pages[0] + theirs[PAGE:2 * PAGE] + b"".join(pages[2:])))
        yield "another store whole", lambda: self.write(theirs)
        yield "another store's first page", lambda: self.write(theirs[:PAGE] + b"".join(pages[1:]))
        yield "a link to another store", lambda: self.become(lambda p: p.symlink_to(self.other))
        yield "a link to itself elsewhere", lambda: self.become(lambda p: p.symlink_to(self.kept))
        yield "nothing there", lambda: self.store.unlink()
        yield "an empty file", lambda: self.write(b"")
        yield "a folder", lambda: self.become(lambda p: p.mkdir())
        yield "a pipe", lambda: self.become(os.mkfifo)
        yield "a device", lambda: self.become(lambda p: p.symlink_to("/dev/zero"))
        yield "zeros", lambda: self.write(bytes(self.size))
        yield "noise", lambda: self.write(os.urandom(self.size))
        yield "a plaintext database", lambda: self.become(self.plaintext)
        for suffix in ("-journal", "-wal"):
            yield f"a stale {suffix}", lambda s=suffix: self.store.with_name(self.store.name + s).write_bytes(b"x" * 512)

    def ask(self):
        """SQLSTATE or message of the refusal; None where there was an answer."""
        try:
            with self.centre.connect("zoe", "lone", autocommit=True, connect_timeout=20) as connection:
                connection.execute("SET statement_timeout TO '20s'")
                self.assertEqual(connection.execute(ASK).fetchone()[0], len(self.centre.rows))
                return None
        except psycopg.Error as error:
            return str(error)

    def logged(self, before):
        """Outcomes and reasons since then, once the last session's end is published."""
        end = time.monotonic() + 10
        while True:
            new = self.centre.entries()[before:]
            opened = {e["data"]["session"] for e in new if e["event"] == "session.opened"}
            closed = {e["data"]["session"] for e in new if e["event"] == "session.closed"}
            refused = [e for e in new if e["event"] == "session.refused"]
            if len(opened) + len(refused) >= 2 and opened == closed or time.monotonic() > end:
                return {e["data"].get("outcome") or e["data"].get("reason") for e in new
                        if e["event"] in ("statement.finished", "session.closed", "session.refused")}
            time.sleep(0.1)

    def test_each_damage_is_refused_and_the_other_store_goes_on(self):
        self.assertIsNone(self.ask())
        refused = 0
        for what, damage in self.damages():
            with self.subTest(damage=what):
                before = len(self.centre.entries())
                damage()
                here = {p.name for p in self.store.parent.iterdir()}
                said = self.ask()
                self.assertIsNotNone(said, "answered as if nothing were amiss")
                for word in ("sqlite", "HMAC", "hmac", "17.5"):
                    self.assertNotIn(word, said)
                self.assertIn("impots", said)
                refused += 1
                self.assertEqual({p.name for p in self.store.parent.iterdir()}, here)
                self.assertEqual(self.centre.psql("alix", "orientation", "SELECT count(*) FROM lycees").out.strip(),
                                 str(len(self.centre.rows)))
                self.assertTrue(self.logged(before) & {"XX001", "refused", "store"}, self.logged(before))
            self.put_back()
        self.assertIsNone(self.ask())
        self.assertGreaterEqual(refused, 45)

    def test_verify_names_the_damage(self):
        self.addCleanup(self.put_back)
        for page in range(self.size // PAGE):  # also those that hold no column
            self.store.chmod(0o600)
            flip(self.store, page * PAGE + 100)
            found = self.centre.sceau("store", "verify", "impots@2021", code=4)
            self.assertIn("impots@2021", found.out + found.err)
            self.assertIn("set aside", self.ask())
            self.centre.sceau("store", "verify", "lycees@2021")
            flip(self.store, page * PAGE + 100)
            self.centre.sceau("store", "verify", "impots@2021")
            self.assertIsNone(self.ask())

    def test_z_a_centre_that_starts_with_a_damaged_store_sets_it_aside_until_it_is_back(self):
        for damage in (lambda: flip(self.store, self.size - PAGE + 100), lambda: self.store.unlink(),
                       lambda: self.become(lambda p: p.symlink_to(self.kept)), lambda: self.become(os.mkfifo)):
            self.centre.stop()
            self.store.chmod(0o600)
            damage()
            before = len(self.centre.entries())
            self.centre.serve(unlock=False)
            unlocked = self.centre.sceau("unlock", "--passphrase-file", self.centre.passphrase_file)
            self.assertIn("impots@2021: set aside", unlocked.err)
            self.assertEqual(self.centre.sceau("status", "--json").json()["set_aside"], ["impots@2021"])
            said = self.ask()
            self.assertIn("impots@2021 is set aside", said)
            self.assertEqual(self.centre.psql("alix", "orientation", "SELECT count(*) FROM lycees").out.strip(),
                             str(len(self.centre.rows)))
            self.put_back()
            self.assertIn("set aside", self.ask(), "a file that nobody looked at")
            self.centre.sceau("store", "verify", "impots@2021")
            self.assertIsNone(self.ask())
            self.assertEqual(self.centre.sceau("status", "--json").json()["set_aside"], [])
            self.assertEqual(self.stores_of_log(before), ["store.barred", "store.admitted"])

    def stores_of_log(self, before):
        """What was said of the store's standing since then, once it is published."""
        end = time.monotonic() + 10
        while True:
            found = [e["event"] for e in self.centre.entries()[before:]
                     if e["event"] in ("store.barred", "store.admitted")]
            if "store.admitted" in found or time.monotonic() > end:
                return found
            time.sleep(0.1)


if __name__ == "__main__":
    harness.main()
