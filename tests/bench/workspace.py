#!/usr/bin/python3
"""What the beginning of a session costs, with and without a workspace and its walls.

    SCEAU_BIN=build/release /usr/bin/python3 tests/bench/workspace.py [N]      median of N (20)

Each row: a session that begins, counts, and ends. A trial centre in a temporary folder, served.
"""

import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import session_world  # noqa: E402
from session_world import harness  # noqa: E402

QUERY = "SELECT count(*) FROM lycees"


def median(count, arguments):
    times = []
    for _ in range(count + 2):
        begin = time.perf_counter()
        subprocess.run([str(a) for a in arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times[2:])  # the first two warm the files up


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with session_world.ServedCentre() as centre:
        sceau = [harness.binary("sceau"), "--home", centre.home, "--as", "alix", "session", "orientation", "--"]
        plain = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--"]
        rows = [
            ("true, no workspace", ["/bin/true"]),
            ("true, bubblewrap alone", [*plain, "/bin/true"]),
            ("true in a workspace", [*sceau, "/bin/true"]),
            ("psql from outside (trial)", ["psql", "-X", "-h", centre.home / "run", "-U", "alix", "-d", "orientation",
                                           "-c", QUERY]),
            ("psql in a workspace", [*sceau, "psql", "-X", "-c", QUERY]),
            ("python3 -c pass, no workspace", ["/usr/bin/python3", "-c", "pass"]),
            ("python3 -c pass in a workspace", [*sceau, "python3", "-c", "pass"]),
        ]
        print(f"median of {count}, ms")
        for name, arguments in rows:
            print(f"{median(count, arguments):8.1f}  {name}", flush=True)


if __name__ == "__main__":
    main()
