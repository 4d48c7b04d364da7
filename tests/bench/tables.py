"""Tables of some 300 and 45,000 cells: with all the evidence that the rules judge, beside the bare
result, and beside pandas' crosstab of rows that it holds in memory, in clear."""

import statistics

from engines import say
from report import short


class Question:
    """A question of tests/bench/workload.cpp, and pandas' function of the same name."""

    def __init__(self, name, title):
        self.name, self.title = name, title


QUESTIONS = [(Question("T300", "département × niveau: count, mean"),
              Question("T300E", "the same with evidence")),
             (Question("T45K", "département × secteur × série × pcs × sexe × boursier: count, mean"),
              Question("T45KE", "the same with evidence"))]
ROUNDS = 5


def measure(ours, pandas, dataset):
    """Medians of rounds in which all take turns; seconds in one process, the file in the cache."""
    for engine in [ours] + ([pandas] if pandas else []):
        say(f"{engine.name} loads {dataset.name}")
        engine.load(dataset)
    lines = []
    for bare, full in QUESTIONS:
        seconds = {"bare": [], "evidence": [], "crosstab": []}
        for turn in range(ROUNDS):
            say(f"{bare.name}: round {turn + 1} of {ROUNDS}")
            answer = ours.query(dataset, bare, 4)
            seconds["bare"] += answer["later"]
            seconds["evidence"] += ours.query(dataset, full, 4)["later"]
            if pandas:
                seconds["crosstab"] += pandas.query(dataset, bare, 1)["later"]
        line = {"name": bare.name, "title": bare.title, "groups": len(answer["answer"]),
                **{name: statistics.median(times) for name, times in seconds.items() if times}}
        line["evidence_by_bare"] = line["evidence"] / line["bare"]
        if pandas:
            line["crosstab_by_evidence"] = line["crosstab"] / line["evidence"]
        lines.append(line)
    return lines


def print_tables(lines):
    print("tables: seconds, in one process, file in the system's cache")
    for line in lines:
        print(f"  {line['name']:5} {line['groups']:>7,} groups  bare {short(line['bare']):>8}  "
              f"evidence {short(line['evidence']):>8} ({line['evidence_by_bare']:.2f}× bare)"
              + (f"  pandas' crosstab {short(line['crosstab']):>8} "
                 f"({line['crosstab_by_evidence']:.1f}× evidence)" if "crosstab" in line else ""))
        print(f"        {line['title']}")
