#!/usr/bin/python3
"""Holds THREATS.md and SATRE.md: what they name as proof exists.

    tests/house/threats_check.py [ROOT]     exit 0 and a count, or one line a fault and exit 1

In THREATS.md a threat is a `### ` heading, and names at least one test: a line `- Test: `PROGRAM: sentence``, where
PROGRAM is a doctest program of CMakeLists.txt, or `e2e` or `attack` with `file.method` of that folder of tests/.
"Out of scope" names none. In SATRE.md a row of a table that begins with a statement's number names in its last column
tests (likewise), documents (`path`) and commands (`sceau words` of the grammar), or says "not served".
"""

import pathlib
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
NAMED = re.compile(r"^- Test: `([^:`]+): ([^`]+)`$")
ROW = re.compile(r"^\| (\d\.\d\.\d\d)")
WITHOUT_TESTS = {"Out of scope", "Out of scope of the workspace"}
SCRIPTS = ("e2e", "attack")


class Proofs:
    """What there is to be named below a root."""

    def __init__(self, root):
        self.root = root
        built = (root / "CMakeLists.txt").read_text(encoding="utf-8")
        self.programs = set(re.findall(r"(?:sceau_test|doctest_discover_tests)\((\w+)", built))
        self.cases = set()
        for file in (root / "tests").rglob("*.cpp"):
            for match in CASE.finditer(file.read_text(encoding="utf-8")):
                self.cases.add("".join(LITERAL.findall(match.group(1))).replace('\\"', '"'))
        self.scripts = {folder: set() for folder in SCRIPTS}
        for folder, found in self.scripts.items():
            for file in (root / "tests" / folder).glob("*.py"):
                for name in re.findall(r"^    def (test_\w+)", file.read_text(encoding="utf-8"), re.M):
                    found.add(f"{file.stem}.{name}")
        self.commands = set()
        for file in [*(root / "enclave").rglob("*.cpp"), *(root / "audit").glob("*.cpp")]:
            self.commands.update(re.findall(r'"([a-z]+(?: [a-z]+)?)"', file.read_text(encoding="utf-8")))

    def has_test(self, program, sentence):
        if program in self.scripts:
            return sentence in self.scripts[program]
        return program in self.programs and sentence in self.cases

    def has(self, name):
        """A test, a command or a document, by its form."""
        program, colon, sentence = name.partition(": ")
        if colon:
            return self.has_test(program, sentence)
        words = name.split()
        if words and words[0] in ("sceau", "sceau-audit"):
            plain = [w for w in words[1:3] if re.fullmatch(r"[a-z]+", w)]
            return " ".join(plain) in self.commands
        return (self.root / name).exists()


def check_threats(proofs, faults):
    named, threat, tests = 0, None, 0
    lines = (proofs.root / "enclave" / "THREATS.md").read_text(encoding="utf-8").splitlines()
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
        if not proofs.has_test(*match.groups()):
            faults.append(f"THREATS.md:{number}: there is no test '{': '.join(match.groups())}'")
        tests += 1
        named += 1
    if named == 0:
        faults.append("THREATS.md names no test at all")
    return named


def check_satre(proofs, faults):
    file = proofs.root / "enclave" / "SATRE.md"
    named = 0
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines() if file.exists() else [], 1):
        row = ROW.match(line)
        if not row:
            continue
        last = line.rstrip().rstrip("|").split("|")[-1]
        names = re.findall(r"`([^`]+)`", last)
        if not names and "not served" not in last:
            faults.append(f"SATRE.md:{number}: {row.group(1)} names nothing, and doesn't say that it is not served")
        for name in names:
            if not proofs.has(name):
                faults.append(f"SATRE.md:{number}: {row.group(1)}: there is no '{name}'")
        named += len(names)
    return named


def main():
    proofs = Proofs(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    faults = []
    tests = check_threats(proofs, faults)
    others = check_satre(proofs, faults)
    rest = f"; SATRE.md's {others} proofs exist" if others else ""
    print("\n".join(faults) if faults else f"{tests} tests are named and exist{rest}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
