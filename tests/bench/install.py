"""The peers' programs: found, or installed where that is allowed, or said to be missing."""

import filecmp
import os
import shutil
import subprocess

from engines import HERE, PYTHON, say


def works(*command):
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def debian(packages, allowed):
    """Tries to install Debian packages; what came of it is looked at by the caller."""
    if not allowed:
        return
    if os.geteuid() == 0:
        root = []
    elif works("sudo", "-n", "true"):
        root = ["sudo", "-n"]
    else:
        return
    say(f"installing {' '.join(packages)}")
    for command in (["update", "-qq"],
                    ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command],
                       stdout=subprocess.DEVNULL, check=False)


def modules(folder, allowed):
    """The npm modules of package.json beside this file, exactly as its lock says; None without."""
    if not works("node", "--version") or not works("npm", "--version"):
        debian(["nodejs", "npm"], allowed)
    here = os.path.join(folder, "peers")
    found = os.path.join(here, "node_modules")
    lock = os.path.join(here, "package-lock.json")
    wanted = os.path.join(HERE, "package-lock.json")
    same = os.path.exists(lock) and filecmp.cmp(lock, wanted, shallow=False)
    if not (same and os.path.isdir(found)) and allowed:
        say("installing DuckDB by npm")
        os.makedirs(here, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(HERE, name), here)
        try:
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=here, check=False,
                           stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            return None
    test = "require('@duckdb/node-api')"
    there = works("env", f"NODE_PATH={found}", "node", "-e", test)
    return found if there else None


def peers(wanted, folder, allowed, notes):
    """Those of `wanted` that are there in the end, and the folder of the npm modules."""
    there = []
    found = modules(folder, allowed) if any(name.startswith("duckdb") for name in wanted) else None
    looks = {"pandas": ((PYTHON, "-c", "import pandas"), "python3-pandas"),
             "data.table": (("Rscript", "-e", "library(data.table)"), "r-cran-data.table")}
    for name in wanted:
        if name in looks:
            command, package = looks[name]
            if not works(*command):
                debian([package], allowed)
            present = works(*command)
        else:
            present = name == "sqlcipher" or found is not None
        if present:
            there.append(name)
        else:
            notes.append(f"left out: {name} is not installed")
    return there, found
