"""What is exchanged with other tools: figures, codebooks as Table Schema, folders of ACRO."""

import csv
import hashlib
import json
import unittest
import xml.etree.ElementTree

import psycopg
import session_world
from session_world import harness

SVG = "{http://www.w3.org/2000/svg}"
SAFE = "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe"
SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"


class Exchange(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def setUp(self):
        self.connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.addCleanup(self.connection.close)

    def last(self):
        return self.connection.execute("SELECT request, state FROM sceau.last_request").fetchone()

    def copy(self, query, name, options):
        return self.connection.execute(f"COPY ({query}) TO '{name}' WITH (title 'My own words', {options})")

    # -- figures -------------------------------------------------------------------------------
    def test_a_figure_of_a_safe_table_is_released_by_itself_and_holds_its_numbers(self):
        cursor = self.copy(SAFE, "sexe.svg", "chart 'bar'")
        self.assertEqual(cursor.statusmessage, "COPY 2")
        request, state = self.last()
        self.assertEqual(state, "released")
        outbox = self.centre.home / "outbox" / request
        figure = outbox / f"{request}-1.svg"
        text = figure.read_text()
        self.assertNotIn("My own words", text)
        root = xml.etree.ElementTree.fromstring(text)
        expected = {label: sum(row[2] == code and row[0] != "27" for row in self.centre.rows)
                    for code, label in (("F", "Girls"), ("M", "Boys"))}
        titles = [title.text for title in root.iter(SVG + "title")]
        for label, number in expected.items():
            self.assertIn(f"{label}: {number}", titles)
        released = json.loads((outbox / "release.json").read_text())
        self.assertEqual([f["kind"] for f in released["files"]], ["figure"])
        self.assertEqual(released["files"][0]["statistics"], ["count(*)"])
        self.centre.sceau("role", "grant", "--user", "aude", "--role", "auditor")
        self.centre.sceau("replay", request, as_user="aude")  # exit 0: the same file, to the byte

    def test_a_figure_has_the_verdict_of_its_table(self):
        with self.assertRaises(psycopg.Error) as caught:
            self.copy(SMALL, "small.svg", "chart 'bar'")
        self.assertEqual(caught.exception.diag.sqlstate, "SD002")

    def test_a_figure_that_a_reviewer_lets_out_is_made_again_and_keeps_its_name(self):
        self.copy(SMALL, "wanted.svg", "chart 'bar', exception 'published already'")
        request, _ = self.last()
        shown = self.centre.sceau("review", "show", request, "--json", as_user="rene").json()
        self.assertEqual(shown["outputs"][0]["chart"], "bar")
        self.centre.sceau("review", "approve", request, "--comment", "yes", as_user="rene")
        self.centre.sceau("review", "approve", request, "--comment", "yes", as_user="rose")
        self.centre.sceau("review", "release", request, as_user="rene")
        self.assertTrue((self.centre.home / "outbox" / request / "wanted.svg").exists())

    def test_what_can_not_be_drawn_says_what_to_write_instead(self):
        for query, name, options in ((SAFE, "x.csv", "chart 'bar'"), (SAFE, "x.svg", "header true"),
                                     (SAFE, "x.svg", "chart 'pie'"), (SAFE, "x.svg", "chart 'histogram'"),
                                     (SAFE, "x.svg", "chart 'line'"), (SAFE + " LIMIT 1", "x.svg", "chart 'bar'")):
            with self.subTest(name=name, options=options), self.assertRaises(psycopg.Error) as caught:
                self.copy(query, name, options)
            self.assertEqual(caught.exception.diag.sqlstate, "0A000")
            self.assertTrue(caught.exception.diag.message_hint)

    # -- ACRO ----------------------------------------------------------------------------------
    def acro_folder(self):
        """Files and results.json as acro.finalise() leaves them, of two tables and a picture."""
        def result(uid, status, name, command, kind="table"):
            return {"uid": uid, "status": status, "type": kind, "properties": {"method": "crosstab"},
                    "files": [{"name": name, "sdc": {"summary": {"suppressed": False, "threshold": 0},
                                                     "cells": {"threshold": []}}}],
                    "outcome": {"F": {"27": "ok"}}, "command": command, "summary": status,
                    "timestamp": "2026-06-30T15:19:49.603861", "comments": [], "exception": "a thesis"}
        results = {"output_0": result("output_0", "pass", "output_0_0.csv", "acro.crosstab(df.academie, df.sexe)"),
                   "output_1": result("output_1", "pass", "output_1_0.csv", "acro.crosstab(df.x, df.y)"),
                   "output_2": result("output_2", "review", "summary.csv", "custom", "custom")}
        return json.dumps({"version": "0.4.12", "results": results})

    def test_a_claim_stands_beside_our_own_verdict_and_moves_nothing(self):
        with self.connection.transaction():
            self.connection.execute(f"COPY ({SMALL}) TO 'output_0_0.csv' WITH (title 'recomputed')")
            self.connection.execute("SELECT sceau.egress(%s, %s, %s)", ("output_1_0.csv", "as it is", b"a,b\n1,2\n"))
            taken = self.connection.execute("SELECT sceau.egress_acro(%s)", (self.acro_folder(),)).fetchone()[0]
        self.assertEqual(taken, "2 of 3 results are claims on outputs of this request")
        request, state = self.last()
        self.assertEqual(state, "checked")  # the reason in results.json is the exception
        shown = self.centre.sceau("review", "show", request, "--json", as_user="rene").json()
        table, file = shown["outputs"]
        self.assertEqual((table["claim"]["status"], table["verdict"]), ("pass", "fail"))
        self.assertEqual(table["exception"], "a thesis")
        self.assertEqual((file["claim"]["status"], file["verdict"]), ("pass", "review"))
        text = self.centre.sceau("review", "show", request, as_user="rene").out
        self.assertIn("acro 0.4.12 said pass (pass)\n             recomputed here: fail", text)
        self.assertIn("not recomputed: nothing here has checked it", text)

    def test_claims_without_outputs_are_refused(self):
        for prepare, parameter in (([], self.acro_folder()), (["other.csv"], self.acro_folder()),
                                   (["output_0_0.csv"], "{}")):
            self.connection.execute("BEGIN")
            for name in prepare:
                self.connection.execute("SELECT sceau.egress(%s, 'A title', %s)", (name, b"1"))
            with self.subTest(prepare=prepare), self.assertRaises(psycopg.Error) as caught:
                self.connection.execute("SELECT sceau.egress_acro(%s)", (parameter,))
            self.assertTrue(caught.exception.diag.message_hint)
            self.connection.execute("ROLLBACK")

    def test_a_request_is_exported_as_the_folder_that_sacros_viewer_reads(self):
        with self.connection.transaction():
            self.copy(SMALL, "small.csv", "exception 'needed'")
            self.copy(SMALL, "small.svg", "chart 'bar', exception 'needed'")
            self.connection.execute("SELECT sceau.egress(%s, %s, %s)", ("plot.png", "A plot", harness.png()))
        request, _ = self.last()
        folder = self.centre.folder / "exported"
        self.centre.sceau("review", "export", request, "--format", "acro", folder, as_user="alix", code=3)
        self.centre.sceau("review", "export", request, "--format", "acro", folder, as_user="rene")
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        results = json.loads((folder / "results.json").read_text())
        self.assertTrue(results["version"].startswith("0.4."))
        kinds = []
        for uid, result in results["results"].items():
            self.assertEqual(uid, result["uid"])
            kinds.append((result["type"], result["status"]))
            for file in result["files"]:
                bytes_ = (folder / file["name"]).read_bytes()
                self.assertEqual((folder / "checksums" / (file["name"] + ".txt")).read_text(),
                                 hashlib.sha256(bytes_).hexdigest())
        self.assertEqual(kinds, [("table", "fail"), ("custom", "fail"), ("custom", "review")])
        self.assertEqual((folder / "plot.png").read_bytes(), harness.png())
        # The viewer marks the td of body row x + 1 and column y + 2: there must stand the 4 boys of 27.
        rows = list(csv.reader((folder / "small.csv").read_text().splitlines()))
        places = results["results"][request + "-1"]["files"][0]["sdc"]["cells"]["threshold"]
        marked = [(rows[1 + x][0], rows[1 + x][2], rows[1 + x][1 + y]) for x, y in places]
        self.assertIn(("27", "M", "4"), marked)
        self.assertTrue(all(int(value) < 10 for _, _, value in marked), marked)
        config = json.loads((folder / "config.json").read_text())
        self.assertEqual((config["safe_threshold"], config["safe_nk_n"]), (10, 1))
        self.centre.sceau("review", "export", request, "--format", "acro", folder, as_user="rene", code=2)

    # -- codebooks -----------------------------------------------------------------------------
    def test_a_codebook_goes_to_table_schema_and_back(self):
        codebook = self.centre.folder / "lycees.toml"
        schema = self.centre.folder / "lycees.schema.json"
        schema.write_text(self.centre.sceau("codebook", "export", codebook).out)
        document = json.loads(schema.read_text())
        self.assertEqual([f["name"] for f in document["fields"]][:3], ["academie", "uai", "sexe"])
        back = self.centre.folder / "back.toml"
        back.write_text(self.centre.sceau("codebook", "import", schema).out)
        again = self.centre.sceau("codebook", "export", back).out
        self.assertEqual(json.loads(again), document)
        schema.write_text('{"fields": [{"name": "a", "constraints": {"minimum": []}, "type": "integer"}]}')
        refused = self.centre.sceau("codebook", "import", schema, code=2)
        self.assertIn("fields[0].constraints.minimum", refused.err)


if __name__ == "__main__":
    harness.main()
