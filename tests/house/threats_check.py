#!/usr/bin/python3
"""Holds THREATS.md: each threat names its tests, and each test that is named exists.

    tests/house/threats_check.py [ROOT]     exit 0 and a count, or one line a fault and exit 1

A threat is a `### ` heading; a test is a line `- Test: `PROGRAM: sentence``, where PROGRAM is a doctest program of
CMakeLists.txt, or `e2e` with `file.method` of tests/e2e. "Out of scope" names none.
"""

import pathlib
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
NAMED = re.compile(r"^- Test: `([^:`]+): ([^`]+)`$")
WITHOUT_TESTS = {"Out of scope", "Out of scope of the workspace"}


def test_cases(root):
    """Every doctest sentence, whichever program it stands in."""
    found = set()
    for file in (root / "tests").rglob("*.cpp"):
        for match in CASE.finditer(file.read_text(encoding="utf-8")):
            found.add("".join(LITERAL.findall(match.group(1))).replace('\\"', '"'))
    return found


def e2e_tests(root):
    found = set()
    for file in (root / "tests" / "e2e").glob("*.py"):
        for name in re.findall(r"^    def (test_\w+)", file.read_text(encoding="utf-8"), re.M):
            found.add(f"{file.stem}.{name}")
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    programs = set(re.findall(r"(?:sceau_test|doctest_discover_tests)\((\w+)",
                              (root / "CMakeLists.txt").read_text(encoding="utf-8")))
    cases, scripts = test_cases(root), e2e_tests(root)
    faults, named, threat, tests = [], 0, None, 0
    lines = (root / "enclave" / "THREATS.md").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines + ["### "], 1):
        if line.startswith("### "):
            if threat and threat not in WITHOUT_TESTS and tests == 0:
                faults.append(f"THREATS.md: '{threat}' names no test")
            threat, tests = line[4:].strip(), 0
        if not line.startswith("- Test:"):
            continue
        match = NAMED.match(line)
        if not match:
            faults.append(f"THREATS.md:{number}: not a line like - Test: `program: sentence`")
            continue
        program, sentence = match.groups()
        there = sentence in scripts if program == "e2e" else program in programs and sentence in cases
        if not there:
            faults.append(f"THREATS.md:{number}: there is no test '{program}: {sentence}'")
        tests += 1
        named += 1
    if named == 0:
        faults.append("THREATS.md names no test at all")
    print("\n".join(faults) if faults else f"{named} tests are named and exist")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
