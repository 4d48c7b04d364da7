#!/usr/bin/python3
"""scripts/generate: the same bytes for the same seed, codes that the codebook knows, honest ends."""

import collections
import csv
import gzip
import hashlib
import io
import pathlib
import subprocess
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = "id_eleve;academie;departement;secteur;uai;niveau;serie;sexe\n"


def generate(*arguments, code=0):
    done = subprocess.run([ROOT / "scripts" / "generate", *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != code:
        raise AssertionError(done.stderr.decode())
    return done


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode()), delimiter=";"))


class Generate(unittest.TestCase):
    def test_bytes_are_the_known_ones(self):
        data = generate("--rows", 5000, "--seed", 7).stdout
        self.assertEqual(hashlib.sha256(data).hexdigest(), "c99bf0b3984281fcc785f650c67f3bc034269a76f037a2268ae78679e2104696")
        self.assertNotEqual(data, generate("--rows", 5000, "--seed", 8).stdout)

    def test_rows_are_as_many_as_asked_for(self):
        for count in (0, 1, 37, 1000):
            self.assertEqual(len(rows_of(generate("--rows", count).stdout)), count)

    def test_every_code_stands_in_the_codebook(self):
        book = tomllib.loads((ROOT / "policies/codebooks/eleves.toml").read_text())
        rows = rows_of(generate("--rows", 60000).stdout)
        self.assertEqual(set(rows[0]) - set(book["variables"]), {"ine"})
        self.assertEqual(set(book["variables"]) - set(rows[0]), set())
        parents = collections.defaultdict(set)
        for row in rows:
            parents[row["departement"]].add(row["academie"])
            parents[row["uai"]].add((row["departement"], row["secteur"]))
        self.assertTrue(all(len(above) == 1 for above in parents.values()))
        for name, variable in book["variables"].items():
            seen = {row[name] for row in rows}
            if "values" in variable:
                self.assertLessEqual(seen, set(variable["values"]), name)
            if name == "note":
                marks = [float(mark) for mark in seen if mark]
                self.assertTrue(0 <= min(marks) and max(marks) <= 20)
                self.assertTrue(all(len(mark.split(".")[1]) == 2 for mark in seen if mark))
        self.assertEqual(len({row["departement"] for row in rows}), 101)
        self.assertEqual(len({row["academie"] for row in rows}), 30)
        self.assertEqual(len({row["ine"] for row in rows}), len(rows))
        smallest = collections.Counter(row["departement"] for row in rows).most_common()[-5:]
        self.assertTrue(all(count < 10 for _, count in smallest), smallest)

    def test_compressed_files_hold_the_same_bytes_and_repeat(self):
        with tempfile.TemporaryDirectory() as folder:
            one, two = pathlib.Path(folder, "a.csv.gz"), pathlib.Path(folder, "b.csv.gz")
            generate("--rows", 1000, "--out", one)
            generate("--rows", 1000, "--out", two)
            self.assertEqual(one.read_bytes(), two.read_bytes())
            self.assertEqual(gzip.decompress(one.read_bytes()), generate("--rows", 1000).stdout)

    def test_real_rows_are_copied_and_faults_leave_no_file(self):
        line = "1;LYON;AIN;PUBLIC;0010006B;2nde;gt;F\n"
        with tempfile.TemporaryDirectory() as folder:
            source, out = pathlib.Path(folder, "real.csv.gz"), pathlib.Path(folder, "out.csv")

            def real(data, *more, code=0):
                source.write_bytes(data)
                return generate("--real", source, "--out", out, *more, code=code)

            whole = gzip.compress((HEADER + line * 500).encode())
            real(whole)
            self.assertEqual(out.read_text(), HEADER + line * 500)
            real(whole, "--rows", 3)
            self.assertEqual(out.read_text(), HEADER + line * 3)
            out.unlink()
            for data, said in (
                    (gzip.compress(("x" + HEADER + line).encode()), "another header"),
                    (b"", "another header"),
                    (whole[:-20], "error"),
                    (gzip.compress((HEADER + line + line[:10]).encode()), "line 3 is cut"),
                    (gzip.compress((HEADER + "1;2\n").encode()), "line 2 is cut")):
                done = real(data, code=1)
                self.assertIn(said, done.stderr.decode())
                self.assertEqual(list(pathlib.Path(folder).iterdir()), [source])


if __name__ == "__main__":
    unittest.main()
