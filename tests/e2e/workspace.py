"""The workspace through the real programs: what runs in it, what it reaches, what stays of it."""

import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import time
import unittest

import session_world
from session_world import harness

ROWS = "SELECT count(*) FROM lycees"
HAS_WORKSPACES = os.access("/usr/bin/bwrap", os.X_OK) and not harness.is_sanitized()
WHY_NOT = "skipped: no bubblewrap here, or the sanitizer's build, which needs what a workspace forbids"


def configure(centre, text):
    """Adds a table [workspace] to centre.toml; the centre must be started again."""
    path = centre.home / "centre.toml"
    before = path.read_text().split("\n[workspace]")[0]
    path.write_text(before + "\n[workspace]\n" + text)


def tree(folder):
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        found[str(path)] = path.read_bytes() if path.is_file() and not path.is_symlink() else None
    return found


@unittest.skipUnless(HAS_WORKSPACES, WHY_NOT)
class Workspace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.__exit__()

    def session(self, *command, user="alix", project="orientation", stdin=None, code=0, options=()):
        arguments = [harness.binary("sceau"), "--home", self.centre.home, "--as", user, "session", project,
                     *options]
        if command:
            arguments += ["--", *command]
        return harness.run(arguments, code=code, stdin=stdin, timeout=120)

    def events(self):
        time.sleep(0.6)
        shown = self.centre.audit("show", self.centre.home / "log", "--json").out
        return json.loads(shown)["entries"]

    # -- what runs in it -----------------------------------------------------------------------
    def test_psql_is_the_default_and_needs_no_words(self):
        self.assertEqual(self.session(stdin=f"\\t\n\\a\n{ROWS};\n").out.split()[-1], str(len(self.centre.rows)))

    def test_psql_with_a_command(self):
        self.assertEqual(self.session("psql", "-XAtc", ROWS).out.strip(), str(len(self.centre.rows)))

    def test_python_with_psycopg(self):
        script = ("import psycopg\nwith psycopg.connect() as c:\n"
                  f"    print(c.execute('{ROWS}').fetchone()[0], c.info.user, c.info.dbname)\n")
        self.assertEqual(self.session("python3", "-", stdin=script).out.split(),
                         [str(len(self.centre.rows)), "alix", "orientation"])

    @unittest.skipUnless(shutil.which("R"), "skipped: no R here")
    def test_r(self):
        script = ("rows <- read.csv(text = system2('psql', c('-X', '--csv', '-c', "
                  "shQuote('SELECT rang, note FROM lycees WHERE note IS NOT NULL')), stdout = TRUE))\n"
                  "cat(nrow(rows), class(lm(note ~ rang, rows)), '\\n')\n")
        rows = sum(1 for row in self.centre.rows if row[4])
        self.assertEqual(self.session("Rscript", "-", stdin=script).out.split(), [str(rows), "lm"])

    def test_the_exit_code_and_all_three_streams_come_out(self):
        ran = self.session("sh", "-c", "cat; echo oops >&2; exit 9", stdin="bytes\0\x1b[5i\n", code=9)
        self.assertEqual((ran.out, ran.err), ("bytes\0\x1b[5i\n", "oops\n"))
        self.assertIn("not found", self.session("no-such-program", code=127).err.lower().replace(
            "no such file or directory", "not found"))

    def test_options_of_the_command_are_its_own(self):
        self.assertEqual(self.session("echo", "--help", "--json").out, "--help --json\n")

    # -- what it reaches -----------------------------------------------------------------------
    def test_it_sees_little(self):
        seen = self.session("sh", "-c", "ls /; ls /run/sceau -A; ls /home /root; env; ls /proc | grep -c '^[0-9]'")
        self.assertNotIn(str(self.centre.home), seen.out)
        self.assertIn(".s.PGSQL.5432", seen.out)
        self.assertIn("cannot access", seen.err)
        for line in seen.out.splitlines():
            self.assertNotRegex(line, "^(SSH|SUDO|PYTHON|SCEAU_BIN|SCEAU_HOME|XDG)")
        self.assertLess(int(seen.out.split()[-1]), 10)

    def test_no_way_to_the_broker_but_the_session(self):
        before = tree(self.centre.home / "stores")
        for command in (f"cat {self.centre.home}/centre.toml", f"ls {self.centre.home}",
                        f"psql -h {self.centre.home}/run -c 'SELECT 1'",
                        f"sceau --home {self.centre.home} status",
                        f"sceau --home {self.centre.home} session orientation",
                        "getent hosts example.org", "python3 -c 'import socket; socket.socket(socket.AF_INET)'",
                        "unshare -r true", "mount -t tmpfs none /tmp", "chroot / true", "touch /usr/x /etc/x /x",
                        "cat /proc/1/environ", "kill -9 1 && sleep 1 && echo alive && false"):
            with self.subTest(command):
                self.assertNotEqual(self.session("sh", "-c", command, code=None).code, 0)
        self.assertEqual(tree(self.centre.home / "stores"), before)
        self.test_psql_with_a_command()

    def test_another_name_or_project_is_refused_from_inside(self):
        self.assertIn("nobody else", self.session("psql", "-U", "rene", "-c", ROWS, code=2).err)
        self.assertIn("alone", self.session("psql", "-d", "other", "-c", ROWS, code=2).err)

    def test_two_workspaces_see_nothing_of_each_other(self):
        first = subprocess.Popen(
            [harness.binary("sceau"), "--home", str(self.centre.home), "--as", "alix", "session", "orientation",
             "--", "sh", "-c", "echo mine > /workspace/a; echo mine > /tmp/a; echo ready; sleep 30"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(first.stdout.readline(), "ready\n")
            other = self.session("sh", "-c", "ls /workspace /tmp; pgrep -x sleep; ls /run/sceau -A", code=0)
            self.assertNotIn("a\n", other.out.replace("/tmp:\n", "").replace("/workspace:\n", ""))
        finally:
            first.kill()
            first.wait()
            first.stdout.close()

    # -- who may, and what is logged -----------------------------------------------------------
    def test_a_stranger_is_refused_and_logged(self):
        refused = self.session("true", user="eve", code=3)
        self.assertIn("error", refused.err)
        self.assertIn("workspace.refused", [entry["event"] for entry in self.events()])

    def test_it_is_in_the_log_from_its_opening_to_its_end(self):
        self.session("sh", "-c", f"psql -XAtc '{ROWS}'; exit 5", code=5)
        entries = self.events()
        closed = [e for e in entries if e["event"] == "workspace.closed"][-1]["data"]
        self.assertEqual((closed["exit"], closed["reason"]), (5, "ended"))
        mine = [e["event"] for e in entries if e["data"].get("workspace") == closed["workspace"]]
        self.assertEqual(mine, ["workspace.opened", "workspace.entered", "workspace.closed"])
        self.centre.verify_log()

    def test_a_client_that_goes_ends_its_workspace(self):
        client = subprocess.Popen(
            [harness.binary("sceau"), "--home", str(self.centre.home), "--as", "alix", "session", "orientation",
             "--", "sh", "-c", "echo ready; exec sleep 987654"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.assertEqual(client.stdout.readline(), b"ready\n")
        client.kill()
        client.wait()
        client.stdout.close()
        end = time.monotonic() + 10
        while "987654" in subprocess.run(["ps", "ax", "-o", "args"], capture_output=True, text=True).stdout:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        closed = [e for e in self.events() if e["event"] == "workspace.closed"][-1]["data"]
        self.assertEqual(closed["reason"], "dropped")

    # -- the terminal --------------------------------------------------------------------------
    def in_terminal(self, *command, typed=b"", until=None):
        """Plays a person's terminal; what the client wrote to it, and its exit code."""
        pid, master = pty.fork()
        if pid == 0:
            os.execv(harness.binary("sceau"),
                     ["sceau", "--home", str(self.centre.home), "--as", "alix", "session", "orientation", "--",
                      *command])
        seen = b""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    piece = os.read(master, 65536)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
            if typed and (until is None or until in seen):
                os.write(master, typed)
                typed = b""
        os.close(master)
        return seen, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_a_terminal_of_its_own_with_job_control(self):
        seen, code = self.in_terminal("bash", "--norc", "-c", "tty; stty size; read -r line; echo got $line; exit 4",
                                      typed=b"words\r", until=b"pts")
        self.assertIn(b"/dev/pts/0", seen)
        self.assertIn(b"got words", seen)
        self.assertEqual(code, 4)

    def test_nothing_reaches_out_of_the_terminal(self):
        hostile = r"printf 'a\033]52;c;QUJD\007b\033[6nc\033[21td\033[1me\033Pq\033\\f\n'"
        seen, _ = self.in_terminal("sh", "-c", hostile)
        self.assertIn(b"abcd\x1b[1mef", seen)
        for sequence in (b"\x1b]52", b"\x1b[6n", b"\x1b[21t", b"\x1bP"):
            self.assertNotIn(sequence, seen)

    def test_the_hosts_terminal_is_not_handed_in(self):
        seen, _ = self.in_terminal("sh", "-c", "ls -l /proc/self/fd; ls /dev/pts")
        self.assertNotIn(b"/dev/tty", seen)
        self.assertIn(b"/dev/pts/0", seen)

    def test_control_c_reaches_the_command_alone(self):
        seen, code = self.in_terminal("bash", "--norc", "-c", "echo ready; sleep 600; echo after", typed=b"\x03",
                                      until=b"ready")
        self.assertEqual(code, 130)
        self.assertNotIn(b"after", seen)


@unittest.skipUnless(HAS_WORKSPACES, WHY_NOT)
class Files(unittest.TestCase):
    """What is brought in, what is asked for, what comes back."""

    def setUp(self):
        self.centre = session_world.ServedCentre()
        self.addCleanup(self.centre.__exit__)

    def session(self, *command, code=0, project="orientation"):
        return self.centre.sceau("session", project, "--", *command, as_user="alix", code=code)

    def write(self, name, content):
        path = self.centre.folder / name
        path.write_bytes(content)
        return path

    def test_ingress_egress_and_the_release_that_comes_back(self):
        script = self.write("modele.py", b"print('modele')\n")
        brought = self.centre.sceau("ingress", script, "--project", "orientation", "--comment", "the model",
                                    as_user="alix")
        self.assertIn("I-000001 modele.py: admitted", brought.out)
        self.assertEqual(self.session("python3", "/ingress/modele.py").out, "modele\n")
        self.assertNotEqual(self.session("sh", "-c", "echo x >> /ingress/modele.py", code=None).code, 0)
        asked = self.session("sh", "-c", "echo some notes > n.txt && sceau egress n.txt --title 'My notes'")
        request = asked.out.split()[-1]
        self.assertTrue(request.startswith("R-"), asked)
        for word in ("approve",):
            self.centre.sceau("review", word, request, "--comment", "read it", as_user="rene")
        self.centre.sceau("review", "release", request, as_user="rene")
        back = self.session("sh", "-c", f"cat /released/{request}/*; touch /released/{request}/x", code=1)
        self.assertIn("some notes", back.out)
        self.assertIn("Read-only", back.err)
        log = "".join(p.read_text(errors="replace") for p in (self.centre.home / "log").rglob("*") if p.is_file())
        for words in ("modele.py", "the model", "some notes"):
            self.assertNotIn(words, log)

    def test_what_is_no_text_or_too_much_stays_outside(self):
        for name, content, why in (("x.bin", b"\x7fELF\0\1", "plain text"), (".Rprofile", b"x", "plain name"),
                                   ("big.csv", b"a\n" * (6 << 20), "10 MiB"), ("latin.R", b"# \xe9t\xe9\n", "UTF-8")):
            with self.subTest(name):
                ran = self.centre.sceau("ingress", self.write(name, content), "--project", "orientation",
                                        "--comment", "c", as_user="alix", code=None)
                self.assertIn(ran.code, (1, 2))
                self.assertIn(why, ran.err)
        outsider = self.centre.sceau("ingress", self.write("a.R", b"1\n"), "--project", "orientation", "--comment",
                                     "c", as_user="eve", code=3)
        self.assertIn("error", outsider.err)
        self.assertEqual(self.session("ls", "/ingress").out, "")

    def test_where_a_reviewer_admits_nothing_comes_in_before(self):
        self.centre.stop()
        configure(self.centre, 'ingress = "approved"\n')
        self.centre.serve()
        for name in ("good.R", "bad.R"):
            self.centre.sceau("ingress", self.write(name, b"cat('here')\n"), "--project", "orientation",
                              "--comment", "c", as_user="alix")
        self.assertEqual(self.session("ls", "/ingress").out, "")
        self.assertIn("cat('here')", self.centre.sceau("review", "ingress", "show", "I-000001", as_user="rene").out)
        own = self.centre.sceau("review", "ingress", "admit", "I-000001", "--comment", "c", as_user="alix", code=3)
        self.assertIn("reviewer", own.err)
        self.centre.sceau("review", "ingress", "admit", "I-000001", "--comment", "fine", as_user="rene")
        self.centre.sceau("review", "ingress", "refuse", "I-000002", "--comment", "no", as_user="rene")
        self.centre.sceau("review", "ingress", "admit", "I-000002", "--comment", "fine", as_user="rene", code=1)
        self.assertEqual(self.session("ls", "/ingress").out, "good.R\n")
        self.centre.verify_log()


    def test_a_projects_policy_stands_above_the_centres_settings(self):
        policy = self.centre.folder / "room.toml"
        policy.write_text('format = 1\n[policy]\nname = "room"\nversion = "1"\nextends = "depp"\n'
                          '[workspace]\nfolder = "kept"\ningress = "approved"\nhours = 2\n')
        said = self.centre.sceau("policy", "check", policy).out
        self.assertIn("workspace: the folder is kept sealed between sessions; a reviewer admits what is brought in; "
                      "ends after 2 h.", said)
        self.centre.sceau("policy", "install", policy)
        self.centre.sceau("project", "create", "room", "--title", "T", "--purpose", "P", "--until", "2099-12-31",
                          "--member", "alix")
        self.centre.sceau("permit", "grant", "--project", "room", "--store", "lycees", "--policy", "room",
                          "--until", "2099-12-31")
        self.session("sh", "-c", "echo kept > f", project="room")
        self.assertEqual(self.session("cat", "f", project="room").out, "kept\n")
        self.session("sh", "-c", "echo gone > f")
        self.assertIn("No such file", self.session("cat", "f", code=1).err)
        for project, waits in (("room", True), ("orientation", False)):
            self.centre.sceau("ingress", self.write("a.R", b"1\n"), "--project", project, "--comment", "c",
                              as_user="alix")
            self.assertEqual(self.session("ls", "/ingress", project=project).out, "" if waits else "a.R\n")


@unittest.skipUnless(HAS_WORKSPACES, WHY_NOT)
class KeptFolder(unittest.TestCase):
    def setUp(self):
        self.centre = session_world.ServedCentre()
        self.addCleanup(self.centre.__exit__)
        self.centre.stop()
        configure(self.centre, 'folder = "kept"\nfolder_size = "32M"\nhours = 1\n')
        self.centre.serve()

    def session(self, *command, code=0):
        return self.centre.sceau("session", "orientation", "--", *command, as_user="alix", code=code)

    def test_it_comes_back_and_nothing_of_it_lies_open_on_the_disk(self):
        words = "a sentence that nobody else writes 7316"
        self.session("sh", "-c", f"mkdir d && echo '{words}' > d/f && ln -s /etc/passwd l && chmod 000 d/f; exit 3",
                     code=3)
        self.assertEqual(self.session("sh", "-c", "cat d/f; readlink l").out, f"{words}\n/etc/passwd\n")
        for path in self.centre.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(words.encode(), path.read_bytes(), path)
        kept = list((self.centre.home / "folders").iterdir())
        self.assertEqual(len(kept), 1)
        self.assertEqual(kept[0].stat().st_mode & 0o777, 0o600)

    def test_a_file_that_is_not_the_one_that_was_left_is_refused(self):
        self.session("sh", "-c", "echo first > f")
        kept = next((self.centre.home / "folders").iterdir())
        first = kept.read_bytes()
        self.session("sh", "-c", "echo second > f")
        kept = next((self.centre.home / "folders").iterdir())
        second = kept.read_bytes()
        kept.write_bytes(first)
        self.assertIn("not the folder", self.session("cat", "f", code=4).err)
        kept.write_bytes(second)
        self.assertEqual(self.session("cat", "f").out, "second\n")
        self.centre.verify_log()

    def test_one_at_a_time_and_a_kill_keeps_what_was(self):
        self.session("sh", "-c", "echo first > f")
        client = subprocess.Popen(
            [harness.binary("sceau"), "--home", str(self.centre.home), "--as", "alix", "session", "orientation",
             "--", "sh", "-c", "echo second > f; echo ready; sleep 600"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.assertEqual(client.stdout.readline(), b"ready\n")
        self.assertIn("works in it", self.session("true", code=2).err)
        client.kill()
        client.wait()
        client.stdout.close()
        end = time.monotonic() + 20
        while (ran := self.session("cat", "f", code=None)).code == 2 and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(ran.out, "first\n")

    def test_a_project_that_is_erased_takes_its_folder_and_its_key_along(self):
        self.session("sh", "-c", "echo first > f")
        keys = list((self.centre.home / "keys").glob("folder-*"))
        kept = list((self.centre.home / "folders").iterdir())
        self.assertEqual((len(keys), len(kept)), (1, 1))
        self.centre.sceau("project", "close", "orientation", "--erase")
        self.assertFalse(keys[0].exists())
        self.assertFalse(kept[0].exists())
        self.assertIn("error", self.session("true", code=3).err)
        self.centre.verify_log()

    def test_more_than_the_folder_holds_is_refused_inside(self):
        ran = self.session("sh", "-c", "head -c 50000000 /dev/zero > big; rm big; echo small > f")
        self.assertRegex(ran.err, "No space|File size limit")
        self.assertEqual(self.session("cat", "f").out, "small\n")


@unittest.skipUnless(HAS_WORKSPACES, WHY_NOT)
class Endings(unittest.TestCase):
    def setUp(self):
        self.centre = session_world.ServedCentre()
        self.addCleanup(self.centre.__exit__)

    def begin(self):
        client = subprocess.Popen(
            [harness.binary("sceau"), "--home", str(self.centre.home), "--as", "alix", "session", "orientation",
             "--", "sh", "-c", "echo ready; exec sleep 456789"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual(client.stdout.readline(), b"ready\n")
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.stderr.close)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        return client

    def gone(self):
        end = time.monotonic() + 15
        while "456789" in subprocess.run(["ps", "ax", "-o", "args"], capture_output=True, text=True).stdout:
            self.assertLess(time.monotonic(), end, "the workspace outlived its broker")
            time.sleep(0.1)

    def closed(self):
        shown = self.centre.audit("show", self.centre.home / "log", "--json").out
        return [e["data"]["reason"] for e in json.loads(shown)["entries"] if e["event"] == "workspace.closed"]

    def test_the_brokers_death_ends_workspaces_and_the_next_start_says_so(self):
        self.begin()
        self.centre.stop(signal.SIGKILL)
        self.gone()
        self.centre.serve()
        time.sleep(1)
        self.assertEqual(self.closed(), ["crash"])
        self.centre.verify_log()

    def test_the_brokers_stop_ends_workspaces(self):
        client = self.begin()
        self.centre.stop()
        self.gone()
        self.assertEqual(self.closed(), ["stopped"])
        self.assertNotEqual(client.wait(timeout=10), 0)

    def test_processes_that_take_too_much_together_end_their_workspace_and_no_other(self):
        self.centre.stop()
        configure(self.centre, 'memory = "384M"\n')
        self.centre.serve()
        other = self.begin()
        # Each of them alone may take what it takes; the last line is never reached.
        hungry = "import os,time\nfor i in range(6):\n  if os.fork()==0:\n    b=bytearray(96<<20); time.sleep(60)\n" \
                 "time.sleep(60); print('all of it')"
        ran = self.centre.sceau("session", "orientation", "--", "python3", "-c", hungry, as_user="alix", code=3)
        self.assertIn("took more than 384 MiB of memory together", ran.err)
        self.assertNotIn("all of it", ran.out)
        self.assertIsNone(other.poll())
        # One of them, and memory that they share, may be.
        fair = "import os,time\nb=bytearray(200<<20)\nfor i in range(4):\n  if os.fork()==0: time.sleep(3); os._exit(0)\n" \
               "time.sleep(3); print('all of it')"
        self.assertIn("all of it", self.centre.sceau("session", "orientation", "--", "python3", "-c", fair,
                                                     as_user="alix").out)
        other.kill()
        self.gone()
        time.sleep(1.5)
        self.assertEqual(self.closed(), ["memory", "ended", "dropped"])

    def test_a_revoked_permit_ends_workspaces(self):
        client = self.begin()
        self.centre.sceau("permit", "revoke", "P-000001")
        self.gone()
        self.assertEqual(client.wait(timeout=10), 3)
        time.sleep(1)
        self.assertEqual(self.closed(), ["permit"])


@unittest.skipUnless(HAS_WORKSPACES, WHY_NOT)
class RealCentre(unittest.TestCase):
    """Not a trial: one is who one is, and rows are seen from inside alone."""

    def test_rows_from_inside_alone(self):
        with RealServedCentre() as centre:
            user = centre.user
            outside = centre.psql(user, "orientation", ROWS, code=2)
            self.assertIn("sceau session orientation", outside.err)
            inside = centre.sceau("session", "orientation", "--", "psql", "-XAtc", ROWS)
            self.assertEqual(inside.out.strip(), str(len(session_world.pupils())))


class RealServedCentre(session_world.ServedCentre):
    """The same world in a centre that is no trial; its owner is the researcher."""

    def sceau(self, *words, as_user=None, code=0, timeout=120):
        import getpass
        self.user = getpass.getuser()
        words = [word for word in words if word != "--trial"]
        words = [self.user if word == "alix" else word for word in words]
        if words[0] == "init":
            words[words.index("--origin") + 1] = "real/test"
        if words[:2] == ["permit", "grant"]:
            words += self.signing(timeout)
        return super().sceau(*words, code=code, timeout=timeout)

    def signing(self, timeout):
        """A custodian's key, made when the first permit needs it."""
        key, passphrase = self.folder / "claire", self.folder / "key-passphrase"
        if not key.exists():
            passphrase.write_text("another passphrase")
            passphrase.chmod(0o600)
            made = harness.run([harness.binary("sceau"), "permit", "key", key, "--name", "depp.example/claire",
                                "--key-passphrase-file", passphrase], code=0)
            super().sceau("permit", "trust", made.out.strip(), timeout=timeout)
        return ["--key", key, "--key-passphrase-file", passphrase]


if __name__ == "__main__":
    harness.main()
