"""Files at the gate: what they are, what doesn't pass, and what a reviewer is told of records in them."""

import base64
import json
import unittest

import psycopg
import session_world
from session_world import harness


class Files(unittest.TestCase):
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

    def egress(self, name, content):
        content = content.encode() if isinstance(content, str) else content
        return self.connection.execute("SELECT sceau.egress(%s, 'A title', %s)", (name, content)).fetchone()[0]

    def shown(self, request):
        return self.centre.sceau("review", "show", request, "--json", as_user="rene").json()["outputs"][0]

    def refused(self, name, content):
        with self.assertRaises(psycopg.Error) as caught:
            self.egress(name, content)
        self.assertTrue(caught.exception.diag.message_hint, caught.exception)
        return str(caught.exception)

    def list_of(self, count, separator=";", decimal="."):
        rows = [r for r in self.centre.rows if r[4]][:count]
        return "".join(separator.join((r[1], r[2], str(r[3]), r[4].replace(".", decimal))) + "\n" for r in rows)

    def test_what_is_no_known_type_or_another_than_its_name_is_refused(self):
        for name, content in (("a.zip", b"PK\x03\x04 zip"), ("a.csv", b"PK\x03\x04 zip"), ("a.xlsx", b"PK\x03\x04"),
                              ("a.rds", b"\x1f\x8b\x08 gzip"), ("a.csv", harness.png()), ("a.png", b"a,b\n"),
                              ("a.txt", b"red \x1b[31m"), ("a.pdf", b"%PDF-1.4 /EmbeddedFile 1 %%EOF\n"),
                              ("a.png", harness.png() + b"PK\x05\x06" + bytes(18)), ("noending", b"text\n")):
            with self.subTest(name=name, content=content[:12]):
                self.refused(name, content)

    def test_names_with_paths_controls_bidi_dots_or_dashes_are_refused(self):
        for name in ("../a.csv", "a/b.csv", ".a.csv", "-a.csv", "a\u202egnp.csv", "a\nb.csv", "a b.csv", "a\\b.csv", ""):
            with self.subTest(name=name), self.assertRaises(psycopg.Error):
                self.egress(name, "a,b\n1,2\n")

    def test_a_harmless_file_goes_to_a_reviewer_with_its_type_and_no_hit(self):
        output = self.shown(self.egress("notes.md", "# Method\n\nWe counted pupils.\n"))
        self.assertEqual((output["verdict"], output["file"]["type"], output["file"]["search"]), ("review", "text", "whole"))
        self.assertEqual((output["file"]["values"], output["file"]["records"]), ([], []))
        picture = self.shown(self.egress("plot.png", harness.png()))
        self.assertEqual((picture["file"]["type"], picture["file"]["search"]), ("png", "pictures"))
        self.assertIn("can't be searched", json.dumps(picture["findings"]))

    def test_records_are_found_in_disguise_and_told_to_the_reviewer_alone(self):
        plain = self.list_of(60)
        disguises = {
            "plain.csv": plain,
            "comma.csv": self.list_of(60, decimal=","),
            "tab.txt": self.list_of(60, separator="\t"),
            "wide.csv": plain.encode("utf-16"),
            "hidden.txt": "results:\n" + base64.b64encode(plain.encode()).decode() + "\n",
        }
        for name, content in disguises.items():
            with self.subTest(name=name):
                request = self.egress(name, content)
                output = self.shown(request)
                (records, *_) = output["file"]["records"]
                self.assertEqual(records["columns"], ["note", "rang", "sexe", "uai"])
                self.assertGreaterEqual(records["lines"], 60)
                self.assertGreaterEqual(records["rare"], 60)
                (values,) = output["file"]["values"]
                self.assertEqual((values["variable"], values["role"]), ("uai", "contributor"))
                text = self.centre.sceau("review", "show", request, as_user="rene").out
                self.assertIn("equal rows of lycees", text)
                told = self.connection.execute(
                    "SELECT message, measured FROM sceau.findings WHERE request = %s", (request,)).fetchall()
                self.assertIn("shown to the reviewer", str(told))
                self.assertNotIn("uai", str(told))
                self.assertEqual([m for _, m in told if m is not None], [])

    def test_rows_by_copy_are_searched_like_any_file(self):
        self.connection.execute("COPY (SELECT uai, sexe, rang, note FROM lycees WHERE academie = '27') TO 'rows.csv' "
                                "WITH (title 'A')")
        request = self.connection.execute("SELECT request FROM sceau.last_request").fetchone()[0]
        self.assertTrue(self.shown(request)["file"]["records"])

    def test_a_replay_finds_the_same_again(self):
        request = self.egress("again.csv", self.list_of(30))
        replayed = self.centre.sceau("replay", request, "--json", as_user="rene").json()
        self.assertEqual(replayed["outcome"], "same", replayed)

    def test_a_policy_says_which_types_and_how_large(self):
        policy = self.centre.folder / "narrow.toml"
        policy.write_text('format = 1\n[policy]\nname = "narrow"\nversion = "1"\nextends = "depp"\n'
                          '[files]\ntypes = ["csv"]\nmax_bytes = 100\n')
        self.assertIn("files: ", self.centre.sceau("policy", "check", policy).out)
        self.centre.sceau("policy", "install", policy)
        self.centre.sceau("project", "create", "narrow", "--title", "N", "--purpose", "t", "--until", "2099-12-31",
                          "--member", "alix")
        self.centre.sceau("permit", "grant", "--project", "narrow", "--store", "lycees", "--policy", "narrow",
                          "--until", "2099-12-31")
        with self.centre.connect("alix", "narrow", autocommit=True) as session:
            def ask(name, content):
                session.execute("SELECT sceau.egress(%s, 'A', %s)", (name, content))
            ask("a.csv", b"a,b\n1,2\n")
            with self.assertRaises(psycopg.Error) as caught:
                ask("a.txt", b"text\n")
            self.assertIn("type text", str(caught.exception))
            with self.assertRaises(psycopg.Error) as caught:
                ask("b.csv", b"a,b\n" * 50)
            self.assertIn("200 bytes", str(caught.exception))

    def test_cells_that_a_spreadsheet_would_execute_are_texts(self):
        self.connection.execute("COPY (SELECT '=1+1' AS a, '-0.5' AS b, '@x' AS c FROM lycees LIMIT 1) TO 'f.csv' "
                                "WITH (title 'A')")
        request = self.connection.execute("SELECT request FROM sceau.last_request").fetchone()[0]
        text = self.centre.sceau("review", "show", request, as_user="rene").out
        self.assertIn("'=1+1,-0.5,'@x", text)


if __name__ == "__main__":
    harness.main()
