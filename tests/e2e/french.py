"""French at each door: a session's notices, errors and EXPLAIN (DISCLOSURE), the commands' results
and errors, and a checker without a centre. What scripts read stays as it is."""

import json
import os
import unittest

import psycopg
import session_world
from session_world import harness

SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"
SAFE = "SELECT sexe, count(*) FROM lycees WHERE academie <> '27' GROUP BY sexe"
FRENCH = "-c lc_messages=fr_FR.UTF-8"


class French(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    def connect(self, **options):
        notices = []
        connection = self.centre.connect("alix", "orientation", autocommit=True, **options)
        connection.add_notice_handler(lambda n: notices.append(n.message_primary))
        self.addCleanup(connection.close)
        return connection, notices

    # -- sessions ------------------------------------------------------------------------------
    def test_a_session_speaks_the_language_that_its_options_ask_for(self):
        french, _ = self.connect(options=FRENCH)
        self.assertEqual(french.execute("SHOW lc_messages").fetchone()[0], "fr_FR.UTF-8")
        with self.assertRaises(psycopg.errors.UndefinedTable) as caught:
            french.execute("SELECT 1 FROM nowhere")
        self.assertIn("n'existe pas", caught.exception.diag.message_primary)
        self.assertIn("il y a", caught.exception.diag.message_hint)
        english, _ = self.connect()
        with self.assertRaises(psycopg.errors.UndefinedTable) as caught:
            english.execute("SELECT 1 FROM nowhere")
        self.assertIn("does not exist", caught.exception.diag.message_primary)

    def test_findings_are_french_in_explain_disclosure_and_states_are_not(self):
        french, _ = self.connect(options=FRENCH)
        rows = french.execute("EXPLAIN (DISCLOSURE) " + SMALL).fetchall()
        self.assertEqual(rows[0][0], "fail")
        self.assertIn("constats", rows[0][6])
        small = [row for row in rows if row[1] == "threshold"]
        self.assertIn("unités ont une valeur dans cette cellule\u202f; il en faut au moins 10", small[0][6])
        self.assertIn("regrouper", small[0][7])
        plan = "\n".join(row[0] for row in french.execute("EXPLAIN " + SMALL).fetchall())
        self.assertIn("moteur\u00a0: une tabulation de lycees", plan)

    def test_the_notice_of_a_copy_is_french_and_its_detail_the_same_json(self):
        french, notices = self.connect(options=FRENCH)
        with french.transaction():
            french.execute(f"COPY ({SAFE}) TO 'sexe.csv' WITH (title 'Par sexe')")
            raise psycopg.Rollback
        self.assertIn("verdict provisoire\u00a0: sexe.csv", notices[0])
        self.assertIn("rien n'est demandé avant COMMIT", notices[0])

    def test_a_returned_request_is_said_in_french_and_seen_so_in_findings(self):
        french, _ = self.connect(options=FRENCH)
        with self.assertRaises(psycopg.Error) as caught:
            french.execute(f"COPY ({SMALL}) TO 'petit.csv' WITH (title 'Petit')")
        self.assertEqual(caught.exception.sqlstate, "SD002")
        self.assertIn("renvoyée", caught.exception.diag.message_primary)
        detail = json.loads(caught.exception.diag.message_detail)
        self.assertEqual((detail["state"], detail["verdict"]), ("returned", "fail"))
        messages = [row[0] for row in french.execute("SELECT message FROM sceau.findings").fetchall()]
        self.assertTrue(any("il en faut au moins" in message for message in messages))

    def test_a_language_can_not_be_changed_on_the_way(self):
        french, notices = self.connect(options=FRENCH)
        french.execute("SET lc_messages TO 'fr_FR.UTF-8'")
        self.assertEqual(notices, [])
        french.execute("SET lc_messages TO 'C'")
        self.assertIn("dans laquelle elle a commencé", notices[0])

    def test_who_is_refused_hears_it_in_the_language_asked_for(self):
        with self.assertRaises(psycopg.OperationalError) as caught:
            self.centre.connect("alix", "nowhere", options=FRENCH)
        self.assertIn("n'a pas de projet", str(caught.exception))

    # -- commands ------------------------------------------------------------------------------
    def test_errors_of_commands_are_french_from_the_broker_and_before_it(self):
        words = ["policy", "install", "--lang", "fr", "/nowhere/x.toml"]
        here = self.centre.sceau(*words, code=2)
        self.assertRegex(here.err, r"^sceau: error: .* ne peut pas être lu")
        there = self.centre.sceau("review", "show", "R-2026-999999", "--lang", "fr", as_user="rene", code=2)
        self.assertIn("sceau: error: il n'y a pas de demande «\u00a0R-2026-999999\u00a0»", there.err)
        self.assertIn("sceau: hint: ", there.err)
        unknown = self.centre.sceau("revieww", "--lang", "fr", code=2)
        self.assertIn("il n'y a pas de commande", unknown.err)
        unspoken = harness.run([harness.binary("sceau"), "status", "--lang", "de"],
                               env={"LC_ALL": "fr_FR.UTF-8"}, code=2)
        self.assertIn("il n'y a pas de textes", unspoken.err)

    def test_results_of_commands_are_french_and_json_is_the_same(self):
        shown = self.centre.sceau("status", "--lang", "fr").out
        self.assertIn("centre d'essai", shown)
        self.assertIn("bases     1", shown)
        same = [self.centre.sceau("store", "list", "--json", "--lang", one).out for one in ("fr", "en")]
        self.assertEqual(same[0], same[1])
        listed = self.centre.sceau("store", "list", "--lang", "fr").out
        self.assertRegex(listed, r"base\s+état\s+lignes")
        self.assertIn("sealed", listed)

    def test_a_reviewer_reads_findings_in_french(self):
        english, _ = self.connect()
        with self.assertRaises(psycopg.Error):
            english.execute(f"COPY ({SMALL}) TO 'revue.csv' WITH (title 'Revue')")
        request = english.execute("SELECT request FROM sceau.requests ORDER BY request DESC").fetchone()[0]
        shown = self.centre.sceau("review", "show", request, "--lang", "fr", as_user="rene").out
        self.assertIn("décisions requises\u00a0: 2", shown)
        self.assertIn("remède habituel\u00a0: regrouper", shown)
        self.assertIn("returned", shown)

    # -- without a centre ----------------------------------------------------------------------
    def check(self, *words, **env):
        folder = self.centre.folder
        return harness.run([harness.binary("sceau"), "check", SMALL, "--codebook", folder / "lycees.toml",
                            "--from", folder / "lycees.csv", "--policy",
                            harness.SOURCE / "policies" / "depp.toml", *words], env=env, code=1)

    def test_check_speaks_the_language_of_its_option_or_of_the_locale(self):
        by_option = self.check("--lang", "fr").out
        self.assertRegex(by_option, r"^fail\u00a0: \d+ constats, \d+ cellules, politique depp")
        self.assertIn("remède habituel", by_option)
        self.assertEqual(self.check(LC_ALL="fr_FR.UTF-8").out, by_option)
        self.assertEqual(self.check(LC_ALL="", LC_MESSAGES="fr_FR", LANG="C").out, by_option)
        self.assertIn("usual remedy", self.check("--lang", "en", LC_ALL="fr_FR.UTF-8").out)
        document = self.check("--json", "--lang", "fr").json()
        english = self.check("--json", "--lang", "en").json()
        for one in (document, english):
            for finding in one["outputs"][0]["findings"]:
                self.assertTrue(finding.pop("message"))
        self.assertEqual(document, english)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    harness.main()
