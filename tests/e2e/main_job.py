"""The main job on 1,612,977 real pupil rows: seal, permit, session, query, check, review, release,
verify. Skips, saying so, where ../shared/data is absent."""

import csv
import hashlib
import json
import shutil
import unittest

import harness

REAL = harness.DATA / "fr" / "derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz"
EXPECTED = harness.DATA / "expected" / "FR1_lycee2021_academie_serie_sexe.csv"
FR1 = ("SELECT academie, serie, sexe, count(*) FROM lycees "
       "WHERE niveau = 'terminale' AND serie <> 'g' GROUP BY academie, serie, sexe")
SEX = {"filles": "F", "garcons": "M"}


def expected_cells():
    with open(EXPECTED, encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["is_margin"] == "0"]


@unittest.skipUnless(REAL.exists() and EXPECTED.exists(), f"skipped: {REAL} is not here")
class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = harness.TrialCentre()
        cls.centre.seal("lycees@2021", harness.SOURCE / "policies" / "codebooks" / "lycees.toml", [REAL])
        cls.centre.cast()
        cls.centre.serve()

    @classmethod
    def tearDownClass(cls):
        cls.centre.__exit__()

    def rows(self, statement):
        with self.centre.connect("alix", "orientation") as connection:
            return connection.execute(statement).fetchall()

    def test_1_the_store_holds_every_row(self):
        self.assertEqual(self.rows("SELECT count(*) FROM lycees"), [(1612977,)])

    def test_2_the_table_equals_the_one_that_others_counted(self):
        counted = {(a, s, x): n for a, s, x, n in self.rows(FR1)}
        expected = {(r["academie"], r["serie"], SEX[r["sexe"]]): int(r["n"])
                    for r in expected_cells() if int(r["n"]) > 0}
        self.assertEqual(counted, expected)

    def test_3_both_ways_give_the_same_numbers(self):
        engine = self.rows("SELECT academie, count(*) FROM lycees GROUP BY academie ORDER BY academie")
        sqlite = self.rows("SELECT academie, count(*) FROM (SELECT academie, row_number() OVER () AS r FROM lycees) x "
                           "GROUP BY academie ORDER BY academie")
        self.assertEqual(engine, sqlite)

    def test_4_the_gate_names_each_small_cell(self):
        with self.centre.connect("alix", "orientation") as connection:
            cursor = connection.execute("EXPLAIN (DISCLOSURE) " + FR1)
            names = [c.name for c in cursor.description]
            found = [dict(zip(names, row)) for row in cursor.fetchall()]
        threshold = [f for f in found if f["rule"] == "threshold"]
        small = [r for r in expected_cells() if int(r["n"]) < 10]
        self.assertEqual(len(threshold), len(small))

    def test_5_copy_is_refused_with_reasons(self):
        ran = self.centre.psql("alix", "orientation", f"COPY ({FR1}) TO 'fr1.csv' WITH (title 'FR1')", code=1)
        self.assertIn("SD002", self.centre.psql("alix", "orientation", f"COPY ({FR1}) TO 'fr1.csv' WITH (title 'FR1')",
                                                code=1, options=("-X", "-v", "VERBOSITY=verbose")).err)
        self.assertIn("threshold", ran.err)
        self.assertIn("R-", ran.err)

    def test_6_a_safe_table_leaves_by_itself_with_a_receipt(self):
        ran = self.centre.psql("alix", "orientation",
                               "COPY (SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe) "
                               "TO 'safe.csv' WITH (title 'by sex')")
        self.assertIn("NOTICE", ran.err)
        request, state = self.rows("SELECT request, state FROM sceau.requests WHERE state = 'released'")[-1]
        folder = self.centre.home / "outbox" / request
        file = folder / f"{request}-1.csv"
        table = list(csv.reader(file.read_text().splitlines()))
        self.assertEqual(sum(int(row[-1]) for row in table[1:]), 1612977)
        release = json.loads((folder / "release.json").read_text())
        self.assertEqual(release["files"][0]["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
        receipt = folder / f"{file.name}.receipt"
        trust = self.centre.home / "log.trust"
        self.centre.audit("receipt", receipt, "--file", file, "--trust", trust)
        changed = self.centre.folder / "changed.csv"
        changed.write_bytes(file.read_bytes().replace(b"PARIS", b"PARIT", 1))
        self.centre.audit("receipt", receipt, "--file", changed, "--trust", trust, code=4)

    def test_7_history_catches_the_table_without_a_few(self):
        # Everybody but one small group: the difference with test 6 has fewer than ten pupils.
        small = next(r for r in expected_cells() if 0 < int(r["n"]) < 10)
        ran = self.centre.psql(
            "alix", "orientation",
            "COPY (SELECT academie, sexe, count(*) FROM lycees WHERE NOT (academie = '%s' AND niveau = 'terminale' "
            "AND serie = '%s' AND sexe = '%s') GROUP BY academie, sexe) TO 'less.csv' WITH (title 'less')"
            % (small["academie"], small["serie"], SEX[small["sexe"]]), code=1)
        self.assertIn("history", ran.err)

    def test_8_a_reviewer_lets_another_out(self):
        ran = self.centre.psql("alix", "orientation",
                               "COPY (SELECT serie, count(*) FROM lycees GROUP BY serie ORDER BY count(*) DESC LIMIT 3) "
                               "TO 'top.csv' WITH (title 'three series')")
        self.assertIn("review", ran.err)
        waiting = self.centre.sceau("review", "list", "--json", as_user="rene").json()["requests"]
        request = [r["request"] for r in waiting if r["state"] in ("checked", "in_review")][0]
        self.centre.sceau("review", "release", request, as_user="rene", code=1)
        self.centre.sceau("review", "approve", request, "--comment", "ok", as_user="alix", code=3)
        self.centre.sceau("review", "approve", request, "--comment", "ok", as_user="rene")
        self.centre.sceau("review", "release", request, as_user="rene")
        folder = self.centre.home / "outbox" / request
        self.assertTrue((folder / "release.json").exists())

    def test_9_the_log_tells_it_all_and_nothing_personal(self):
        self.centre.stop()
        self.centre.verify_log()
        events = self.centre.log_events()
        for event in ("centre.created", "role.granted", "store.started", "store.sealed", "project.created",
                      "permit.granted", "session.opened", "statement.started", "statement.finished",
                      "request.submitted", "request.checked", "review.decided", "release.started", "release.made"):
            self.assertIn(event, events)
        bytes_of_log = b"".join(p.read_bytes() for p in (self.centre.home / "log").rglob("*") if p.is_file())
        for word in (b"alix", b"rene", b"SELECT", b"lycees GROUP", b"by sex", b"PARIS"):
            self.assertNotIn(word, bytes_of_log)
        copy = self.centre.folder / "copy"
        shutil.copytree(self.centre.home / "log", copy)
        bundle = next(p for p in (copy / "tile" / "entries").rglob("*") if p.is_file())
        data = bytearray(bundle.read_bytes())
        data[len(data) // 2] ^= 1
        bundle.write_bytes(data)
        self.centre.audit("verify", copy, "--trust", self.centre.home / "log.trust", code=4)
        self.centre.sceau("store", "verify", "lycees@2021")


if __name__ == "__main__":
    harness.main()
