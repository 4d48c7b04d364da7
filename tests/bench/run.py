"""scripts/bench's rounds: loads every data set into every engine, then asks each question of each
engine in turns, so that whatever else the machine does slows all down alike. An answer that differs
from Sceau's ends the run."""

import math
import os
import secrets

from engines import Duckdb, InMemory, PYTHON, Sceau, Sqlcipher, HERE, evict, say, warm

STEADY_RUNS = 4
SLOW_ROUNDS = 1


def make_engines(options, folder):
    """Sceau first, then the peers that were asked for. Both files of DuckDB share a key file."""
    key_file = os.path.join(folder, "key")
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as key:
        key.write(secrets.token_hex(32) + "\n")
    common = (folder, key_file, options.threads)
    engines = [Sceau(options.program, *common)]
    for peer in options.peers:
        if peer == "duckdb":
            engines.append(Duckdb(*common, options.modules, encrypted=False))
        elif peer == "duckdb-aes":
            engines.append(Duckdb(*common, options.modules, encrypted=True))
        elif peer == "duckdb-varchar":
            engines.append(Duckdb(*common, options.modules, encrypted=False, enums=False))
        elif peer == "sqlcipher":
            engines.append(Sqlcipher(options.program, *common))
        elif peer == "pandas":
            engines.append(InMemory("pandas", *common, [PYTHON, f"{HERE}/pandas_peer.py"]))
        elif peer == "data.table":
            engines.append(InMemory("data.table", *common, ["Rscript", f"{HERE}/datatable_peer.R"]))
    return engines


def close_enough(ours, theirs):
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)


def compare(question, engine, ours, theirs):
    """Says which group differs, never what the engines hold of it."""
    for key in sorted(set(ours) | set(theirs)):
        mine, other = ours.get(key), theirs.get(key)
        if mine is None or other is None or len(mine) != len(other) or not all(
                map(close_enough, mine, other)):
            columns = [i for i, pair in enumerate(zip(mine or [], other or []))
                       if not close_enough(*pair)]
            raise SystemExit(f"scripts/bench: error: {question.name}: Sceau and {engine.name} give "
                             f"different numbers for {key or 'the only group'} "
                             f"(statistics {columns or 'missing'})")


def load_all(engines, dataset, results):
    found = {"name": dataset.name, "loads": {}}
    for engine in engines:
        say(f"{engine.name} loads {dataset.name}")
        found["loads"][engine.name] = engine.load(dataset)
    found["rows"] = dataset.rows = found["loads"]["Sceau"]["rows"]
    results["datasets"].append(found)


def ask(engine, dataset, question, seconds, options, results):
    """One engine's share of a round: cold, then from the system's cache, then again and again."""
    times = seconds.setdefault(engine.name, {})
    if not engine.on_disk:
        answer = engine.query(dataset, question, STEADY_RUNS)
        times.setdefault("steady", []).extend(answer["later"])
        return answer
    files = engine.files(dataset)
    if options.cold:
        if all([evict(path) for path in files]):
            times.setdefault("cold", []).append(engine.query(dataset, question, 1)["first"])
        else:
            results["uncold"] += 1
    for path in files:
        warm(path)
    answer = engine.query(dataset, question, 1 + (STEADY_RUNS if engine.every_round else 0))
    times.setdefault("os", []).append(answer["first"])
    times.setdefault("os_cpu", []).append(answer["first_cpu"])
    times.setdefault("steady", []).extend(answer["later"])
    times["peak_memory"] = max(times.get("peak_memory", 0), answer["peak_memory"])
    return answer


def ask_all(engines, dataset, options, results, rounds):
    asked = [{"name": question.name, "title": question.title, "dataset": dataset.name,
              "seconds": {}} for question in dataset.queries]
    for turn in range(rounds):
        say(f"{dataset.name}: round {turn + 1} of {rounds}")
        for question, into in zip(dataset.queries, asked):
            answers = {}
            # Another engine begins in each round.
            for engine in engines[turn % len(engines):] + engines[:turn % len(engines)]:
                if not engine.can(question) or (not engine.every_round and turn >= SLOW_ROUNDS):
                    continue
                answers[engine] = ask(engine, dataset, question, into["seconds"], options,
                                      results)["answer"]
            ours = answers.pop(engines[0])
            for engine, theirs in answers.items():
                compare(question, engine, ours, theirs)
            into["groups"] = len(ours)
    results["questions"] += asked


def measure_floors(engine, dataset, results):
    for question in dataset.queries:
        for found in results["questions"]:
            if found["name"] == question.name:
                say(f"the floor of {question.name}")
                found["floor"] = engine.floor(dataset, question, 5)
