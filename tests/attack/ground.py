"""Where the attacks are played: a served trial centre, alone in its temporary folders.

So that "no new file anywhere" can be compared on a machine where others work, a script runs itself
again with /tmp, /var/tmp and /dev/shm of its own (a mount namespace); where that can't be had, the
centre's folders and the working folder are compared alone, and a line "skipped: …" says so.
"""

import hashlib
import os
import pathlib
import stat
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))

SHARED = ("/tmp", "/var/tmp", "/dev/shm")
ALONE = "SCEAU_ATTACK_ALONE"
MOUNT = "for d in " + " ".join(SHARED) + "; do mount -t tmpfs none $d || exit 99; done; exec \"$@\""


def alone():
    """Doesn't return where the script could be started again; else whether it was."""
    if os.environ.get(ALONE):
        return os.environ[ALONE] == "yes"
    needed = [SOURCE, pathlib.Path(os.environ.get("SCEAU_BIN", SOURCE)).resolve()]
    hidden = [n for n in needed if str(n).startswith(("/tmp/", "/var/tmp/"))]
    for how in ([], ["-r"]) if not hidden else ():
        words = ["unshare", "-m", *how, "sh", "-c", MOUNT, "sh"]
        tried = subprocess.run([*words, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            os.execvpe(words[0], [*words, sys.executable, *sys.argv],
                       {**os.environ, ALONE: "yes", "PYTHONDONTWRITEBYTECODE": "1"})
    print("skipped: /tmp and /var/tmp can't be had alone here, and are not compared", flush=True)
    return False


ALONE_HERE = alone()

import session_world  # noqa: E402
from session_world import harness  # noqa: E402, F401

AGGREGATES = """
format = 1
[policy]
name = "aggregates"
version = "1"
extends = "depp"
exploration = "aggregates"
reviewers = { pass = 0, review = 1, fail = 1 }
"""
# What grows whenever anything happens: the log, the registry, what `serve` prints.
GROWING = ("home/log/", "home/log.state/", "home/registry.db", "serve.log")


class Ground(session_world.ServedCentre):
    """`orientation` of alix shows rows; `outside` of bob aggregates; `lone` of zoe a second store."""

    def __init__(self):
        self.room = pathlib.Path("/tmp" if ALONE_HERE else ".").resolve() / "room"
        if ALONE_HERE:
            self.room.mkdir()
            os.chdir(self.room)  # the centre's and the clients' working folder
        super().__init__()
        (self.folder / "aggregates.toml").write_text(AGGREGATES)
        self.sceau("policy", "install", self.folder / "aggregates.toml")
        self.sceau("project", "create", "outside", "--title", "T", "--purpose", "P", "--until", "2099-12-31",
                   "--member", "bob")
        self.sceau("permit", "grant", "--project", "outside", "--store", "lycees", "--policy", "aggregates",
                   "--until", "2099-12-31")
        (self.folder / "impots.toml").write_text(
            session_world.CODEBOOK.replace('name = "lycees"', 'name = "impots"', 1))
        self.seal("impots@2021", self.folder / "impots.toml", [self.folder / "lycees.csv"])
        self.sceau("project", "create", "lone", "--title", "T", "--purpose", "P", "--until", "2099-12-31",
                   "--member", "zoe")
        self.sceau("permit", "grant", "--project", "lone", "--store", "impots", "--policy", "depp",
                   "--until", "2099-12-31")

    def tree(self):
        """Each path and what it is; what may grow by its name alone, and the log not at all."""
        roots = [self.folder, *(pathlib.Path(p) for p in SHARED if ALONE_HERE)]
        found = {}
        for root in roots:
            for path in sorted(root.rglob("*")):
                name = str(path.relative_to(self.folder)) if self.folder in path.parents else str(path)
                if name.startswith("home/log/") or name == "home/registry.db-journal":
                    continue
                facts = path.lstat()
                what = (stat.S_IFMT(facts.st_mode), facts.st_mode & 0o7777)
                if stat.S_ISREG(facts.st_mode) and not name.startswith(GROWING):
                    what += (hashlib.sha256(path.read_bytes()).hexdigest(),)
                found[name] = what
        return found

    def entries(self):
        return self.audit("show", self.home / "log", "--json").json()["entries"]
