"""A failing table comes back with safe versions of itself: proposed, asked for, released, reviewed, replayed."""

import csv
import io
import json
import unittest

import harness
import psycopg
import session_world

CODEBOOK = """
format = 1
[dataset]
name = "lycees"
title = { fr = "Élèves des lycées", en = "Lycée pupils" }
unit = "row"
contributors = ["uai"]
[variables.region]
type = "category"
role = "classification"
values = { "N" = { fr = "Nord" }, "S" = { fr = "Sud" } }
[variables.academie]
type = "category"
role = "classification"
parent = "region"
values = { "01" = { fr = "Un" }, "02" = { fr = "Deux" }, "03" = { fr = "Trois" }, "04" = { fr = "Quatre" } }
[variables.uai]
type = "category"
role = "classification"
[variables.serie]
type = "category"
role = "classification"
values = { "A" = { fr = "A" }, "B" = { fr = "B" }, "C" = { fr = "C" } }
[variables.note]
type = "integer"
role = "measure"
"""
POLICY = """
format = 1
[policy]
extends = "depp"
name = "seen"
version = "1"
reviewers = { pass = 1, review = 1, fail = 2 }
"""
# Pupils a school; each academy has four schools. 02/B has four pupils, all else 24 or more.
COUNTS = {("01", "A"): 9, ("01", "B"): 7, ("01", "C"): 11, ("02", "A"): 8, ("02", "B"): 1, ("02", "C"): 10,
          ("03", "A"): 12, ("03", "B"): 9, ("03", "C"): 6, ("04", "A"): 13, ("04", "B"): 8, ("04", "C"): 10}
REGION = {"01": "N", "02": "N", "03": "S", "04": "S"}
TABLE = "SELECT academie, serie, count(*) FROM lycees GROUP BY CUBE (academie, serie)"
TURNED = "SELECT serie, academie, count(*) FROM lycees GROUP BY CUBE (serie, academie)"
NOTES = "SELECT academie, serie, count(*), avg(note) FROM lycees GROUP BY CUBE (academie, serie)"


def pupils():
    rows = []
    for (academie, serie), size in COUNTS.items():
        for school in range(4):
            for i in range(size):
                rows.append((REGION[academie], academie, f"{academie}{school}", serie, 5 + (7 * i + school) % 11))
    return rows


class SafeVersions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = session_world.ServedCentre(CODEBOOK, ("region", "academie", "uai", "serie", "note"),
                                                         pupils())
        (centre.folder / "seen.toml").write_text(POLICY)
        (centre.folder / "colleges.toml").write_text(CODEBOOK.replace("lycees", "colleges"))
        centre.seal("colleges@2021", centre.folder / "colleges.toml", [centre.folder / "lycees.csv"])
        centre.sceau("permit", "grant", "--project", "orientation", "--store", "colleges", "--policy", "depp",
                     "--until", "2099-12-31")
        centre.sceau("policy", "install", centre.folder / "seen.toml")
        centre.sceau("project", "create", "second", "--title", "Second", "--purpose", "test", "--until",
                     "2099-12-31", "--member", "bea")
        centre.sceau("permit", "grant", "--project", "second", "--store", "lycees", "--policy", "seen",
                     "--until", "2099-12-31")

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def ask(self, user, project, query, extra=""):
        """The request's id, and its state."""
        with self.centre.connect(user, project, autocommit=True) as session:
            try:
                session.execute(f"COPY ({query}) TO 't.csv' WITH (title 'A title'{extra})")
            except psycopg.Error as error:
                self.assertEqual(error.diag.sqlstate, "SD002", error)
                detail = json.loads(error.diag.message_detail)
                return detail["request"], "returned"
            return session.execute("SELECT request, state FROM sceau.last_request").fetchone()

    def released(self, request):
        (file,) = (self.centre.home / "outbox" / request).glob("*.csv")
        return list(csv.DictReader(io.StringIO(file.read_text())))

    def hidden(self, request):
        return {(row["academie"], row["serie"]) for row in self.released(request) if row["count(*)"] == ""}

    def test_1_propose_lists_each_way_and_asks_for_nothing(self):
        shown = self.centre.psql("alix", "orientation", "EXPLAIN (DISCLOSURE, PROPOSE) " + TABLE,
                                 "SELECT count(*) FROM sceau.requests", options=("-X", "-A"))
        lines = shown.out.splitlines()
        self.assertEqual(lines[0], "way|verdict|effect|kept_percent|why")
        rows = {line.split("|")[0]: line.split("|") for line in lines[1:4]}
        self.assertEqual(rows["suppress"][1], "pass")
        self.assertRegex(rows["suppress"][2], r"^\d+ of 20 cells are hidden: 1 that have a finding and \d+ that protect")
        self.assertIn("certificate", rows["suppress"][4])
        self.assertTrue(50 <= int(rows["suppress"][3]) < 100)
        self.assertEqual(rows["merge"][1:3], ["pass", "academie → region (N): 16 cells instead of 20"])
        self.assertTrue(0 < int(rows["merge"][3]) < 100)
        self.assertEqual(rows["round"][1], "pass")
        self.assertEqual(lines[-2], "0")

    def test_2_a_failing_table_is_released_with_cells_hidden(self):
        self.assertEqual(self.ask("alix", "orientation", TABLE)[1], "returned")
        request, state = self.ask("alix", "orientation", TABLE, ", protect 'suppress'")
        self.assertEqual(state, "released")
        rows = self.released(request)
        self.assertEqual(len(rows), 20)
        hidden = self.hidden(request)
        self.assertIn(("02", "B"), hidden)
        self.assertGreaterEqual(len(hidden), 4)
        # What is shown is true, and no line or column has one hidden cell alone.
        for row in rows:
            if (row["academie"], row["serie"]) in hidden or "Total" in (row["academie"], row["serie"]):
                continue
            self.assertEqual(int(row["count(*)"]), 4 * COUNTS[row["academie"], row["serie"]])
        for place in (0, 1):
            for code in {cell[place] for cell in hidden}:
                self.assertGreaterEqual(sum(cell[place] == code for cell in hidden), 2)
        release = json.loads((self.centre.home / "outbox" / request / "release.json").read_text())
        self.assertEqual(release["files"][0]["protected"], "suppress")
        type(self).first = request

    def test_3_the_same_again_hides_the_same_and_what_gives_it_back_is_refused(self):
        again, state = self.ask("alix", "orientation", TABLE, ", protect 'suppress'")
        self.assertEqual(state, "released")
        self.assertEqual(self.hidden(again), self.hidden(self.first))
        # With the notes beside them the counts are hidden at the same places.
        notes, state = self.ask("alix", "orientation", NOTES, ", protect 'suppress'")
        self.assertEqual(state, "released")
        self.assertLessEqual(self.hidden(self.first), self.hidden(notes))
        # The same cells with the dimensions in another order show no other one.
        turned, state = self.ask("alix", "orientation", TURNED, ", protect 'suppress'")
        self.assertEqual(state, "released")
        self.assertEqual(self.hidden(turned), self.hidden(self.first))
        # A cell that protects the small one passes by itself, and tells it together with what is out.
        (academie, serie) = sorted(cell for cell in self.hidden(self.first) if cell[0] == "02" and cell[1] != "B")[0]
        one = f"SELECT count(*) FROM lycees WHERE academie = '{academie}' AND serie = '{serie}'"
        request, state = self.ask("alix", "orientation", one)
        self.assertEqual(state, "returned")
        with self.centre.connect("alix", "orientation", autocommit=True) as session:
            rules = session.execute("SELECT DISTINCT rule FROM sceau.findings WHERE request = %s", (request,)).fetchall()
        self.assertEqual(rules, [("history",)])

    def test_4_a_merged_version_is_the_coarser_table(self):
        request, state = self.ask("alix", "orientation", TABLE, ", protect 'merge'")
        self.assertEqual(state, "released")
        self.assertEqual({row["academie_region_recode"] for row in self.released(request)}, {"N", "03", "04", "Total"})

    def test_5_a_rounded_version_adds_up_and_beside_other_tables_a_person_looks(self):
        request, state = self.ask("alix", "orientation", TABLE.replace("lycees", "colleges"), ", protect 'round'")
        self.assertEqual(state, "released")
        rows = {(row["academie"], row["serie"]): int(row["count(*) rounded to 5"]) for row in self.released(request)}
        self.assertEqual(rows["02", "B"], 5)
        for (academie, serie), size in COUNTS.items():
            self.assertLessEqual(abs(rows[academie, serie] - 4 * size), 2)
            self.assertEqual(rows[academie, serie] % 5, 0)
        for academie in REGION:
            self.assertEqual(rows[academie, "Total"], sum(rows[academie, serie] for serie in "ABC"))
        self.assertEqual(rows["Total", "Total"], sum(rows[academie, "Total"] for academie in REGION))
        self.assertEqual(self.centre.sceau("replay", request, "--json", as_user="rene").json()["outcome"], "same")
        # Of data of which a version with hidden cells is out, a rounded one could tell too much of these.
        request, state = self.ask("alix", "orientation", TABLE, ", protect 'round'")
        self.assertEqual(state, "checked")
        self.centre.psql("alix", "orientation", f"CALL sceau.withdraw('{request}')")

    def test_6_the_reviewer_sees_the_original_the_version_and_the_certificate(self):
        request, state = self.ask("bea", "second", NOTES, ", protect 'suppress'")
        self.assertEqual(state, "checked")
        shown = self.centre.sceau("review", "show", request, as_user="rene").out
        for words in ("protect    suppress:", "information kept:", "the table that was asked for:",
                      "the safe version of it:", "nobody can tell the value of a hidden cell"):
            self.assertIn(words, shown)
        output = self.centre.sceau("review", "show", request, "--json", as_user="rene").json()["outputs"][0]
        self.assertEqual(output["verdict"], "pass")
        protection = output["protection"]
        self.assertEqual(protection["way"], "suppress")
        counts = [proof for proof in protection["proofs"] if proof["statistic"] == "count(*)"]
        self.assertEqual([proof["cell"] for proof in counts], [{"academie": "02", "serie": "B"}])
        self.assertEqual(counts[0]["value"], "4")
        self.assertGreaterEqual(int(counts[0]["high"]), 10)
        self.assertTrue(any(cell["flags"] for cell in protection["original"]["cells"]))
        self.assertFalse(any("hidden" in cell for cell in output["table"]["cells"]))
        self.centre.sceau("review", "approve", request, "--comment", "yes", as_user="rene")
        self.centre.sceau("review", "release", request, as_user="rene")
        self.assertEqual(self.centre.sceau("replay", request, "--json", as_user="rene").json()["outcome"], "same")
        self.assertEqual(self.centre.sceau("replay", self.first, "--json", as_user="rene").json()["outcome"], "same")

    def test_7_what_has_no_safe_version_says_why(self):
        with self.centre.connect("alix", "orientation", autocommit=True) as session:
            rows = session.execute("EXPLAIN (DISCLOSURE, PROPOSE) SELECT count(*) FROM lycees WHERE academie = '02' "
                                   "AND serie = 'B'").fetchall()
            self.assertEqual([row[:2] for row in rows], [("suppress", "none"), ("merge", "none"), ("round", "none")])
            self.assertTrue(all(row[4] for row in rows))
            with self.assertRaisesRegex(psycopg.Error, "no safe version called"):
                session.execute(f"COPY ({TABLE}) TO 't.csv' WITH (title 'A title', protect 'blur')")
            with self.assertRaisesRegex(psycopg.Error, "a safe version is one of a table"):
                session.execute("COPY (SELECT note FROM lycees LIMIT 3) TO 't.csv' "
                                "WITH (title 'A title', protect 'suppress')")
            with self.assertRaisesRegex(psycopg.Error, "PROPOSE is an option"):
                session.execute("EXPLAIN (PROPOSE) " + TABLE)

    def test_8_in_french(self):
        with self.centre.connect("alix", "orientation", autocommit=True, options="-c lc_messages=fr_FR.UTF-8") as session:
            rows = session.execute("EXPLAIN (DISCLOSURE, PROPOSE) " + TABLE).fetchall()
        self.assertIn("cellules sur", rows[0][2])

    def test_8_without_a_centre(self):
        folder = self.centre.folder
        files = ["--codebook", folder / "lycees.toml", "--from", folder / "lycees.csv", "--policy", folder / "seen.toml"]
        out = folder / "safe.csv"
        check = lambda *more, code: harness.run([harness.binary("sceau"), "check", TABLE, *files, *more], code=code)
        check(code=1)
        said = check("--protect", "suppress", "--out", out, code=0).out
        self.assertIn("cells are hidden", said)
        rows = list(csv.DictReader(io.StringIO(out.read_text())))
        self.assertEqual({row["status"] for row in rows}, {"published", "primary", "secondary"})
        self.assertTrue(all((row["count(*)"] == "") == (row["status"] != "published") for row in rows))
        self.assertEqual({(row["academie"], row["serie"]) for row in rows if row["status"] == "primary"}, {("02", "B")})
        document = check("--protect", "suppress", "--json", code=0).json()
        self.assertEqual((document["verdict"], document["protection"]["way"]), ("pass", "suppress"))
        self.assertEqual(len(document["protection"]["hidden"]), sum(row["status"] != "published" for row in rows))
        check("--protect", "suppress", "--out", out, code=2)  # it is there already
        check("--out", folder / "other.csv", code=2)
        self.assertIn("academie → region", check("--protect", "merge", code=0).out)
        self.assertIn("rounded to 5", check("--protect", "round", code=0).out)


if __name__ == "__main__":
    harness.main()
