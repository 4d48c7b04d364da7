"""The engines that are compared: how each loads a data set, which files it reads, and how it answers
a question in a process of its own. A measurement is a dict: first (seconds from before the file is
opened to the answer, in a fresh process), later (the same process asked again), answer, peak_memory.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"


def evict(path):
    """Drops a file from the operating system's cache; False where pages of it are still there."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(fd)
    shown = subprocess.run(["fincore", "--bytes", "--noheadings", "--output", "PAGES", path],
                           capture_output=True, text=True, check=False)
    return shown.returncode != 0 or int(shown.stdout or 0) == 0


def warm(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


# As the broker starts a session's worker and its examiners (enclave/server/process.cpp).
OURS = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def run(command, job=None, text=None, environment=None):
    """The JSON that a program prints."""
    done = subprocess.run(command, input=json.dumps(job) if job is not None else text or "",
                          capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"scripts/bench: error: {os.path.basename(command[0])} "
                         f"{command[1] if len(command) > 1 else ''} failed:\n{done.stderr.strip()}")
    return json.loads(done.stdout)


class Engine:
    """By default one that reads a file, and so can be cold."""

    on_disk = True
    every_round = True  # False: asked in the first round only

    def __init__(self, name, folder, key_file, threads):
        self.name, self.folder, self.key_file, self.threads = name, folder, key_file, threads

    def path(self, dataset):
        return os.path.join(self.folder, f"{dataset.name}.{self.name.replace(' ', '-')}")

    def files(self, dataset):
        return [self.path(dataset)]

    def can(self, query):
        return True

    def close(self):
        pass


class Sceau(Engine):
    def __init__(self, program, folder, key_file, threads):
        super().__init__("Sceau", folder, key_file, threads)
        self.program = program

    def seal(self, dataset, out, vintage="bench", copies=1):
        files = [part for _ in range(copies) for part in ("--from", dataset.csv)]
        return run([self.program, "seal", "--out", out, *files, "--codebook", dataset.codebook,
                    "--vintage", vintage, "--key-file", self.key_file])

    def load(self, dataset):
        return self.seal(dataset, self.path(dataset))

    def query(self, dataset, query, times, stores=None):
        stores = [part for path in stores or self.files(dataset) for part in ("--store", path)]
        return run([self.program, "query", *stores, "--key-file", self.key_file, "--query",
                    query.name, "--times", str(times), "--threads", str(self.threads)],
                   environment=OURS)

    def floor(self, dataset, query, times):
        return run([self.program, "floor", "--store", self.path(dataset), "--key-file",
                    self.key_file, "--query", query.name, "--times", str(times), "--threads",
                    str(self.threads)], environment=OURS)


class Sqlcipher(Engine):
    every_round = False

    def __init__(self, program, folder, key_file, threads):
        super().__init__("SQLCipher", folder, key_file, threads)
        self.program = program

    def load(self, dataset):
        return run([self.program, "load-rows", "--out", self.path(dataset), "--from", dataset.csv,
                    "--codebook", dataset.codebook, "--key-file", self.key_file])

    def can(self, query):
        return query.sqlite is not None

    def query(self, dataset, query, times):
        return run([self.program, "query-rows", "--store", self.path(dataset), "--key-file",
                    self.key_file, "--dimensions", str(query.dimensions), "--times", str(times)],
                   text=query.sqlite)


class Duckdb(Engine):
    """Categories are ENUMs, which DuckDB groups and filters several times faster than VARCHAR."""

    def __init__(self, folder, key_file, threads, modules, encrypted, enums=True):
        name = "DuckDB AES-GCM" if encrypted else "DuckDB"
        super().__init__(name if enums else name + " VARCHAR", folder, key_file, threads)
        self.modules, self.encrypted, self.enums = modules, encrypted, enums
        self.every_round = enums  # VARCHAR is here for its import, and to show which is faster

    def job(self, act, dataset, **more):
        job = {"act": act, "file": self.path(dataset), "threads": self.threads, **more}
        if self.encrypted:
            job["key_file"] = self.key_file
        environment = {**os.environ, "NODE_PATH": self.modules}
        done = subprocess.run(["node", os.path.join(HERE, "duckdb_peer.cjs")],
                              input=json.dumps(job), capture_output=True, text=True,
                              env=environment, check=False)
        if done.returncode != 0:
            raise SystemExit(f"scripts/bench: error: {self.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def load(self, dataset):
        codes = {name: list(variable["values"]) for name, variable in dataset.variables.items()
                 if "values" in variable}
        return self.job("load", dataset, csv=dataset.csv, separator=dataset.separator,
                        columns={name: dataset.sql_type(name) for name in dataset.header},
                        kept=list(dataset.variables), categories=dataset.categories(), codes=codes,
                        table=dataset.name, enums=self.enums)

    def query(self, dataset, query, times):
        return self.job("query", dataset, sql=query.duckdb, dimensions=query.dimensions,
                        times=times)


class InMemory(Engine):
    """pandas and data.table: the CSV is read once into the memory of one process, in clear."""

    on_disk = False

    def __init__(self, name, folder, key_file, threads, command):
        super().__init__(name, folder, key_file, threads)
        self.command = command
        self.process = None

    def can(self, query):
        return query.name in ("W1", "W2", "W3", "W4", "W5")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"scripts/bench: error: {self.name} ended in the middle of {line}")
        return json.loads(answer)

    def load(self, dataset):
        self.process = subprocess.Popen([*self.command, dataset.csv, str(self.threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        return self.ask("load")

    def query(self, dataset, query, times):
        runs = [self.ask(query.name) for _ in range(times)]
        return {"later": [run["seconds"] for run in runs], **runs[-1]}

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def say(text):
    print(f"scripts/bench: {text}", file=sys.stderr, flush=True)
