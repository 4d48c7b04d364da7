"""`sceau protect`: a table of cells in, a certified pattern out; refusals in words; nothing written in vain."""

import csv
import io
import json
import pathlib
import tempfile
import unittest

import harness

SQUARE = """sexe,serie,freq,primary
F,A,3,1
F,B,7,0
M,A,9,0
M,B,6,0
F,Total,10,0
M,Total,15,0
Total,A,12,0
Total,B,13,0
Total,Total,25,0
"""


class Protect(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.home = pathlib.Path(self.folder.name)

    def table(self, text, name="table.csv"):
        (self.home / name).write_text(text)
        return str(self.home / name)

    def sceau(self, *words, code=0):
        return harness.run([harness.binary("sceau"), "protect", *words], code=code, env={"LC_ALL": "C.UTF-8"})

    def test_a_square_is_hidden_and_the_numbers_with_it(self):
        done = self.sceau(self.table(SQUARE))
        rows = list(csv.DictReader(io.StringIO(done.out)))
        hidden = {(row["sexe"], row["serie"]): row for row in rows if row["status"] != "published"}
        self.assertEqual(set(hidden), {("F", "A"), ("F", "B"), ("M", "A"), ("M", "B")})
        self.assertEqual(hidden["F", "A"]["status"], "primary")
        self.assertTrue(all(row["freq"] == "" for row in hidden.values()))
        self.assertEqual([row["freq"] for row in rows if row["status"] == "published"],
                         ["10", "15", "12", "13", "25"])
        self.assertIn("protected: 1 of 1 primary cells certified, 3 secondary cells of cost 22 hidden", done.err)

    def test_counts_as_json_and_the_table_in_a_file_that_was_not_there(self):
        out = str(self.home / "out.csv")
        done = self.sceau(self.table(SQUARE), "--json", "--out", out)
        self.assertEqual(json.loads(done.out), {
            "format": 1, "protected": True, "cells": 9, "published": 5, "primary": 1, "secondary": 3,
            "suppressed_cost": "22", "certified": 1, "uncertified": []})
        self.assertIn("F,A,,primary", pathlib.Path(out).read_text())
        again = self.sceau(self.table(SQUARE), "--out", out, code=2)
        self.assertIn("is there already", again.err)

    def test_exact_proves_that_nothing_is_cheaper(self):
        answer = json.loads(self.sceau(self.table(SQUARE), "--exact", "--json").out)
        self.assertEqual((answer["suppressed_cost"], answer["least_cost"], answer["gap"]), ("22", "22", "0"))

    def test_two_hierarchies_of_one_dimension_are_one_system(self):
        # Four leaves summed two ways: A + B and C + D, A + C and B + D. With A and B alone hidden, AC - C is A.
        places = {"A": 1, "B": 20, "C": 30, "D": 40, "AB": 21, "CD": 70, "AC": 31, "BD": 60, "Total": 91}
        rows = "".join(f"{code},{freq},{int(code == 'A')}\n" for code, freq in places.items())
        first = self.table("code,parent\nA,AB\nB,AB\nC,CD\nD,CD\n", "first.csv")
        second = self.table("code,parent\nA,AC\nC,AC\nB,BD\nD,BD\n", "second.csv")
        done = self.sceau(self.table("place,freq,primary\n" + rows), "--hierarchy", f"place={first}", "--hierarchy",
                          f"place={second}")
        hidden = {row["place"] for row in csv.DictReader(io.StringIO(done.out)) if row["status"] != "published"}
        self.assertEqual(hidden, {"A", "B", "C", "D"})

    def test_zeros_are_hidden_where_they_are_said_to_be_disclosive(self):
        zero = SQUARE.replace("F,A,3,1", "F,A,0,1").replace("F,Total,10", "F,Total,7")
        zero = zero.replace("Total,A,12", "Total,A,9").replace("Total,Total,25", "Total,Total,22")
        self.assertIn("write --zeros hidden", self.sceau(self.table(zero), code=2).err)
        self.assertIn("F,A,,primary", self.sceau(self.table(zero), "--zeros", "hidden").out)

    def test_what_cannot_be_protected_is_not_written(self):
        out = self.home / "out.csv"
        alone = self.table("d,freq,primary,lpl,upl\nA,2,1,2,0\nTotal,2,0,,\n")
        done = self.sceau(alone, "--out", str(out), code=1)
        self.assertFalse(out.exists())
        self.assertIn("not protected, nothing written", done.out)
        self.assertIn("an attacker gets too close to d A", done.out)
        self.assertIn("un attaquant s'approche trop de d A", self.sceau(alone, "--lang", "fr", code=1).err)

    def test_round_numbers_stay_what_they_are(self):
        # A tool that writes 100000 as 1e+05 reads zero back, and then nothing adds up any more.
        counts = {("F", "A"): 100_000, ("F", "B"): 200_000, ("M", "A"): 1_000_000, ("M", "B"): 3, ("F", "C"): 400_000,
                  ("M", "C"): 10_000_000}
        for sex in "FM":
            counts[sex, "Total"] = sum(counts[sex, serie] for serie in "ABC")
        for serie in "ABC":
            counts["Total", serie] = counts["F", serie] + counts["M", serie]
        counts["Total", "Total"] = counts["F", "Total"] + counts["M", "Total"]
        lines = [f"{sex},{serie},{count},{int(count == 3)}\n" for (sex, serie), count in counts.items()]
        done = self.sceau(self.table("sexe,serie,freq,primary\n" + "".join(lines)))
        rows = {(row["sexe"], row["serie"]): row for row in csv.DictReader(io.StringIO(done.out))}
        published = {cell: row["freq"] for cell, row in rows.items() if row["status"] == "published"}
        self.assertEqual(len(rows) - len(published), 4)
        self.assertEqual(published, {cell: str(counts[cell]) for cell in published})
        written_small = "".join(lines).replace(",100000,", ",1e+05,")
        refused = self.sceau(self.table("sexe,serie,freq,primary\n" + written_small), code=2)
        self.assertIn("line 2: \"freq\" is no number", refused.err)

    def test_no_code_is_a_formula_in_the_file_that_is_opened_next(self):
        done = self.sceau(self.table(SQUARE.replace("F,", "=cmd|calc!A1,").replace("sexe", "@sexe")))
        rows = list(csv.reader(io.StringIO(done.out)))
        self.assertEqual(rows[0][0], "'@sexe")
        self.assertEqual(sum(row[0] == "'=cmd|calc!A1" for row in rows), 3)
        self.assertFalse([field for row in rows for field in row if field[:1] in "=+@" and field])

    def test_faults_of_a_table_are_named_and_its_numbers_are_not(self):
        for text, words in (
                (SQUARE.replace("Total,Total,25", "Total,Total,9999"), "don't add up"),
                (SQUARE + "F,A,3,1\n", "twice"),
                (SQUARE.replace("F,B,7,0", "F,B,9999x,0"), "line 3: \"freq\" is no number"),
                (SQUARE.replace("F,B,7,0", "F,B,7,yes"), "line 3: \"primary\" is neither 0 nor 1"),
                (SQUARE.replace("primary", "first"), "column \"first\""),
                (SQUARE.replace("freq", "count"), "no code columns")):
            done = self.sceau(self.table(text), code=2)
            self.assertIn(words, done.err)
            self.assertIn("hint: ", done.err)
            self.assertNotIn("9999", done.err)


if __name__ == "__main__":
    harness.main()
