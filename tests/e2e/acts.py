"""People's acts at a served centre: waivers, exceptions, comments, replaced requests, revocations, replay."""

import json
import unittest

import psycopg
import session_world
from session_world import harness

BY_ACADEMIE = "SELECT academie, count(*) FROM lycees GROUP BY academie"
SMALL = "SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"
LIST = "SELECT uai, rang FROM lycees WHERE academie = '27' ORDER BY rang LIMIT {}"


class Acts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        events = set(cls.centre.log_events())
        bytes_of_log = b"".join(p.read_bytes() for p in (cls.centre.home / "log").rglob("*") if p.is_file())
        cls.centre.__exit__()
        for event in ("waiver.granted", "waiver.revoked", "request.commented", "release.revoked"):
            assert event in events, event
        for word in (b"ministry", b"faulty", b"academie", b"published"):
            assert word not in bytes_of_log, word

    def setUp(self):
        self.notices = []
        self.connection = self.centre.connect("alix", "orientation", autocommit=True)
        self.connection.add_notice_handler(lambda n: self.notices.append(n.message_primary))
        self.addCleanup(self.connection.close)

    def copy(self, query, name, extra=""):
        """Asks for it and returns the request's row: request, state, verdict."""
        self.connection.execute(f"COPY ({query}) TO '{name}' WITH (title 'A title'{extra})")
        return self.connection.execute("SELECT request, state, verdict FROM sceau.last_request").fetchone()

    def state(self, request):
        return self.connection.execute("SELECT state FROM sceau.requests WHERE request = %s", (request,)).fetchone()[0]

    def review(self, who, what, request, *more):
        return self.centre.sceau("review", what, request, *more, as_user=who)

    def test_1_a_waived_cell_no_longer_stands_in_the_way(self):
        rows = self.connection.execute("EXPLAIN (DISCLOSURE) " + BY_ACADEMIE).fetchall()
        self.assertEqual(rows[0][0], "fail")
        rules = sorted({row[1] for row in rows[1:]})
        self.assertNotIn("history", rules)
        self.centre.sceau("waiver", "grant", "--store", "lycees", "--rule", "history", "--cell", "academie=27",
                          "--reason", "published", "--until", "2099-12-31", code=1)
        for rule in rules:
            self.centre.sceau("waiver", "grant", "--store", "lycees", "--rule", rule, "--cell", "academie=27",
                              "--reason", "published", "--until", "2099-12-31")
        request, state, verdict = self.copy(BY_ACADEMIE, "academies.csv")
        self.assertEqual((state, verdict), ("released", "pass"))
        self.assertIn("waived by W-00000", self.notices[-1])
        release = json.loads((self.centre.home / "outbox" / request / "release.json").read_text())
        self.assertEqual(sorted(w["rule"] for w in release["files"][0]["waivers"]), rules)
        self.assertNotIn('"27"', json.dumps(release))
        # The waiver is for that cell of the whole table, not for fewer of its pupils.
        where = "SELECT academie, count(*) FROM lycees WHERE rang < 9 GROUP BY academie"
        narrowed = self.connection.execute("EXPLAIN (DISCLOSURE) " + where).fetchall()
        self.assertEqual(narrowed[0][0], "fail")
        listed = self.centre.sceau("waiver", "list", "--json").json()["waivers"]
        for waiver in listed:
            self.centre.sceau("waiver", "revoke", waiver["waiver"])
        self.assertEqual(self.connection.execute("EXPLAIN (DISCLOSURE) " + BY_ACADEMIE).fetchall()[0][0], "fail")
        replayed = self.centre.sceau("replay", request, "--json", as_user="rene").json()
        self.assertEqual(replayed["outcome"], "same")
        self.assertEqual({w["state"] for w in replayed["waivers"]}, {"revoked"})

    def test_2_an_exception_takes_two_leaves_is_revoked_and_replays(self):
        request, state, verdict = self.copy(SMALL, "small.csv", ", exception 'the ministry published it'")
        self.assertEqual((state, verdict), ("checked", "fail"))
        shown = self.review("rene", "show", request).out
        self.assertIn("the ministry published it", shown)
        self.assertIn("decisions needed: 2", shown)
        self.review("rene", "approve", request, "--comment", "known")
        self.centre.sceau("review", "release", request, as_user="rene", code=1)
        self.review("rene", "approve", request, "--comment", "again")
        self.assertEqual(self.state(request), "in_review")
        self.review("rose", "approve", request, "--comment", "known")
        self.review("rose", "release", request)
        folder = self.centre.home / "outbox" / request
        kept = self.centre.folder / "small.csv"
        kept.write_bytes((folder / "small.csv").read_bytes())
        trust, log = self.centre.home / "log.trust", self.centre.home / "log"
        words = ("receipt", folder / "small.csv.receipt", "--file", kept, "--trust", trust)
        self.centre.audit(*words, "--log", log)
        self.assertEqual(self.centre.sceau("replay", request, "--json", as_user="rose").json()["outcome"], "same")
        self.review("rene", "revoke", request, "--comment", "a faulty vintage")
        self.assertEqual(self.state(request), "revoked")
        self.assertFalse((folder / "small.csv").exists())
        self.assertEqual(json.loads((folder / "revoked.json").read_text())["request"], request)
        self.centre.audit(*words)  # file, receipt and trust file alone: it was released, as it is
        revoked = self.centre.audit(*words, "--log", log, code=1)
        self.assertIn("revoked", revoked.out + revoked.err)
        self.assertEqual(self.centre.sceau("status", "--json").json()["revoked"], 1)
        replayed = self.centre.sceau("replay", request, as_user="rene").out
        self.assertIn("the same inputs give the same verdict", replayed)

    def test_3_a_needless_exception_and_an_empty_one(self):
        self.copy(LIST.format(3), "needless.csv", ", exception 'just in case'")
        self.assertIn("the exception was not needed", self.notices[-1])
        with self.assertRaises(psycopg.Error):
            self.copy(LIST.format(3), "empty.csv", ", exception ' '")

    def test_4_comments_go_both_ways(self):
        request, _, _ = self.copy(LIST.format(4), "list.csv")
        self.connection.execute(f"CALL sceau.comment('{request}', 'four rows of one school')")
        self.connection.execute("CALL sceau.comment(%s, %s)", (request, "the ministry knows"))
        shown = self.review("rene", "show", request).out
        self.assertIn("alix says: four rows of one school", shown)
        self.review("rene", "return", request, "--comment", "three would do", "--note", "for staff alone")
        rows = self.connection.execute('SELECT "by", about, comment FROM sceau.comments WHERE request = %s',
                                       (request,)).fetchall()
        self.assertEqual(rows, [("alix", "comment", "four rows of one school"),
                                ("alix", "comment", "the ministry knows"), ("reviewer", "return", "three would do")])
        for bad in ("", "a\nb", "x" * 10_001):
            with self.assertRaises(psycopg.Error):
                self.connection.execute("CALL sceau.comment(%s, %s)", (request, bad))
        with self.assertRaises(psycopg.Error):
            self.connection.execute("CALL sceau.comment('R-2026-999999', 'to nobody')")

    def test_5_a_request_takes_the_place_of_another(self):
        first, _, _ = self.copy(LIST.format(5), "turn.csv")
        second, state, _ = self.copy(LIST.format(6), "turn.csv", f", replaces '{first}'")
        self.assertEqual((self.state(first), state), ("withdrawn", "checked"))
        shown = self.centre.sceau("review", "show", second, "--json", as_user="rene").json()
        self.assertEqual((shown["turn"], shown["changes"]["request"]), (2, first))
        self.assertEqual(shown["changes"]["outputs"][0]["file"], "other")
        self.review("rene", "return", second, "--comment", "fewer")
        third, _, _ = self.copy(LIST.format(2), "turn.csv", f", replaces '{second}'")
        self.assertEqual(self.state(second), "returned")
        for gone in (first, second, "R-2026-999999"):
            with self.assertRaises(psycopg.Error):
                self.copy(LIST.format(2), "more.csv", f", replaces '{gone}'")
        self.assertIn(f"replaced by {third}", self.review("rene", "show", second).out)


if __name__ == "__main__":
    harness.main()
