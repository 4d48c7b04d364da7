"""Models in a served session: seen as JSON, judged, released as a file of estimates, or refused."""

import json
import unittest

import psycopg
import session_world
from session_world import harness

BIG = "SELECT ols(note, rang, sexe) FROM lycees WHERE academie <> '27'"


class Models(unittest.TestCase):
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

    def rows(self, query):
        return self.connection.execute(query).fetchall()

    def test_a_session_shows_what_arithmetic_gives(self):
        ((text,),) = self.rows("SELECT ols(note, rang) FROM lycees WHERE academie = '01'")
        shown = json.loads(text)
        pairs = [(float(row[3]), float(row[4])) for row in self.centre.rows if row[0] == "01" and row[4]]
        n = len(pairs)
        x, y = (sum(values) / n for values in zip(*pairs))
        slope = sum((a - x) * (b - y) for a, b in pairs) / sum((a - x) ** 2 for a, _ in pairs)
        self.assertEqual(shown["n"], n)
        self.assertAlmostEqual(shown["estimates"][1]["estimate"], slope, delta=1e-5 * abs(slope))
        self.assertAlmostEqual(shown["estimates"][0]["estimate"], y - slope * x, delta=1e-4)

    def test_a_model_over_many_is_released_as_lines_of_estimates(self):
        self.assertEqual(self.rows("EXPLAIN (DISCLOSURE) " + BIG)[0][0], "pass")
        self.connection.execute(f"COPY ({BIG}) TO 'model.csv' WITH (title 'Marks and rank')")
        ((request, state),) = self.rows("SELECT request, state FROM sceau.requests")
        self.assertEqual(state, "released")
        (released,) = (self.centre.home / "outbox" / request).glob("*.csv")
        lines = released.read_text().splitlines()
        self.assertEqual(lines[0], "term,estimate,std_error,statistic,p_value")
        self.assertEqual([line.split(",")[0] for line in lines[1:5]], ["(intercept)", "rang", "sexe=M", "(n)"])

    def test_a_dummy_of_four_boys_fails_with_them(self):
        found = self.rows("EXPLAIN (DISCLOSURE) SELECT ols(note, rang, sexe) FROM lycees WHERE academie = '27'")
        self.assertEqual(found[0][0], "fail")
        self.assertTrue([row for row in found if row[1] == "threshold" and "sexe=M" in row[2]], found)
        self.assertTrue([row for row in found if row[1] == "degrees_of_freedom"], found)

    def test_what_is_no_model_says_what_to_write(self):
        for query in ("SELECT ols(note, rang), count(*) FROM lycees", "SELECT ols(note, rang * 2) FROM lycees"):
            with self.subTest(query=query), self.assertRaises(psycopg.Error) as caught:
                self.rows(query)
            self.assertEqual(caught.exception.diag.sqlstate, "0A000")
            self.assertIn("SELECT dimensions, ols(", caught.exception.diag.message_hint)
        with self.assertRaises(psycopg.Error) as caught:
            self.rows("SELECT logit(note, rang) FROM lycees")
        self.assertEqual(caught.exception.diag.sqlstate, "42804")
        self.assertIn("0 or 1", caught.exception.diag.message_hint)


if __name__ == "__main__":
    harness.main()
