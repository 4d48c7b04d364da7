"""A served trial centre with a few hundred pupils, for the tests of sessions.

660 pupils: PARIS and LYON have five schools of 65 each, CORSE one of 10, of which 4 are boys.
"""

import csv
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402

CODEBOOK = """
format = 1
[dataset]
name = "lycees"
title = { fr = "Élèves des lycées", en = "Lycée pupils" }
unit = "row"
contributors = ["uai"]
[variables.academie]
type = "category"
role = "classification"
label = { fr = "Académie", en = "Education authority" }
values = { "01" = { fr = "Paris" }, "10" = { fr = "Lyon" }, "27" = { fr = "Corse" } }
[variables.uai]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
values = { "F" = { fr = "Filles", en = "Girls" }, "M" = { fr = "Garçons", en = "Boys" } }
[variables.rang]
type = "integer"
role = "measure"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
min = 0
max = 20
[variables.naissance]
type = "date"
role = "classification"
"""

HEADER = ("academie", "uai", "sexe", "rang", "note", "naissance")


def pupils():
    rows = []
    for academie, schools, size in (("01", 5, 65), ("10", 5, 65), ("27", 1, 10)):
        for school in range(schools):
            for i in range(size):
                boy = i % 2 == 1 if academie != "27" else i < 4
                note = "" if i % 13 == 12 else f"{(i * 7 % 41) / 2:.1f}"
                rows.append((academie, f"{academie}{school:04d}A", "M" if boy else "F", i, note,
                             f"20{5 + i % 4:02d}-0{1 + i % 9}-1{i % 10}"))
    return rows


class ServedCentre(harness.TrialCentre):
    def __init__(self, codebook=CODEBOOK, header=HEADER, rows=None):
        super().__init__()
        self.rows = pupils() if rows is None else rows
        (self.folder / "lycees.toml").write_text(codebook)
        with open(self.folder / "lycees.csv", "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(header)
            writer.writerows(self.rows)
        self.serve()  # first, so that the passphrase is stretched once and not by each command
        self.seal("lycees@2021", self.folder / "lycees.toml", [self.folder / "lycees.csv"])
        self.cast()

    def processes(self, word):
        """Ids of this centre's children that play this part."""
        found = []
        for task in pathlib.Path(f"/proc/{self.server.pid}/task").iterdir():
            try:
                for child in (task / "children").read_text().split():
                    if word.encode() in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                        found.append(int(child))
            except OSError:
                continue  # gone in the meantime
        return found

    def kill_next(self, word, timeout=20):
        """Kills the first process of this part that shows up."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for pid in self.processes(word):
                os.kill(pid, signal.SIGKILL)
                return pid
        raise AssertionError(f"no {word} showed up")


if __name__ == "__main__":
    raise SystemExit("this is a module; run one of tests/e2e/session*.py")
