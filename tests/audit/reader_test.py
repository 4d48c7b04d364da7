#!/usr/bin/python3
"""Go's sumdb packages read our logs: checkpoints, roots, tiles, receipts and consistency proofs,
and refuse what was changed.

    reader_test.py DRIVER SCEAU-AUDIT FOLDER      FOLDER: where the reader is built
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

SIZES = [1, 2, 5, 255, 256, 257, 70000]


def run(*command, accept=0, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if (done.returncode == 0) != (accept == 0):
        sys.exit(f"{' '.join(command[:4])}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def check_log(reader, audit, log, size, key, place):
    run(reader, "check", log, key)
    for index in sorted({0, size // 3, size - 1}):
        receipt = os.path.join(place, "receipt")
        with open(receipt, "w", encoding="utf-8") as file:
            file.write(run(audit, "prove", log, "--index", str(index)))
        run(reader, "receipt", receipt, key)
        with open(receipt, encoding="utf-8") as file:
            changed = file.read().replace("index ", "index 1")
        with open(receipt, "w", encoding="utf-8") as file:
            file.write(changed)
        run(reader, "receipt", receipt, key, accept=1)
    for older in sorted({1, (size + 1) // 2, size}):
        document = json.loads(run(audit, "prove", log, "--consistency", str(older), str(size),
                                  "--json"))
        run(reader, "consistency", log, str(older), str(size), *document["proof"])
        if document["proof"]:
            document["proof"][0], first = document["newer_root"], document["proof"][0]
            if document["proof"][0] != first:
                run(reader, "consistency", log, str(older), str(size), *document["proof"], accept=1)


def check_damage(reader, log, key):
    """The reader finds what was changed; so this test can fail."""
    found = 0
    for folder, _, files in os.walk(log):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "r+b") as file:
                bytes_ = bytearray(file.read())
                bytes_[len(bytes_) // 2] ^= 1
                file.seek(0)
                file.write(bytes_)
            # Leftover partial tiles are not read by it.
            if subprocess.run([reader, "check", log, key], capture_output=True,
                              check=False).returncode != 0:
                found += 1
            with open(path, "r+b") as file:
                bytes_[len(bytes_) // 2] ^= 1
                file.write(bytes_)
    if found < 4:
        sys.exit(f"only {found} changed files were found")


def main():
    driver, audit, built = sys.argv[1:]
    reader = os.path.join(built, "log_reader")
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reader", "build")
    done = subprocess.run([build, reader], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        print(done.stdout.strip())
        return
    if done.returncode != 0:
        sys.exit(done.stderr)
    key = run(driver, "key").strip()
    with tempfile.TemporaryDirectory(prefix="sceau-reader-") as place:
        # A log as the writer makes it, published many times.
        home = os.path.join(place, "home")
        os.mkdir(home)
        run(driver, "work", home, "140", "1")
        log = os.path.join(home, "log")
        size = int(open(os.path.join(log, "checkpoint"), encoding="utf-8").read().split("\n")[1])
        check_log(reader, audit, log, size, key, place)
        check_damage(reader, log, key)
        # Any entries, rebuilt at every interesting size.
        private = os.path.join(place, "log.key")
        with open(private, "w", encoding="utf-8") as file:
            file.write(run(driver, "private-key"))
        entries = os.path.join(place, "entries")
        for size in SIZES:
            with open(entries, "w", encoding="utf-8") as file:
                file.writelines(f"entry {i}\n" for i in range(size))
            log = os.path.join(place, "rebuilt")
            shutil.rmtree(log, ignore_errors=True)
            run(audit, "rebuild", "--entries", entries, "--key-file", private, "--sizes",
                str(size), "--out", log)
            check_log(reader, audit, log, size, key, place)
    print(f"Go's reader agrees at sizes {', '.join(map(str, SIZES))}")


if __name__ == "__main__":
    main()
