"""pandas as a peer: reads the CSV file named by its first argument into memory, then answers a
question (load, W1 … W5) a line of standard input by one line of JSON."""

import json
import resource
import sys
import time

import pandas

FINE = ["departement", "niveau", "pcs", "sexe"]
TEXTS = ["academie", "departement", "secteur", "uai", "niveau", "serie", "sexe", "pcs", "boursier"]


def load():
    types = {**{name: "category" for name in TEXTS}, "annee": "int16", "age": "int8",
             "note": "float64"}
    return pandas.read_csv(sys.argv[1], sep=";", dtype=types, usecols=list(types), engine="c")


def grouped(frame, names):
    return frame.groupby(names, observed=True, sort=False)


def w1(frame):
    return grouped(frame, ["academie", "sexe"])["note"].agg(["size", "mean"])


def w2(frame):
    answer = grouped(frame, FINE)["note"].agg(["size", "sum", "var", "count"])
    # SQL's sum of nothing is NULL.
    return answer.assign(sum=answer["sum"].where(answer.pop("count") > 0))


def w3(frame):
    return w1(frame[(frame.annee == 2021) & (frame.boursier == "1")])


def w4(frame):
    place = ["departement", "niveau"]
    schools = grouped(frame, place + ["uai"])["note"].agg(["size", "sum"]).reset_index()
    schools = schools.sort_values("sum", ascending=False)
    answer = grouped(schools, place).agg(n=("size", "sum"), schools=("uai", "count"))
    answer["first"] = grouped(schools, place)["sum"].nth(0)
    answer["second"] = grouped(schools, place)["sum"].nth(1)
    return answer


def w5(frame):
    row = [frame.note.sum(), frame.age.sum(), (frame.boursier == "1").sum()]
    return pandas.DataFrame([row])


def crosstab(frame, index, columns):
    keys = [frame[name] for name in index], [frame[name] for name in columns]
    count = pandas.crosstab(*keys, dropna=False)
    mean = pandas.crosstab(*keys, values=frame.note, aggfunc="mean", dropna=False)
    # As one row: the numbers are compared by the other questions.
    return pandas.DataFrame([[count.to_numpy().sum(), mean.notna().to_numpy().sum()]])


def t300(frame):
    return crosstab(frame, ["departement"], ["niveau"])


def t45k(frame):
    return crosstab(frame, ["departement", "secteur", "serie", "pcs"], ["sexe", "boursier"])


def as_answer(table, question):
    answer = {}
    for key, row in zip(table.index, table.itertuples(index=False)):
        names = () if question in ("W5", "T300", "T45K") else key if isinstance(key, tuple) else (key,)
        answer["".join(f"{name}|" for name in names)] = [
            None if pandas.isna(value) else float(value) for value in row]
    return answer


def main():
    questions = {"W1": w1, "W2": w2, "W3": w3, "W4": w4, "W5": w5, "T300": t300, "T45K": t45k}
    frame = None
    for line in sys.stdin:
        question = line.strip()
        start = time.perf_counter()
        result = load() if question == "load" else questions[question](frame)
        reply = {"seconds": time.perf_counter() - start}
        if question == "load":
            frame = result
            reply["rows"] = len(frame)
        else:
            reply["answer"] = as_answer(result, question)
        reply["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
