"""Pupils with their schools: an n:1 join on a declared reference, from seal to release and replayed
by the auditor's programs."""

import csv
import json
import unittest

import psycopg
import session_world
from session_world import harness

SCHOOLS = """
format = 1
[dataset]
name = "etablissements"
title = { fr = "Établissements", en = "Schools" }
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
label = { fr = "Secteur", en = "Sector" }
values = { "PU" = { fr = "Public", en = "State" }, "PR" = { fr = "Privé", en = "Private" } }
[variables.places]
type = "integer"
role = "measure"
[variables.budget]
type = "integer"
role = "measure"
"""

REFERENCE = '[variables.uai]\ntype = "category"\nrole = "classification"\nreferences = "etablissements.uai"\n'
JOINED = "FROM lycees l LEFT JOIN etablissements e ON l.uai = e.uai"
BY_SECTOR = f"SELECT e.secteur, l.sexe, count(*) {JOINED} WHERE l.academie <> '27' GROUP BY e.secteur, l.sexe"


class PupilsWithSchools(session_world.ServedCentre):
    """The first school of each academy but Corsica is private; Lyon's second is not listed."""

    def __init__(self):
        super().__init__(session_world.CODEBOOK.replace(
            '[variables.uai]\ntype = "category"\nrole = "classification"\n', REFERENCE))
        self.schools = {uai: ("PR" if uai.endswith("0000A") and not uai.startswith("27") else "PU", 100 + i)
                        for i, uai in enumerate(sorted({row[1] for row in self.rows} - {"100001A"}))}
        (self.folder / "etablissements.toml").write_text(SCHOOLS)
        with open(self.folder / "etablissements.csv", "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("uai", "secteur", "places", "budget"))
            writer.writerows((uai, sector, places, 7) for uai, (sector, places) in self.schools.items())
        self.seal("etablissements@2021", self.folder / "etablissements.toml", [self.folder / "etablissements.csv"])
        self.sceau("permit", "grant", "--project", "orientation", "--store", "etablissements", "--columns",
                   "uai,secteur,places", "--policy", "depp", "--until", "2099-12-31")


class Joined(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = PupilsWithSchools()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(self.connection.close)

    def rows(self, statement):
        return self.connection.execute(statement).fetchall()

    def expected(self):
        counted = {}
        for academie, uai, sexe, *_ in self.centre.rows:
            if academie != "27":
                sector = self.centre.schools.get(uai, (None,))[0]
                counted[(sector, sexe)] = counted.get((sector, sexe), 0) + 1
        return counted

    def test_1_the_engine_answers_as_sqlite_does(self):
        self.assertIn("engine", self.rows("EXPLAIN " + BY_SECTOR)[0][0])
        self.assertEqual({(s, x): n for s, x, n in self.rows(BY_SECTOR)}, self.expected())
        by_rows = ("SELECT secteur, sexe, count(*) FROM (SELECT e.secteur, l.sexe, row_number() OVER () AS r "
                   f"{JOINED} WHERE l.academie <> '27') x GROUP BY secteur, sexe")
        self.assertEqual(sorted(self.rows(BY_SECTOR), key=str), sorted(self.rows(by_rows), key=str))

    def test_1_what_is_made_of_a_joined_table_is_made_of_the_engine_s_rows(self):
        most = (f"SELECT e.secteur, count(*) * 100 / sum(count(*)) OVER () AS part {JOINED} "
                "WHERE l.academie <> '27' GROUP BY e.secteur HAVING count(*) > 70 ORDER BY part DESC")
        explained = " ".join(row[0] for row in self.rows("EXPLAIN " + most))
        self.assertIn("etablissements@2021", explained)
        counted = {}
        for (sector, _), count in self.expected().items():
            counted[sector] = counted.get(sector, 0) + count
        kept = {sector: count for sector, count in counted.items() if count > 70}
        found = self.rows(most)
        self.assertEqual([sector for sector, _ in found], sorted(kept, key=kept.get, reverse=True))
        for sector, part in found:
            self.assertAlmostEqual(float(part), 100 * kept[sector] / sum(kept.values()), places=6)

    def test_2_other_joins_are_explored_and_say_why_they_are_no_tabulation(self):
        inner = f"SELECT e.secteur, count(*) {JOINED.replace('LEFT ', '')} GROUP BY 1"
        self.assertEqual(sum(n for _, n in self.rows(inner)), len(self.centre.rows) - 65)
        explained = " ".join(str(value) for row in self.rows("EXPLAIN (DISCLOSURE) " + inner) for value in row)
        self.assertIn("LEFT JOIN", explained)

    def test_3_a_column_outside_the_schools_permit_is_not_there(self):
        with self.assertRaises(psycopg.Error) as caught:
            self.rows(f"SELECT sum(e.budget) {JOINED}")
        self.assertEqual(caught.exception.diag.sqlstate, "42703")

    def test_4_the_gate_counts_schools_behind_joined_cells(self):
        # One private school an academy: two behind each cell of "PR", and depp asks for three.
        found = self.rows("EXPLAIN (DISCLOSURE) " + BY_SECTOR)
        self.assertEqual(found[0][0], "fail")
        contributors = [row for row in found if row[1] == "contributors"]
        self.assertTrue(any("PR" in row[2] for row in contributors))
        self.assertFalse(any("PU" in row[2] for row in contributors))

    def test_5_a_safe_joined_table_is_released_with_the_labels_of_the_schools(self):
        # Unlisted pupils are of one school, and private ones of two: public ones alone are many.
        safe = (f"SELECT e.secteur, count(*), avg(e.places) {JOINED} WHERE e.secteur = 'PU' AND l.academie <> '27' "
                "GROUP BY e.secteur")
        self.assertEqual([row[0] for row in self.rows("EXPLAIN (DISCLOSURE) " + safe)], ["pass"])
        self.connection.execute(f"COPY ({safe}) TO 'secteur.csv' WITH (title 'By sector')")
        request, state = self.rows("SELECT request, state FROM sceau.last_request")[0]
        self.assertEqual(state, "released")
        folder = self.centre.home / "outbox" / request
        file = folder / f"{request}-1.csv"
        table = list(csv.reader(file.read_text().splitlines()))
        self.assertEqual(table[0][:2], ["uai>etablissements@2021.secteur", "uai>etablissements@2021.secteur_label"])
        self.assertEqual(table[1][:3], ["PU", "State", str(sum(n for (s, _), n in self.expected().items() if s == "PU"))])
        release = json.loads((folder / "release.json").read_text())
        self.assertEqual(release["files"][0]["statistics"], ["count(*)", "avg(uai>etablissements@2021.places)"])
        self.centre.audit("receipt", folder / f"{file.name}.receipt", "--file", file, "--trust",
                          self.centre.home / "log.trust")

    def test_6_memory_compares_joined_and_plain_tables(self):
        # All but the unlisted pupils of Lyon after all pupils: 65 of one school lie between.
        everybody = "SELECT count(*) FROM lycees l WHERE l.academie <> '27'"
        self.connection.execute(f"COPY ({everybody}) TO 'all.csv' WITH (title 'All')")
        listed = f"SELECT count(*) {JOINED} WHERE l.academie <> '27' AND e.uai IS NOT NULL"
        with self.assertRaises(psycopg.Error) as caught:
            self.connection.execute(f"COPY ({listed}) TO 'listed.csv' WITH (title 'Listed')")
        self.assertEqual(caught.exception.diag.sqlstate, "SD002")
        self.assertIn("history", str(caught.exception) + str(caught.exception.diag.message_detail))


if __name__ == "__main__":
    harness.main()
