"""What the session adds to the engine: W1 through psql on a trial centre's session socket."""

import os
import re
import secrets
import subprocess
import tempfile
import time
from statistics import median

from engines import say


def wait_for(path):
    for _ in range(200):
        if os.path.exists(path):
            return
        time.sleep(0.05)
    raise SystemExit("scripts/bench: error: the trial centre doesn't serve")


def ask(home, sql):
    """(seconds of the whole psql, seconds of the statement): a new session each time."""
    start = time.perf_counter()
    done = subprocess.run(["psql", "-X", "-q", "-h", os.path.join(home, "run"), "-U", "alix", "-d",
                           "bench", "-c", "\\timing on", "-c", sql], capture_output=True, text=True,
                          check=False)
    whole = time.perf_counter() - start
    shown = re.search(r"^Time: ([0-9.]+) ms", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not shown:
        raise SystemExit(f"scripts/bench: error: psql: {done.stderr.strip()}")
    return whole, float(shown.group(1)) / 1000


def measure(program, dataset, sql, rounds):
    """Seals the data set in a centre of its own and asks. {"whole", "statement"}: medians."""
    with tempfile.TemporaryDirectory(prefix="sceau-bench-") as folder:
        home, passphrase = os.path.join(folder, "centre"), os.path.join(folder, "passphrase")
        with open(passphrase, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(secrets.token_hex(16) + "\n")

        def sceau(*command):
            done = subprocess.run([program, *command, "--home", home, "--passphrase-file",
                                   passphrase], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise SystemExit(f"scripts/bench: error: sceau {command[0]}: {done.stderr.strip()}")

        say("a trial centre seals the data set")
        sceau("init", "--trial", "--origin", "trial/bench")
        sceau("store", "create", f"{dataset.name}@bench", "--codebook", dataset.codebook, "--from",
              dataset.csv)
        sceau("project", "create", "bench", "--title", "Benchmark", "--purpose", "benchmark",
              "--until", "2099-12-31", "--member", "alix")
        sceau("permit", "grant", "--project", "bench", "--store", dataset.name, "--policy", "depp",
              "--until", "2099-12-31")
        with open(os.path.join(folder, "serve.log"), "w", encoding="utf-8") as log:
            server = subprocess.Popen([program, "serve", "--home", home], stdout=log, stderr=log)
        try:
            wait_for(os.path.join(home, "run", "control.sock"))
            sceau("unlock")
            ask(home, sql)  # the file comes into the system's cache
            taken = [ask(home, sql) for _ in range(rounds)]
        finally:
            server.terminate()
            server.wait()
    return {"whole": median(whole for whole, _ in taken),
            "statement": median(statement for _, statement in taken)}
