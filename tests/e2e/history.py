"""The gate's memory, seen from outside: two who ask at once, what is checked again, versions of a store."""

import csv
import threading
import types
import unittest

import psycopg
import session_world
from session_world import harness

ALL = "SELECT count(*) FROM lycees WHERE academie = '01'"
CODEBOOK = """
format = 1
[dataset]
name = "eleves"
title = { fr = "Élèves", en = "Pupils" }
unit = "ine"
[variables.ine]
type = "text"
role = "identifier"
domain = "ine"
[variables.age]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
"""


class History(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = session_world.ServedCentre()
        cls.project("voisin", "bob", "lycees")

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.verify_log()
        cls.centre.__exit__()

    @classmethod
    def project(cls, name, user, store):
        cls.centre.sceau("project", "create", name, "--title", "Another", "--purpose", "test",
                         "--until", "2099-12-31", "--member", user)
        cls.centre.sceau("permit", "grant", "--project", name, "--store", store, "--policy", "depp",
                         "--until", "2099-12-31")

    def session(self, user, project):
        notices = []
        connection = self.centre.connect(user, project, autocommit=True)
        connection.add_notice_handler(
            lambda n: notices.append(types.SimpleNamespace(text=(n.message_primary or "") + (n.message_detail or ""))))
        self.addCleanup(connection.close)
        return connection, notices

    @staticmethod
    def ask(connection, query, name, extra=""):
        """The state of what was asked for, and the error's words where it was sent back."""
        try:
            connection.execute(f"COPY ({query}) TO '{name}' WITH (title 'A'{extra})")
            words = ""
        except psycopg.Error as error:
            words = (error.diag.message_primary or "") + (error.diag.message_detail or "")
        request, state = connection.execute("SELECT request, state FROM sceau.last_request").fetchone()
        return request, state, words

    def test_two_who_ask_at_once_can_t_miss_each_other(self):
        for turn in range(2):
            first, _ = self.session("alix", "orientation")
            second, _ = self.session("bob", "voisin")
            states = {}
            start = threading.Barrier(2)

            def asking(name, connection, query):
                start.wait()
                states[name] = self.ask(connection, query, "at-once.csv")[1]

            # Each passes alone; between the two lie three pupils.
            low = 20 * (turn + 1)
            threads = [threading.Thread(target=asking, args=arguments) for arguments in (
                ("first", first, ALL + f" AND rang < {low}"), ("other", second, ALL + f" AND rang < {low} AND rang <> 3"))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(states.values()), ["released", "returned"], states)

    def test_what_was_approved_first_is_checked_again_when_it_leaves(self):
        query = "SELECT count(*) FROM lycees WHERE academie = '10'"
        mine, _ = self.session("alix", "orientation")
        theirs, _ = self.session("bob", "voisin")
        # Reserved first, so that it is not judged against what comes later; what comes later is refused.
        label = "CASE WHEN rang < 40 THEN 'low' ELSE 'high' END"
        request, state, _ = self.ask(mine, f"SELECT {label}, count(*) FROM lycees WHERE academie = '10' GROUP BY 1",
                                     "first.csv")
        self.assertEqual(state, "checked")
        self.centre.sceau("review", "approve", request, "--comment", "fine", as_user="rene")
        _, state, words = self.ask(theirs, query + " AND rang < 41", "later.csv")
        self.assertEqual(state, "returned", words)
        other, state, _ = self.ask(theirs, query + " AND rang < 41", "later.csv", ", exception 'needed'")
        self.assertEqual(state, "checked")
        for reviewer in ("rene", "rose"):
            self.centre.sceau("review", "approve", other, "--comment", "fine", as_user=reviewer)
        self.centre.sceau("review", "release", other, as_user="rene")
        ran = self.centre.sceau("review", "release", request, as_user="rene", code=None)
        self.assertNotEqual(ran.code, 0)
        self.assertIn(request, ran.err)
        self.assertEqual(mine.execute("SELECT state FROM sceau.requests WHERE request = %s", (request,)).fetchone(),
                         ("returned",))

    def test_another_project_is_not_named_at_any_door(self):
        query = "SELECT sexe, count(*) FROM lycees WHERE academie = '01' AND naissance < '2008-01-01'"
        mine, notices = self.session("alix", "orientation")
        theirs, _ = self.session("bob", "voisin")
        out, state, words = self.ask(theirs, query + " GROUP BY sexe", "out.csv")
        self.assertEqual(state, "released", words)
        near = query + " AND rang <> 1 GROUP BY sexe"
        told = [str(row) for row in mine.execute("EXPLAIN (DISCLOSURE) " + near).fetchall()]
        self.assertIn("another project", " ".join(told))
        request, state, words = self.ask(mine, near, "near.csv")
        self.assertEqual(state, "returned")
        told.append(words)
        mine.execute("BEGIN")
        mine.execute(f"COPY ({near}) TO 'near.csv' WITH (title 'A', exception 'needed')")
        mine.execute("COMMIT")
        self.assertEqual(len(notices), 2)
        told += [notice.text for notice in notices]
        told += [str(row) for row in mine.execute("SELECT * FROM sceau.findings").fetchall()]
        told.append(self.centre.psql("alix", "orientation", "EXPLAIN (DISCLOSURE) " + near).out)
        for text in told:
            self.assertNotIn(out, text)
            self.assertNotIn("voisin", text)
        # Who decides is told: with the request.
        self.assertIn(out, self.centre.sceau("review", "show", request, as_user="rene").out)

    def test_history_show_and_who_may_see_it(self):
        mine, _ = self.session("alix", "orientation")
        self.ask(mine, "SELECT sexe, avg(note) FROM lycees WHERE academie <> '27' GROUP BY ROLLUP (sexe)", "shown.csv")
        shown = self.centre.sceau("history", "show", "lycees", as_user="rene").out
        for word in ("lycees@2021", "sexe", "avg(note)", "academie <> '27'", "orientation", "released"):
            self.assertIn(word, shown)
        outputs = self.centre.sceau("history", "show", "lycees", "--json").json()["outputs"]
        self.assertIn(["avg(note)"], [o["statistics"] for o in outputs])
        self.centre.sceau("history", "show", "lycees", as_user="alix", code=3)
        self.centre.sceau("history", "show", "pupils", as_user="rene", code=2)

    def test_a_store_that_replaced_another_is_compared_with_what_left_of_it(self):
        def seal(vintage, rows, *extra):
            file = self.centre.folder / f"{vintage}.csv"
            with open(file, "w", newline="") as out:
                csv.writer(out).writerows([("ine", "age", "sexe"), *rows])
            self.centre.seal(f"eleves@{vintage}", self.centre.folder / "eleves.toml", [file], *extra)

        (self.centre.folder / "eleves.toml").write_text(CODEBOOK)
        rows = [(f"P{i}", "14" if i < 4 else "15", "F" if i % 2 else "M") for i in range(60)]
        seal("2024", rows)
        self.project("third", "carl", "eleves")
        before, _ = self.session("carl", "third")
        out, state, words = self.ask(before, "SELECT sexe, count(*) FROM eleves WHERE age = '15' GROUP BY sexe", "15.csv")
        self.assertEqual(state, "released", words)
        before.close()
        seal("2024b", rows, "--supersedes", "eleves@2024")
        after, _ = self.session("carl", "third")
        self.assertEqual(after.execute("SELECT count(*) FROM eleves").fetchone()[0], 60)
        _, state, words = self.ask(after, "SELECT sexe, count(*) FROM eleves GROUP BY sexe", "all.csv")
        self.assertEqual(state, "returned", words)
        self.assertIn("history", words)
        self.assertIn(out, words)
        _, state, words = self.ask(after, "SELECT sexe, count(*) FROM eleves WHERE age = '15' GROUP BY sexe", "again.csv")
        self.assertEqual(state, "released", words)


if __name__ == "__main__":
    harness.main()
