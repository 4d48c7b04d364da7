#!/usr/bin/python3
"""Holds the storeys: which folder may include which, and how long a file may be.

    tests/house/include_check.py [ROOT]     exit 0 and a count, or one line a fault and exit 1

audit and policies include nobody else, disclosure includes policies, enclave includes all three.
disclosure is values in, values out: no database, no cryptography, no sockets, no files.
"""

import pathlib
import re
import sys

MAY_INCLUDE = {
    "audit": {"audit"},
    "policies": {"policies"},
    "disclosure": {"disclosure", "policies"},
    "enclave": {"enclave", "disclosure", "policies", "audit"},
}

# Outside libraries that a folder must not know, as patterns on what stands in the brackets.
DATABASE = r"sqlite|sqlcipher|pg_query"
FORBIDDEN = {
    "audit": rf"{DATABASE}|toml\+\+",
    "policies": DATABASE,
    "disclosure": rf"{DATABASE}|openssl|toml\+\+|zlib|^csv\.h|^sys/|^unistd\.h|^fcntl\.h|^netinet/"
                  r"|^arpa/|^fstream$|^filesystem$|^cstdio$|^stdio\.h|^iostream$|^chrono$"
                  r"|^random$|^ctime$|^time\.h",
}

MOST_LINES = 600
INCLUDE = re.compile(r"^\s*#\s*include\s*(?:\"([^\"]*)\"|<([^>]*)>|(\S.*))")


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in {".h", ".hpp", ".cpp", ".cc", ".c"})


def faults_of_line(storey, line):
    match = INCLUDE.match(line)
    if not match:
        return
    own, outside, computed = match.groups()
    if computed is not None:
        yield f"an include that can't be read: {computed}"
        return
    # A path through brackets is no way round: <disclosure/rules.h> is the same file.
    name = own if own is not None else outside
    first = name.split("/")[0]
    if ".." in name.split("/") or name.startswith("/"):
        yield f"includes {name}: write the path from the root of the repository"
    elif first in MAY_INCLUDE:
        if first not in MAY_INCLUDE[storey]:
            yield f"includes {name}: {storey} must not know {first}"
    elif own is not None:
        yield f"includes \"{name}\": write the path from the root of the repository"
    elif storey in FORBIDDEN and re.search(FORBIDDEN[storey], name):
        yield f"includes <{name}>: {storey} must not know it"


def faults(root):
    for storey in MAY_INCLUDE:
        for path in sources(root / storey):
            shown = path.relative_to(root)
            # A line that ends in a backslash goes on in the next one.
            text = path.read_text(encoding="utf-8").replace("\\\n", " ")
            for number, line in enumerate(text.split("\n"), 1):
                for fault in faults_of_line(storey, line):
                    yield f"{shown}:{number}: {fault}"
    for folder in [*MAY_INCLUDE, "tests", "scripts"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".h", ".hpp", ".cpp", ".cc", ".c", ".py"} or folder == "scripts":
                if path.is_file() and "__pycache__" not in path.parts:
                    lines = path.read_bytes().count(b"\n")
                    if lines > MOST_LINES:
                        yield (f"{path.relative_to(root)}: {lines} lines, at most {MOST_LINES}: "
                               f"two rooms in one")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                        else pathlib.Path(__file__).resolve().parents[2])
    found = list(faults(root))
    for fault in found:
        print(fault)
    count = sum(len(sources(root / storey)) for storey in MAY_INCLUDE)
    if count == 0:
        print(f"{root}: no source files here: nothing was checked")
        return 1
    print(f"{count} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
