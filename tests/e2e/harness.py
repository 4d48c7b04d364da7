"""A trial centre in a temporary folder, for tests that go through the real programs.

    with TrialCentre() as centre:
        centre.sceau("role", "grant", "--user", "rene", "--role", "reviewer")
        centre.seal("lycees@2021", codebook, [csv])
        centre.serve()
        print(centre.psql("alix", "orientation", "SELECT count(*) FROM lycees"))

Programs come from the environment variable SCEAU_BIN (the build folder). Standard library only.
"""

import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("SCEAU_DATA", SOURCE.parent / "shared" / "data"))
PASSPHRASE = "a passphrase of the trial centre"


def binary(name):
    return str(pathlib.Path(os.environ.get("SCEAU_BIN", SOURCE / "build" / "dev")) / name)


def is_sanitized():
    linked = subprocess.run(["ldd", binary("sceau")], capture_output=True, text=True, check=False)
    return "libasan" in linked.stdout


def png(body=bytes(range(256)) * 9):
    """A picture of one pixel by its form; its pixels are `body`, which nothing here decodes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class Ran:
    """What a command did: its exit code and what it printed."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def run(arguments, *, code=None, timeout=120, stdin=None, env=None, cwd=None):
    process = subprocess.run(
        [str(a) for a in arguments],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )
    ran = Ran(process)
    if code is not None and ran.code != code:
        raise AssertionError(f"{' '.join(map(str, arguments))}: expected exit {code}\n{ran!r}")
    return ran


class TrialCentre:
    def __init__(self, origin="trial/test"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sceau-test-"))
        self.home = self.folder / "home"
        self.passphrase_file = self.folder / "passphrase"
        self.passphrase_file.write_text(PASSPHRASE)
        self.passphrase_file.chmod(0o600)
        self.server = None
        self.sceau("init", "--trial", "--origin", origin)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- commands ------------------------------------------------------------------------------
    def sceau(self, *words, as_user=None, code=0, timeout=120):
        """Runs `sceau WORDS`; `as_user` plays another person of the trial centre."""
        arguments = [binary("sceau"), "--home", self.home]
        if as_user:
            arguments += ["--as", as_user]
        arguments += list(words)
        if not self.server:
            arguments += ["--passphrase-file", self.passphrase_file]
        return run(arguments, code=code, timeout=timeout)

    def audit(self, *words, code=0):
        return run([binary("sceau-audit"), *words], code=code)

    def verify_log(self, code=0):
        """A log that is being published has its newest tiles a moment before their checkpoint."""
        for _ in range(20 if self.server else 1):
            found = self.audit("verify", self.home / "log", "--trust", self.home / "log.trust", code=None)
            if found.code == code or "A publication may have been cut off" not in found.out:
                break
            time.sleep(0.1)
        assert found.code == code, f"expected exit {code}\n{found!r}"
        return found

    def log_events(self):
        shown = self.audit("show", self.home / "log", "--json").out
        return [entry["event"] for entry in json.loads(shown)["entries"]]

    def seal(self, name, codebook, files, *extra, code=0):
        return self.sceau("store", "create", name, "--codebook", codebook, "--from", *files, *extra, code=code,
                          timeout=300)

    # -- serving -------------------------------------------------------------------------------
    def serve(self, unlock=True, timeout=30, extra=()):
        self.server_log = open(self.folder / "serve.log", "ab")
        self.server = subprocess.Popen(
            [binary("sceau"), "--home", str(self.home), "serve", *map(str, extra)],
            stdin=subprocess.DEVNULL, stdout=self.server_log, stderr=self.server_log)
        socket = self.home / "run" / "control.sock"
        end = time.monotonic() + timeout
        while not socket.exists() or run([binary("sceau"), "--home", self.home, "status"]).code not in (0,):
            if self.server.poll() is not None or time.monotonic() > end:
                raise AssertionError("sceau serve did not start:\n" + self.serve_output())
            time.sleep(0.05)
        if unlock:
            run([binary("sceau"), "--home", self.home, "unlock", "--passphrase-file", self.passphrase_file], code=0)

    def serve_output(self):
        return (self.folder / "serve.log").read_text(errors="replace")

    def stop(self, how=signal.SIGTERM):
        if not self.server:
            return
        self.server.send_signal(how)
        try:
            self.server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
            raise AssertionError("sceau serve did not stop:\n" + self.serve_output())
        finally:
            self.server = None
            self.server_log.close()

    # -- clients -------------------------------------------------------------------------------
    def psql(self, user, project, *statements, code=0, options=("-X", "-A", "-t"), timeout=120):
        """Each statement with its own -c; several in one string are one message."""
        arguments = ["psql", *options, "-v", "ON_ERROR_STOP=1", "-h", self.home / "run", "-U", user, "-d", project]
        for statement in statements:
            arguments += ["-c", statement]
        return run(arguments, code=code, timeout=timeout)

    def connect(self, user, project, **options):
        import psycopg
        return psycopg.connect(host=str(self.home / "run"), user=user, dbname=project, **options)

    # -- the usual cast ------------------------------------------------------------------------
    def cast(self, store="lycees", policy="depp"):
        """Reviewers rene and rose; project orientation with alix; a permit for the store."""
        for user in ("rene", "rose"):
            self.sceau("role", "grant", "--user", user, "--role", "reviewer")
        self.sceau("project", "create", "orientation", "--title", "Orientation", "--purpose", "test",
                   "--until", "2099-12-31", "--member", "alix")
        self.sceau("permit", "grant", "--project", "orientation", "--store", store, "--policy", policy,
                   "--until", "2099-12-31")


def main():
    """unittest.main whose skips stand on lines of their own, "skipped: why", as scripts/test counts them."""
    result = unittest.main(verbosity=2, exit=False).result
    for _, reason in result.skipped:
        print("skipped:", reason.removeprefix("skipped: "), flush=True)
    sys.exit(0 if result.wasSuccessful() else 1)


if sys.version_info < (3, 9):
    raise SystemExit("tests/e2e need Python 3.9 or later")
