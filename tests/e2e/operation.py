"""Running a centre: doctor, backup and restore, events, units, what an installation puts where."""

import json
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402
import session_world  # noqa: E402


class Operation(unittest.TestCase):
    """One centre, backed up while it serves; each test restores copies of that backup."""

    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()
        copied = ("COPY (SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe) TO 'a.csv' "
                  "WITH (title 'A')")
        cls.centre.psql("alix", "orientation", copied)
        cls.backup = cls.centre.folder / "backup"
        cls.full = cls.centre.folder / "full"
        cls.made = cls.centre.sceau("backup", cls.backup, "--json").json()
        cls.centre.sceau("backup", cls.full, "--with-keys")
        cls.centre.psql("alix", "orientation", copied.replace("a.csv", "b.csv"))
        cls.checkpoint = cls.centre.folder / "newer"
        cls.centre.verify_log()  # published
        shutil.copy(cls.centre.home / "log" / "checkpoint", cls.checkpoint)

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def restore(self, backup, *extra, code=0, home=None):
        home = home or self.centre.folder / f"r{time.monotonic_ns()}"  # short: a socket's path
        ran = harness.run([harness.binary("sceau"), "--home", home, "restore", backup, *extra,
                           "--passphrase-file", self.centre.passphrase_file], code=code)
        if code != 0:
            self.assertFalse(home.exists(), "a refused restore left something")
        self.assertEqual(list(self.centre.folder.glob(".r*")), [])
        return home, ran

    def copy_of(self, backup, name):
        copy = self.centre.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(backup, copy)
        return copy

    # -- backup ----------------------------------------------------------------------------------
    def test_a_backup_is_private_signed_logged_and_holds_no_key_unless_asked(self):
        self.assertEqual(self.backup.stat().st_mode & 0o777, 0o700)
        self.assertFalse((self.backup / "keys").exists())
        self.assertTrue((self.full / "keys").exists())
        self.assertTrue((self.backup / "MANIFEST").read_text().startswith("sceau-backup/v1\n"))
        shown = self.centre.audit("show", self.centre.home / "log", "--json").json()["entries"]
        made = [e for e in shown if e["event"] == "backup.made"]
        self.assertEqual(made[0]["data"]["backup"], self.made["backup"])
        self.assertEqual([e["data"]["keys"] for e in made], ["no", "yes"])
        for file in self.backup.rglob("*"):
            if file.is_file():
                self.assertEqual(file.stat().st_mode & 0o077, 0, file)

    def test_a_backup_goes_into_a_folder_of_its_own_and_needs_a_role(self):
        self.centre.sceau("backup", self.backup, code=2)
        self.centre.sceau("backup", "relative", code=2)
        self.centre.sceau("backup", self.centre.folder / "alix", as_user="alix", code=3)

    # -- restore ---------------------------------------------------------------------------------
    def test_a_restored_centre_serves_verifies_and_says_that_it_was_restored(self):
        home, ran = self.restore(self.full)
        self.assertIn("nobody was asked", ran.out)
        restored = harness.TrialCentre.__new__(harness.TrialCentre)
        restored.folder, restored.home, restored.server = home.parent, home, None
        restored.passphrase_file = self.centre.passphrase_file
        restored.verify_log()
        self.assertEqual(restored.log_events()[-1], "backup.restored")
        restored.serve()
        try:
            self.assertEqual(restored.psql("alix", "orientation", "SELECT count(*) FROM lycees").out.strip(), "660")
            (request,) = (home / "outbox").iterdir()
            self.assertTrue((request / "release.json").exists())
        finally:
            restored.stop()
        restored.verify_log()
        older = self.full / "log" / "checkpoint"
        restored.audit("verify", home / "log", "--trust", home / "log.trust", "--since", older)

    def test_keys_come_from_their_own_medium(self):
        _, ran = self.restore(self.backup, code=2)
        self.assertIn("--keys", ran.err)
        home, _ = self.restore(self.backup, "--keys", self.centre.home / "keys")
        self.assertTrue((home / "keys").exists())

    def test_where_witnesses_are_trusted_a_newer_checkpoint_must_be_shown(self):
        """The trust file that was handed out decides: with a quorum, restoring an old copy unseen is refused."""
        trust = self.centre.folder / "quorum.trust"
        key = self.centre.audit("key", "--name", "w.example/w", "--out", self.centre.folder / "W.key").out.strip()
        written = (self.centre.home / "log.trust").read_text()
        trust.write_text(written.replace("quorum none", f"witness w {key}\nquorum w"))
        _, ran = self.restore(self.full, "--trust", trust, code=1)
        self.assertIn("--since", ran.err)
        self.restore(self.full, "--trust", trust, "--since", self.full / "log" / "checkpoint")
        self.restore(self.full, "--trust", trust, "--since", self.checkpoint, code=4)

    def test_another_passphrase_opens_nothing(self):
        wrong = self.centre.folder / "wrong"
        wrong.write_text("another passphrase")
        wrong.chmod(0o600)
        home = self.centre.folder / "restored-wrong"
        harness.run([harness.binary("sceau"), "--home", home, "restore", self.full, "--passphrase-file", wrong], code=4)
        self.assertFalse(home.exists())

    def test_each_file_changed_cut_missing_or_added_is_refused(self):
        files = [f.relative_to(self.full) for f in sorted(self.full.rglob("*")) if f.is_file()]
        self.assertGreater(len(files), 20)
        copy = self.copy_of(self.full, "damaged")
        for name in files:
            file = copy / name
            whole = file.read_bytes()
            for what, bytes_ in (("flipped", bytes([whole[0] ^ 1]) + whole[1:] if whole else b"x"),
                                 ("flipped at its end", whole[:-1] + bytes([whole[-1] ^ 1]) if whole else b"x"),
                                 ("cut", whole[:-1] if whole else None), ("missing", None)):
                with self.subTest(file=str(name), what=what):
                    file.unlink()
                    if bytes_ is not None:
                        file.write_bytes(bytes_)
                    self.restore(copy, code=4)
                file.write_bytes(whole)
        (copy / "stores" / "more.store").write_bytes(b"more")
        self.restore(copy, code=4)
        (copy / "stores" / "more.store").unlink()
        (copy / "stores" / "link").symlink_to("/etc/passwd")
        self.restore(copy, code=4)
        (copy / "stores" / "link").unlink()
        self.restore(copy)

    def test_another_centres_backup_is_foreign(self):
        with harness.TrialCentre() as other:
            other.sceau("backup", other.folder / "b", "--with-keys")
            _, ran = self.restore(other.folder / "b", "--trust", self.centre.home / "log.trust", code=4)
            self.assertIn("not signed by this centre", ran.err)
            mixed = self.copy_of(self.full, "mixed")
            shutil.copy(other.folder / "b" / "MANIFEST", mixed / "MANIFEST")
            self.restore(mixed, code=4)
            # Keys of another centre open nothing of this one.
            home = self.centre.folder / "restored-foreign-keys"
            harness.run([harness.binary("sceau"), "--home", home, "restore", self.backup, "--keys",
                         other.home / "keys", "--passphrase-file", self.centre.passphrase_file], code=4)
            self.assertFalse(home.exists())

    def test_a_backup_older_than_what_somebody_outside_has_seen_is_refused(self):
        _, ran = self.restore(self.full, "--since", self.checkpoint, code=4)
        self.assertIn("older", ran.err)
        self.restore(self.full, "--since", self.full / "log")

    def test_a_home_that_holds_anything_is_never_overwritten(self):
        before = sorted(self.centre.home.rglob("*"))
        ran = harness.run([harness.binary("sceau"), "--home", self.centre.home, "restore", self.full,
                           "--passphrase-file", self.centre.passphrase_file], code=2)
        self.assertIn("never overwritten", ran.err)
        self.assertEqual([f for f in before if not f.exists()], [])

    def test_words_that_were_erased_do_not_come_back_with_an_old_copy_and_todays_keys(self):
        with session_world.ServedCentre() as centre:
            centre.psql("alix", "orientation", "SELECT count(*) FROM lycees")
            old = centre.folder / "old"
            centre.sceau("backup", old)
            shown = centre.audit("show", centre.home / "log", "--json").json()["entries"]
            session = [e["data"]["session"] for e in shown if e["event"] == "session.opened"][0]
            centre.sceau("log", "erase", session, "--reason", "asked")
            home = centre.folder / "again"
            ran = harness.run([harness.binary("sceau"), "--home", home, "restore", old, "--keys", centre.home / "keys",
                               "--passphrase-file", centre.passphrase_file], code=4)
            self.assertFalse(home.exists(), ran)
            centre.stop()

    # -- events, doctor ----------------------------------------------------------------------------
    def test_events_follow_the_log(self):
        home = self.centre.home
        lines = self.centre.sceau("events", "--json").out.splitlines()
        self.assertEqual(json.loads(lines[0])["event"], "centre.created")
        only = self.centre.sceau("events", "--event", "backup.", "--json").out.splitlines()
        self.assertEqual({json.loads(line)["event"] for line in only}, {"backup.made"})
        follower = subprocess.Popen([harness.binary("sceau"), "--home", home, "events", "--follow", "--json",
                                     "--from", str(len(lines))], stdout=subprocess.PIPE, text=True)
        try:
            self.centre.sceau("role", "grant", "--user", "anna", "--role", "auditor")
            self.assertEqual(json.loads(follower.stdout.readline())["event"], "role.granted")
        finally:
            follower.kill()
            follower.wait()
            follower.stdout.close()

    def test_doctor_names_what_is_wrong_in_both_languages(self):
        checks = {c["check"]: c for c in self.centre.sceau("doctor", "--json", code=None).json()["checks"]}
        for name in ("sqlcipher", "openssl", "locked memory", "core files", "core pattern", "seccomp", "Landlock",
                     "user namespaces", "workspaces", "swap", "centre.toml", "registry", "keys' medium",
                     "room on the disk", "log", "clock", "witnesses"):
            self.assertIn(name, checks)
        self.assertTrue(checks["log"]["ok"] and checks["clock"]["ok"] and checks["keys' medium"]["ok"], checks)
        registry = self.centre.home / "registry.db"
        registry.chmod(0o644)
        try:
            ran = self.centre.sceau("doctor", code=1)
            self.assertIn("has mode 0644", ran.out)
            self.assertIn("chmod 0600", ran.out)
            self.assertIn("a le mode 0644", self.centre.sceau("--lang", "fr", "doctor", code=1).out)
        finally:
            registry.chmod(0o600)

    @unittest.skipUnless(shutil.which("cc") and not harness.is_sanitized(),
                         "skipped: no C compiler to make another clock with, or the sanitizer's build")
    def test_doctor_says_that_the_clock_lies_behind_the_log(self):
        clock = self.centre.folder / "clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", clock], input=LATER_CLOCK, text=True, check=True)
        with harness.TrialCentre() as centre:
            harness.run([harness.binary("sceau"), "--home", centre.home, "role", "grant", "--user", "rene", "--role",
                         "reviewer", "--passphrase-file", centre.passphrase_file], code=0,
                        env={"LD_PRELOAD": str(clock)})
            found = {c["check"]: c for c in centre.sceau("doctor", "--json", code=1).json()["checks"]}
            self.assertFalse(found["clock"]["ok"])
            said = centre.sceau("doctor", code=1).out
            self.assertRegex(said, r"NOT +clock: .* is before the newest entry, ")
            self.assertIn("set the clock", said)


# A machine whose clock goes an hour ahead.
LATER_CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t which, struct timespec* now) {
  int bad = syscall(SYS_clock_gettime, which, now);
  if (which == CLOCK_REALTIME) now->tv_sec += 3600;
  return bad;
}
"""

if __name__ == "__main__":
    harness.main()
