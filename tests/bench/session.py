#!/usr/bin/python3
"""What a permit's row filter costs a statement and the gate, and what the search for records costs a
file that leaves: 1,612,977 real pupil rows (../shared/data), each pair measured in turns.

    SCEAU_BIN=build/release /usr/bin/python3 tests/bench/session.py [N]      medians of N (11)
"""

import gzip
import pathlib
import random
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import harness  # noqa: E402

REAL = harness.DATA / "fr" / "derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz"
# Of 1,612,977 rows: nearly all of them, a half, some 2 %.
FILTERS = {"nearly": "academie <> 'CORSE'", "half": "sexe = 'F'", "few": "academie = 'DIJON'"}
QUERIES = {
    "engine: count by academie, sexe": "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe",
    "SQLite: rows in order": "SELECT uai, niveau FROM lycees ORDER BY uai, niveau LIMIT 10",
    "gate: EXPLAIN (DISCLOSURE)": "EXPLAIN (DISCLOSURE) SELECT academie, sexe, count(*) FROM lycees "
                                  "GROUP BY academie, sexe",
}
FILE_BYTES = 10_000_000


def seconds(connection, query):
    begin = time.perf_counter()
    connection.execute(query).fetchall()
    return time.perf_counter() - begin


def row_filters(centre, count):
    names = ["all", *FILTERS]
    for name, where in FILTERS.items():
        centre.sceau("project", "create", name, "--title", "T", "--purpose", "P", "--until", "2099-12-31",
                     "--member", "alix")
        centre.sceau("permit", "grant", "--project", name, "--store", "lycees", "--policy", "depp",
                     "--until", "2099-12-31", "--where", where)
    open_ = {name: centre.connect("alix", "orientation" if name == "all" else name, autocommit=True)
             for name in names}
    rows = {name: open_[name].execute("SELECT count(*) FROM lycees").fetchone()[0] for name in names}
    print("rows seen: " + ", ".join(f"{name} {rows[name]:,}" for name in names))
    for what, query in QUERIES.items():
        times = {name: [] for name in names}
        for turn in range(count + 1):
            for name in names:
                taken = seconds(open_[name], query)
                if turn > 0:  # the first warms up
                    times[name].append(taken)
        medians = {name: statistics.median(times[name]) for name in names}
        print(f"{what}: " + ", ".join(f"{name} {medians[name] * 1000:.1f} ms ({medians[name] / medians['all']:.2f}×)"
                                      for name in names), flush=True)
    for connection in open_.values():
        connection.close()


def searched_files(centre):
    """Numbers that are nobody's, of which all is looked at; and the store's own rows, all of which are found."""
    chance = random.Random(1)
    numbers = "".join(f"{chance.random():.9f};{chance.randrange(10**6)}\n" for _ in range(FILE_BYTES // 18))
    with gzip.open(REAL, "rt", encoding="utf-8") as file:
        rows = file.read(FILE_BYTES)
    with centre.connect("alix", "orientation", autocommit=True) as connection:
        for what, text in (("numbers", numbers), ("rows", rows)):
            begin = time.perf_counter()
            connection.execute("SELECT sceau.egress(%s, %s, %s)", (f"{what}.csv", what, text.encode())).fetchall()
            print(f"file of {what}, {len(text) / 1e6:.1f} MB: {time.perf_counter() - begin:.1f} s", flush=True)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    if not REAL.exists():
        print(f"skipped: {REAL} is not here")
        return
    with harness.TrialCentre() as centre:
        centre.seal("lycees@2021", harness.SOURCE / "policies" / "codebooks" / "lycees.toml", [REAL])
        centre.cast()
        centre.serve()
        print(f"medians of {count}, one run, in turns")
        row_filters(centre, count)
        searched_files(centre)


if __name__ == "__main__":
    main()
