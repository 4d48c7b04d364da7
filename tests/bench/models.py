#!/usr/bin/python3
"""Least squares with 20 parameters over ten million rows: the engine beside numpy's normal equations
on the same rows, in turns. numpy is given its data as one array of doubles in memory; the engine
decodes columns, looks for missing values and centres.

    tests/bench/models.py BUILD [--millions N] [--rounds N]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--millions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    try:
        import numpy
    except ImportError:
        print("skipped: python3-numpy is not there", file=sys.stderr)
        return 0
    program = os.path.join(options.build, "bench_models")
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([program, "write", file.name], check=True)
        block = numpy.fromfile(file.name).reshape(-1, 20)
    design = numpy.column_stack([numpy.ones(len(block)), block[:, 1:]])
    response = block[:, 0].copy()
    ours, theirs = [], []
    for _ in range(options.rounds):
        answer = json.loads(subprocess.run([program, "ols", str(options.millions)], check=True,
                                           stdout=subprocess.PIPE).stdout)
        ours.append(answer["seconds"])
        start = time.perf_counter()
        cross, against = numpy.zeros((20, 20)), numpy.zeros(20)
        for _ in range(options.millions):
            cross += design.T @ design
            against += design.T @ response
        solved = numpy.linalg.solve(cross, against)
        theirs.append(time.perf_counter() - start)
        if not numpy.allclose(solved, answer["coefficients"], rtol=1e-7):
            print("models.py: error: the two give different coefficients", file=sys.stderr)
            return 1
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"ols, 20 parameters, {options.millions} million rows: engine "
          f"{statistics.median(ours):.2f} s, numpy normal equations "
          f"{statistics.median(theirs):.2f} s, ratio {ratio:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
