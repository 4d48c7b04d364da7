"""Time and memory at 10, 40 and 120 million rows: one CSV file sealed as 1, 4 and 12 vintages that
are asked as one table, and its import as 1 and 4 files of one store."""

import os

from engines import say
from report import short

SIZES = (1, 4, 12)


def measure(engine, dataset):
    """{"imports": [...], "questions": [...]}; per-row figures show whether growth is linear."""
    found = {"imports": [], "questions": []}
    for copies in SIZES[:2]:
        say(f"scale: one store of {copies} files")
        out = engine.path(dataset) + ".whole"
        sealed = engine.seal(dataset, out, copies=copies)
        os.remove(out)
        found["imports"].append({"files": copies, **sealed})
    stores, seconds, memory, rows = [], 0.0, 0, 0
    for number in range(1, SIZES[-1] + 1):
        say(f"scale: vintage {number} of {SIZES[-1]}")
        stores.append(f"{engine.path(dataset)}.{number:02}")
        sealed = engine.seal(dataset, stores[-1], vintage=f"v{number:02}")
        seconds, memory = seconds + sealed["seconds"], max(memory, sealed["peak_memory"])
        rows += sealed["rows"]
        if number not in SIZES:
            continue
        found["imports"].append({"vintages": number, "rows": rows, "seconds": seconds,
                                 "bytes": sum(map(os.path.getsize, stores)),
                                 "peak_memory": memory})
        for question in dataset.queries:
            if question.name in ("W1", "W2E"):
                asked = engine.query(dataset, question, 4, stores=stores)
                found["questions"].append({"name": question.name, "vintages": number, "rows": rows,
                                           "first": asked["first"], "steady": min(asked["later"]),
                                           "peak_memory": asked["peak_memory"]})
    for path in stores:
        os.remove(path)
    return found


def print_scale(found):
    print("scale: import, durable")
    for line in found["imports"]:
        what = f"{line['vintages']} vintages" if "vintages" in line else (
            f"one store, {line['files']} files")
        print(f"  {what:20} {line['rows']:>12,} rows {line['seconds']:8.1f} s "
              f"{line['seconds'] / line['rows'] * 1e9:8.0f} ns a row {line['bytes'] / 1e6:8.0f} MB "
              f"file {line['peak_memory'] / 1e6:8.0f} MB memory")
    print("scale: questions over all vintages, file in the system's cache")
    for line in found["questions"]:
        print(f"  {line['name']:4} {line['vintages']:3} vintages {line['rows']:>12,} rows  first "
              f"{short(line['first']):>8} s  steady {short(line['steady']):>8} s "
              f"{line['steady'] / line['rows'] * 1e9:7.2f} ns a row "
              f"{line['peak_memory'] / 1e6:8.0f} MB memory")
