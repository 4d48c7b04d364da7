"""What is exchanged with other tools: figures, codebooks as Table Schema, folders of ACRO."""

import json
import subprocess
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


if __name__ == "__main__":
    harness.main()
