#!/usr/bin/python3
"""Every file call of the log's writer is made to fail, and is the last one, by strace; and the
writer is killed at random under load. Afterwards the log is opened again and verified: nothing
that was acknowledged may be missing, and no size may have two roots.

    faults.py calls DRIVER     $SCEAU_EVERY: every how many calls (default 9; 1: all of them)
    faults.py kills DRIVER     $SCEAU_KILLS: how many (default 20)
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CALLS = ["openat", "read", "write", "fsync", "fdatasync", "close", "rename", "link", "unlink",
         "rmdir", "mkdir", "flock", "newfstatat", "ftruncate"]
TROUBLES = ["error=EIO", "error=ENOSPC", "signal=KILL"]
ENTRIES = "5"  # times one to three; publications in between


def room():
    """Where nothing waits for a disk, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **more)


def check(driver, folder, told, why):
    # A line that the end cut off was told to nobody.
    told = told[:told.rfind("\n") + 1]
    done = run([driver, "check", folder], input=told)
    if done.returncode != 0:
        keep = tempfile.mkdtemp(prefix="sceau-faults-kept-")
        shutil.copytree(folder, os.path.join(keep, "home"))
        with open(os.path.join(keep, "told"), "w", encoding="utf-8") as file:
            file.write(told)
        sys.exit(f"{why}: exit {done.returncode}: {done.stderr.strip()} (kept in {keep})")


def check_rotated(driver, folder, _told, why):
    """A rotation that ended anywhere is gone on with, and makes a chain of two whole logs."""
    for action in ("rotate", "check-rotated"):
        done = run([driver, action, folder])
        if done.returncode != 0:
            keep = tempfile.mkdtemp(prefix="sceau-faults-kept-")
            shutil.copytree(folder, os.path.join(keep, "home"))
            sys.exit(f"{why}, {action}: exit {done.returncode}: {done.stderr.strip()} "
                     f"(kept in {keep})")


def trace(words, *options):
    return run(["strace", "-f", "-qq", *options, *words])


def calls_made(words_for, start, place):
    """How often each call is made before and after the driver begins, in a run without trouble."""
    folder = os.path.join(place, "whole")
    shutil.copytree(start, folder)
    record = os.path.join(place, "record")
    done = trace(words_for(folder), "-e", "trace=access," + ",".join(CALLS), "-o", record)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:]
    before, after, begun = {}, {}, False
    with open(record, encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"\d+\s+(\w+)\(", line)
            if not found:
                continue
            if "/sceau-driver-begins" in line:
                begun = True
            counts = after if begun else before
            counts[found.group(1)] = counts.get(found.group(1), 0) + 1
    shutil.rmtree(folder)
    return (before, after), None


def start_log(driver, place, entries):
    start = os.path.join(place, f"start-{entries}")
    os.mkdir(start)
    done = run([driver, "work", start, str(entries), "1"])
    if done.returncode != 0:
        sys.exit(f"the driver fails by itself: {done.stderr.strip()}")
    return start


def play(driver, words_for, start, place, afterwards):
    """Makes the calls of one run fail, every so many. Gives runs and how many ended early."""
    every = int(os.environ.get("SCEAU_EVERY", "9"))
    made, why = calls_made(words_for, start, place)
    if made is None:
        print(f"skipped: strace can't trace here: {' '.join(why)}")
        sys.exit(0)
    before, after = made
    number = runs = struck = 0
    for call in CALLS:
        for at in range(after.get(call, 0)):
            number += 1
            if number % every:
                continue
            for trouble in TROUBLES:
                folder = os.path.join(place, "home")
                shutil.copytree(start, folder)
                nth = before.get(call, 0) + at + 1
                done = trace(words_for(folder), "-e", f"trace={call}",
                             "-e", f"inject={call}:{trouble}:when={nth}", "-o", "/dev/null")
                runs += 1
                struck += done.returncode != 0
                afterwards(driver, folder, done.stdout, f"{call} number {nth}, {trouble}")
                shutil.rmtree(folder)
    return runs, struck


def fail_calls(driver):
    if shutil.which("strace") is None:
        print("skipped: strace is not installed (scripts/setup installs it)")
        return
    with tempfile.TemporaryDirectory(prefix="sceau-faults-", dir=room()) as place:
        empty = os.path.join(place, "empty")
        os.mkdir(empty)
        # One log that is yet to be made, one that is about to fill its first tile, and one whose
        # end comes.
        long = start_log(driver, place, 126)
        short = start_log(driver, place, 3)
        plays = [
            (lambda folder: [driver, "work", folder, ENTRIES, "1"], empty, check),
            (lambda folder: [driver, "work", folder, ENTRIES, "1"], long, check),
            (lambda folder: [driver, "rotate", folder], short, check_rotated),
        ]
        for words_for, start, afterwards in plays:
            runs, struck = play(driver, words_for, start, place, afterwards)
            if struck == 0:
                sys.exit("no call failed")
            print(f"{runs} calls failed or were the last, {struck} of them ended the writer")


def kill_often(driver):
    kills = int(os.environ.get("SCEAU_KILLS", "20"))
    chance = random.Random(int(os.environ.get("SCEAU_SEED", "4")))
    entries = 0
    patience = 1.0  # grows where a busy machine lets the writer write nothing before it is killed
    with tempfile.TemporaryDirectory(prefix="sceau-kills-", dir=room()) as place:
        for number in range(kills):
            if number % 40 == 0:
                folder = os.path.join(place, f"home-{number}")
                os.mkdir(folder)
                told = ""
            with subprocess.Popen([driver, "work", folder, "1000000", "4"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
                time.sleep(chance.uniform(0.005, 0.12) * patience)
                writer.send_signal(signal.SIGKILL)
                out, err = writer.communicate()
            if writer.returncode != -signal.SIGKILL:
                sys.exit(f"kill {number}: the writer ended by itself: {err.strip()}")
            told += out[:out.rfind("\n") + 1]
            entries += out.count("entry ")
            patience = 1.0 if "entry " in out else min(patience * 1.5, 50.0)
            check(driver, folder, told, f"kill {number}")
    if entries == 0:
        sys.exit("the writer was always killed before it wrote anything")
    print(f"{kills} kills, {entries} entries acknowledged, none lost")


def main():
    kind, driver = sys.argv[1:]
    {"calls": fail_calls, "kills": kill_often}[kind](driver)


if __name__ == "__main__":
    main()
