"""Who opens a centre: people added and removed, keys of their own, shares, rotations, another medium, kills."""

import json
import re
import shutil
import unittest

import harness
from harness import TrialCentre, binary, run


def secret_file(folder, name, words):
    path = folder / name
    path.write_text(words)
    path.chmod(0o600)
    return path


class Keys(unittest.TestCase):
    def setUp(self):
        self.centre = TrialCentre()
        self.addCleanup(self.centre.__exit__)
        self.folder = self.centre.folder
        self.keys = self.centre.home / "keys"

    def sceau(self, *words, passphrase=None, identity=None, code=0):
        """A command of a centre that isn't served, opened by what is given here alone."""
        arguments = [binary("sceau"), "--home", self.centre.home, *words]
        for file in [identity] if identity else []:
            arguments += ["--identity", file]
        for file in passphrase if isinstance(passphrase, list) else [passphrase] if passphrase else []:
            arguments += ["--passphrase-file", file]
        return run(arguments, code=code)

    def add(self, name, words=None):
        file = secret_file(self.folder, name, words or f"words of {name}")
        self.centre.sceau("key", "add", name, "--new-passphrase-file", file)
        return file

    def identity(self, name):
        """A person's key file, its passphrase, and the public key."""
        words = secret_file(self.folder, f"{name}.words", f"identity words of {name}")
        file = self.folder / f"{name}.identity"
        made = run([binary("sceau"), "key", "identity", file, "--passphrase-file", words], code=0)
        return file, words, made.out.strip()

    def unlock(self, *words, code=0):
        return run([binary("sceau"), "--home", self.centre.home, "unlock", *words], code=code)

    def last(self, event):
        shown = self.centre.audit("show", self.centre.home / "log", "--json").out
        return [entry for entry in json.loads(shown)["entries"] if entry["event"] == event][-1]

    def test_1_people_are_added_and_removed(self):
        first = self.centre.passphrase_file
        marie = self.add("marie")
        status = self.sceau("key", "status", "--json", passphrase=marie).json()
        self.assertEqual([r["name"] for r in status["recipients"]], ["custodian", "marie"])
        self.assertEqual((status["generation"], status["alone"], status["shares"]), (1, 2, None))
        self.assertIn("marie", self.sceau("key", "status", passphrase=first).out)
        self.sceau("key", "remove", "custodian", passphrase=marie)
        ran = self.sceau("key", "status", passphrase=first, code=4)
        self.assertIn("does not open", ran.err)
        ran = self.sceau("key", "remove", "marie", passphrase=marie, code=1)
        self.assertIn("nobody could open", ran.err)
        self.assertIn("hint: add another", ran.err)
        changed = self.last("keyring.changed")["data"]
        self.assertEqual(changed["act"], "remove")
        self.centre.passphrase_file = marie
        self.sceau("--as", "alix", "key", "status", passphrase=marie, code=3)
        self.sceau("--as", "alix", "key", "remove", "marie", passphrase=marie, code=3)
        shown = self.centre.audit("show", self.centre.home / "log").out
        self.assertNotIn("marie", shown)
        self.assertIn("keyring.started", shown)
        self.centre.verify_log()

    def test_2_a_person_opens_with_a_key_of_their_own(self):
        file, words, public = self.identity("paul")
        self.assertRegex(public, r"^x25519:[A-Za-z0-9+/]{43}=$")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.centre.sceau("key", "add", "paul", "--public", public)
        self.centre.sceau("key", "add", "eve", "--public", "x25519:" + "A" * 43 + "=", code=2)
        self.centre.sceau("key", "add", "eve", "--public", "x25519:AAAA", code=2)
        status = self.sceau("key", "status", "--json", identity=file, passphrase=words).json()
        self.assertEqual(status["recipients"][1]["public"], public)
        wrong = secret_file(self.folder, "wrong", "other words")
        ran = self.sceau("key", "status", identity=file, passphrase=wrong, code=4)
        self.assertIn("identity file", ran.err)
        other, other_words, _ = self.identity("rose")
        ran = self.sceau("key", "status", identity=other, passphrase=other_words, code=4)
        self.assertIn("opens nothing", ran.err)
        run([binary("sceau"), "key", "identity", file, "--passphrase-file", words], code=2)
        self.centre.serve(unlock=False)
        self.assertEqual(self.unlock("--identity", file, "--passphrase-file", words, "--json").json()["state"],
                         "unlocked")

    def test_3_two_people_are_needed(self):
        first, marie = self.centre.passphrase_file, self.add("marie")
        file, words, public = self.identity("paul")
        self.centre.sceau("key", "add", "paul", "--public", public)
        self.centre.sceau("key", "split", "--needed", "2", "custodian", "marie", "paul", code=1)  # marie isn't there
        ran = self.centre.sceau("key", "split", "--needed", "2", "custodian", "marie", "paul",
                                "--passphrase-file", marie)
        self.assertIn("nobody alone", ran.out)
        ran = self.sceau("key", "status", passphrase=first, code=2)
        self.assertIn("1 of the 2 shares", ran.err)
        shares = self.sceau("key", "status", "--json", passphrase=[first, marie]).json()["shares"]
        self.assertEqual(shares, {"needed": 2, "of": 3})
        self.sceau("key", "remove", "paul", passphrase=[first, marie])
        ran = self.sceau("key", "remove", "marie", passphrase=[first, marie], code=1)
        self.assertIn("nobody could", ran.err)
        self.sceau("key", "add", "paul", "--public", public, passphrase=[first, marie])
        self.sceau("key", "split", "--needed", "2", "custodian", "marie", "paul", passphrase=[first, marie])

        self.centre.serve(unlock=False)
        ran = self.unlock("--passphrase-file", marie)
        self.assertIn("1 of 2", ran.out)
        self.centre.sceau("role", "list", code=2)  # still locked
        ran = self.unlock("--passphrase-file", marie, code=4)
        self.assertIn("given already", ran.err)
        self.unlock("--passphrase-file", secret_file(self.folder, "eve", "eve's words"), code=4)
        ran = self.unlock("--identity", file, "--passphrase-file", words, "--json")
        self.assertEqual(ran.json()["state"], "unlocked")
        self.centre.sceau("role", "list")
        backup = self.folder / "backup"
        self.centre.sceau("backup", backup, "--with-keys")
        self.centre.stop()
        self.restored_by_two(backup, first, ["--identity", file, "--passphrase-file", words])
        self.assertEqual(len(self.last("centre.unlocked")["data"]["recipients"].split(",")), 2)

    def restored_by_two(self, backup, first, other):
        """A backup of a split key is opened by as many people as the centre, and by nobody alone."""
        home = self.folder / "restored"
        restore = [binary("sceau"), "--home", home, "restore", backup]
        alone = run([*restore, "--passphrase-file", first], code=2)
        self.assertIn("1 of the 2 shares", alone.err)
        self.assertFalse(home.exists())
        run([*restore, *other, "--passphrase-file", first], code=0)
        run([binary("sceau-audit"), "verify", home / "log", "--trust", home / "log.trust"], code=0)

    def test_4_a_rotation_leaves_no_old_file_of_use(self):
        first, marie = self.centre.passphrase_file, self.add("marie")
        old = self.folder / "old"
        shutil.copytree(self.keys, old)
        ran = self.centre.sceau("key", "rotate", code=1)
        self.assertIn("'marie' has to give", ran.err)
        self.centre.serve()
        self.centre.sceau("key", "rotate", "--passphrase-file", first, "--passphrase-file", marie)
        self.centre.sceau("role", "grant", "--user", "rene", "--role", "reviewer")
        self.centre.stop()
        self.assertEqual(self.sceau("key", "status", "--json", passphrase=marie).json()["generation"], 2)
        self.assertEqual([f.name for f in self.keys.iterdir() if f.suffix != ".key"], [])
        for file in self.keys.iterdir():
            self.assertNotEqual(file.read_bytes(), (old / file.name).read_bytes(), file.name)
        shutil.copy(self.keys / "registry.key", self.folder / "new")
        shutil.copy(old / "registry.key", self.keys / "registry.key")
        ran = self.sceau("key", "status", passphrase=first, code=4)
        self.assertIn("generation 1", ran.err)
        shutil.copy(self.folder / "new", self.keys / "registry.key")
        self.centre.verify_log()

    def test_5_an_older_keyring_that_is_put_back_is_found(self):
        marie = self.add("marie")
        old = (self.keys / "centre.key").read_bytes()
        self.centre.sceau("key", "remove", "marie")
        (self.keys / "centre.key").write_bytes(old)
        ran = self.sceau("key", "status", passphrase=marie, code=4)
        self.assertIn("not the one that the log speaks of", ran.err)

    def test_6_the_keys_lie_on_another_medium(self):
        medium = self.folder / "medium"
        self.keys.rename(medium)
        config = self.centre.home / "centre.toml"
        config.write_text(re.sub('keys = "keys"', f'keys = "{medium}"', config.read_text()))
        self.centre.serve()
        self.centre.sceau("role", "list")
        self.assertEqual(self.centre.sceau("key", "status", "--json").json()["folder"], str(medium))
        medium.rename(self.folder / "away")
        ran = self.centre.sceau("key", "status", code=2)
        self.assertIn(f"no keyring at {medium}", ran.err)
        self.assertIn("another medium", ran.err)
        self.centre.stop()
        ran = self.sceau("role", "list", passphrase=self.centre.passphrase_file, code=2)
        self.assertIn(f"no keyring at {medium}", ran.err)
        (self.folder / "away").rename(medium)
        self.sceau("role", "list", passphrase=self.centre.passphrase_file)

    def test_7_killed_at_each_file_call_of_a_rotation_the_keyring_is_whole(self):
        if shutil.which("strace") is None:
            self.skipTest("skipped: no strace")
        first = self.centre.passphrase_file
        kept = self.folder / "kept"
        shutil.copytree(self.centre.home, kept)
        seen = set()
        # Each passphrase costs half a second: of the many syncs every third is enough.
        for call, step in (("rename", 1), ("unlink", 2), ("fsync", 3)):
            for number in range(1, 200, step):
                shutil.rmtree(self.centre.home)
                shutil.copytree(kept, self.centre.home)
                ran = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-P", str(self.keys),
                           *[x for f in self.parts() for x in ("-P", f)],
                           "-e", f"inject={call}:signal=KILL:when={number}",
                           binary("sceau"), "--home", self.centre.home, "key", "rotate", "--passphrase-file", first])
                if "Operation not permitted" in ran.err:
                    self.skipTest("skipped: strace can't trace here")
                finished = ran.code == 0
                status = self.sceau("key", "status", "--json", passphrase=first).json()
                seen.add(status["generation"])
                self.assertEqual(sorted(f.suffix for f in self.keys.iterdir()), [".key"] * len(list(self.keys.iterdir())))
                self.assertIn("generation", status)
                self.centre.verify_log()
                if finished:
                    break
            else:
                self.fail(f"a rotation has more than 200 {call}")
        self.assertEqual(seen, {1, 2})

    def parts(self):
        """The paths that a rotation touches."""
        names = [f.name for f in (self.folder / "kept" / "keys").iterdir()]
        return [str(self.keys / (name + end)) for name in names for end in ("", ".part", ".next", ".next.part")]


if __name__ == "__main__":
    harness.main()
