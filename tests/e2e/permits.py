"""Permits through the real programs: rows, pseudonyms, and the key of a custodian."""

import collections
import pathlib
import random
import unittest

import harness

PUPILS = """
format = 1
[dataset]
name = "{name}"
population = "{population}"
[variables.ine]
type = "text"
role = "identifier"
domain = "ine"
[variables.academie]
type = "category"
role = "classification"
values = {{ "01" = {{ fr = "Paris" }}, "02" = {{ fr = "Lyon" }}, "27" = {{ fr = "Corse" }} }}
[variables.departement]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
[variables.uai]
type = "category"
role = "classification"
references = "ecoles.uai"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
min = 0
max = 20
"""

MARKS = """
format = 1
[dataset]
name = "epreuves"
population = "eleves"
[variables.ine]
type = "text"
role = "identifier"
domain = "ine"
[variables.points]
type = "integer"
role = "measure"
"""

SCHOOLS = """
format = 1
[dataset]
name = "ecoles"
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
values = { "PU" = { fr = "Public" }, "PR" = { fr = "Privé" } }
"""

AGGREGATES = """
format = 1
[policy]
name = "aggregates"
version = "1"
extends = "depp"
exploration = "aggregates"
reviewers = { pass = 0, review = 1, fail = 1 }
"""

# Of pupils whose académie is 02 alone, by a filter and where nobody else is sealed.
QUESTIONS = (
    "SELECT count(*), count(DISTINCT ine), min(note), max(departement) FROM {t}",
    "SELECT academie, departement, count(*), avg(note) FROM {t} GROUP BY CUBE (academie, departement) ORDER BY 1, 2",
    "SELECT DISTINCT departement FROM {t} ORDER BY 1",
    "SELECT departement, uai, note FROM {t} WHERE note > 10 ORDER BY 1, 2, 3",
    "SELECT uai, count(*) FROM {t} WHERE departement IN ('2A', '69', '75') GROUP BY 1 ORDER BY 1",
    "SELECT e.secteur, count(*), sum(a.note) FROM {t} a LEFT JOIN ecoles e ON e.uai = a.uai GROUP BY 1 ORDER BY 1",
    "SELECT count(*) FROM {t} a JOIN {t} b ON a.ine = b.ine AND a.note < b.note",
    "SELECT count(*) FROM {t} a JOIN epreuves m USING (ine)",
    "SELECT ntile(4) OVER (ORDER BY note, uai, departement), note FROM {t} ORDER BY 2, 1",
    "SELECT count(*) FROM {t} WHERE academie = '27'",
    "SELECT variable, type, values FROM sceau.variables WHERE relation = '{t}' AND variable <> 'academie'",
    "EXPLAIN SELECT departement, count(*) FROM {t} GROUP BY 1",
    "EXPLAIN (DISCLOSURE) SELECT academie, sexe, count(*) FROM {t} GROUP BY 1, 2",
    "EXPLAIN (DISCLOSURE) SELECT sexe, count(*) FILTER (WHERE departement = '2A') FROM {t} GROUP BY 1",
)


def pupils(count, seed):
    random.seed(seed)
    rows = []
    for i in range(count):
        academie = random.choice(("01", "02", "02", "02", "27"))
        departement = {"01": ("75",), "02": ("69", "42"), "27": ("2A", "2B")}[academie]
        rows.append((f"INE{i:06d}", academie, random.choice(departement), random.choice("FM"),
                     f"U{random.randrange(12):02d}", f"{random.randrange(200) / 10}"))
    return rows


def write(file, header, rows):
    file.write_text(header + "\n" + "".join(",".join(row) + "\n" for row in rows))
    return file


class Permits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = harness.TrialCentre()
        folder = centre.folder
        rows = pupils(900, 4)
        header = "ine,academie,departement,sexe,uai,note"
        for name, population, kept in (
                ("eleves", "eleves", rows),
                ("seuls", "seuls", [row for row in rows if row[1] == "02"])):
            book = folder / f"{name}.toml"
            book.write_text(PUPILS.format(name=name, population=population))
            centre.seal(f"{name}@2024", book, [write(folder / f"{name}.csv", header, kept)])
        for name, text, header, lines in (
                ("epreuves", MARKS, "ine,points", [(row[0], str(i % 50)) for i, row in enumerate(rows)]),
                ("ecoles", SCHOOLS, "uai,secteur", [(f"U{i:02d}", "PR" if i % 3 == 0 else "PU") for i in range(12)])):
            book = folder / f"{name}.toml"
            book.write_text(text)
            centre.seal(f"{name}@2024", book, [write(folder / f"{name}.csv", header, lines)])
        (folder / "aggregates.toml").write_text(AGGREGATES)
        centre.sceau("policy", "install", folder / "aggregates.toml")
        cls.project("lyon", "alix", {"eleves": ["--where", "academie = '02'"], "seuls": [], "epreuves": [],
                                     "ecoles": []})
        cls.project("tous", "bob", {"eleves": [], "epreuves": [], "ecoles": ["--where", "secteur = 'PU'"]})
        cls.project("vitre", "carl", {"eleves": ["--where", "academie <> '27'", "--columns", "academie,sexe,note"]},
                    policy="aggregates")
        centre.serve()

    @classmethod
    def project(cls, name, member, stores, policy="depp"):
        cls.centre.sceau("project", "create", name, "--title", name, "--purpose", "test", "--until", "2099-12-31",
                         "--member", member)
        for store, more in stores.items():
            cls.centre.sceau("permit", "grant", "--project", name, "--store", store, "--policy", policy,
                             "--until", "2099-12-31", *more)

    @classmethod
    def tearDownClass(cls):
        cls.centre.stop()
        cls.centre.__exit__()

    def ask(self, project, user, sql, code=0):
        ran = self.centre.psql(user, project, sql, code=code)
        return ran.out.strip().splitlines() if code == 0 else ran.err

    # -- rows --------------------------------------------------------------------------------------
    def test_0_filtered_rows_answer_as_if_the_others_had_never_been_sealed(self):
        for question in QUESTIONS:
            with self.subTest(question):
                seen = self.ask("lyon", "alix", question.format(t="eleves"))
                alone = self.ask("lyon", "alix", question.format(t="seuls"))
                self.assertEqual([line.replace("eleves", "seuls") for line in seen], alone)
                self.assertTrue(alone)

    def test_the_catalogue_tells_no_category_of_other_rows(self):
        told = self.ask("lyon", "alix", "SELECT values FROM sceau.variables WHERE relation = 'eleves' "
                        "AND variable = 'academie'")
        self.assertEqual(told, ["02 Lyon"])
        permit = self.ask("lyon", "alix", "SELECT rows FROM sceau.permit WHERE store = 'eleves'")
        self.assertEqual(permit, ["academie = '02'"])
        listed = self.centre.sceau("permit", "list", "--project", "lyon", "--json").json()["permits"]
        self.assertEqual([one["rows"] for one in listed], ["academie = '02'", None, None, None])

    def test_a_released_table_holds_the_permitted_rows_alone(self):
        for table in ("eleves", "seuls"):
            self.ask("lyon", "alix", f"COPY (SELECT academie, sexe, count(*), avg(note) FROM {table} GROUP BY 1, 2) "
                     "TO 'x.csv' WITH (title 'x')")
        newest = sorted((self.centre.home / "outbox").iterdir())[-2:]
        files = [next(folder.glob("*.csv")).read_text() for folder in newest]
        self.assertEqual(files[0], files[1])
        self.assertNotIn("27", files[0].split("\n", 1)[1].replace("02", ""))

    def test_a_filtered_table_is_compared_with_those_of_who_sees_all(self):
        everybody = "SELECT departement, count(*) FROM eleves WHERE academie = '02' AND uai <> 'U03' AND note < 19.6 " \
                    "OR academie = '02' AND uai <> 'U03' AND note IS NULL GROUP BY 1"
        self.ask("tous", "bob", f"COPY ({everybody}) TO 'b.csv' WITH (title 'b')")
        error = self.ask("lyon", "alix", "COPY (SELECT departement, count(*) FROM eleves WHERE uai <> 'U03' "
                         "GROUP BY 1) TO 'a.csv' WITH (title 'a')", code=1)
        self.assertIn("another project", error)

    def test_a_joined_data_set_shows_its_permitted_rows(self):
        rows = self.ask("tous", "bob", "SELECT e.secteur, count(*) FROM eleves a LEFT JOIN ecoles e ON e.uai = a.uai "
                        "GROUP BY 1 ORDER BY 1")
        self.assertEqual([row.split("|")[0] for row in rows], ["PU", ""])
        self.ask("tous", "bob", "COPY (SELECT e.secteur, a.sexe, count(*) FROM eleves a LEFT JOIN ecoles e ON "
                 "e.uai = a.uai GROUP BY 1, 2) TO 'j.csv' WITH (title 'j')")
        newest = sorted((self.centre.home / "outbox").iterdir())[-1]
        text = next(newest.glob("*.csv")).read_text()
        self.assertIn("PU", text)
        self.assertNotIn("PR", text)

    def test_aggregates_count_the_permitted_rows(self):
        rows = self.ask("vitre", "carl", "SELECT academie, count(*) FROM eleves GROUP BY 1 ORDER BY 1")
        self.assertEqual([row.split("|")[0] for row in rows], ["01", "02"])
        self.assertEqual(self.ask("vitre", "carl", "SELECT values FROM sceau.variables WHERE variable = 'academie'"),
                         [])
        self.ask("vitre", "carl", "SELECT departement, count(*) FROM eleves GROUP BY 1", code=1)

    # -- pseudonyms --------------------------------------------------------------------------------
    def test_a_pupil_has_one_pseudonym_in_a_project_and_another_in_the_next(self):
        question = "SELECT ine, note, uai, departement FROM eleves WHERE academie = '02' ORDER BY 2, 3, 4, 1"
        by_project = {}
        for project, user in (("lyon", "alix"), ("tous", "bob")):
            rows = [row.split("|") for row in self.ask(project, user, question)]
            known = collections.Counter(tuple(row[1:]) for row in rows)
            by_project[project] = {tuple(row[1:]): row[0] for row in rows if known[tuple(row[1:])] == 1}
        shared = by_project["lyon"].keys() & by_project["tous"].keys()
        self.assertGreater(len(shared), 100)
        self.assertFalse({by_project["lyon"][key] for key in shared} & {by_project["tous"][key] for key in shared})
        key = sorted(shared)[0]
        lyon, tous = by_project["lyon"][key], by_project["tous"][key]
        for project, user, own, other in (("lyon", "alix", lyon, tous), ("tous", "bob", tous, lyon)):
            for table in ("eleves", "epreuves"):
                self.assertEqual(self.ask(project, user, f"SELECT count(*) FROM {table} WHERE ine = '{own}'"), ["1"])
                self.assertEqual(self.ask(project, user, f"SELECT count(*) FROM {table} WHERE ine = '{other}'"), ["0"])
            self.assertEqual(self.ask(project, user, f"SELECT count(*) FROM eleves a JOIN epreuves e ON a.ine = e.ine "
                                      f"WHERE a.ine IN ('{own}', '{other}')"), ["1"])

    def test_at_the_gate_a_pseudonym_means_the_same_pupil(self):
        ine = self.ask("tous", "bob", "SELECT ine FROM eleves ORDER BY note, ine LIMIT 1")[0]
        nobody = "0123456789abcdef" * 2
        for who, found in ((ine, True), (nobody, False)):
            said = self.ask("tous", "bob", f"EXPLAIN (DISCLOSURE) SELECT sexe, count(*) FROM eleves WHERE ine = '{who}' "
                            "GROUP BY 1")
            self.assertEqual(any("threshold" in line and "fail" in line for line in said), found, said)
        error = self.ask("tous", "bob", f"EXPLAIN (DISCLOSURE) SELECT sexe, count(*) FROM eleves WHERE ine > '{ine}' "
                         "GROUP BY 1", code=1)
        self.assertIn("pseudonym", error)

    # -- keys --------------------------------------------------------------------------------------
    def test_a_custodian_signs_with_a_key_of_their_own(self):
        centre, folder = self.centre, self.centre.folder
        passphrase = folder / "key-passphrase"
        passphrase.write_text("another passphrase")
        passphrase.chmod(0o600)
        key = folder / "claire"
        made = harness.run([harness.binary("sceau"), "permit", "key", key, "--name", "depp.example/claire",
                            "--key-passphrase-file", passphrase], code=0)
        for file in key.iterdir():
            self.assertNotIn("PRIVATE", file.read_text())
        self.project("signe", "alix", {})
        words = ["--project", "signe", "--store", "seuls", "--policy", "depp", "--until", "2099-12-31"]
        signing = ["--key", key, "--key-passphrase-file", passphrase]
        refused = centre.sceau("permit", "grant", *words, *signing, code=3)
        self.assertIn("sceau permit trust", refused.err)
        centre.sceau("permit", "trust", made.out.strip())
        granted = centre.sceau("permit", "grant", *words, *signing, "--json").json()
        self.assertEqual(self.ask("signe", "alix", "SELECT count(*) > 0 FROM seuls"), ["t"])
        centre.sceau("permit", "revoke", granted["permit"], *signing)
        self.assertIn("revoked", self.ask("signe", "alix", "SELECT 1", code=2))
        # On another machine, by hand.
        draft = folder / "draft"
        draft.write_text(centre.sceau("permit", "draft", *words).out)
        note = folder / "note"
        note.write_text(harness.run([harness.binary("sceau"), "permit", "sign", draft, *signing], code=0).out)
        centre.sceau("permit", "install", note)
        self.assertEqual(self.ask("signe", "alix", "SELECT count(*) > 0 FROM seuls"), ["t"])
        self.assertIn("already", centre.sceau("permit", "install", note, code=2).err)
        draft.write_text("anything else\n")
        harness.run([harness.binary("sceau"), "permit", "sign", draft, *signing], code=2)

    def test_the_log_holds(self):
        self.centre.verify_log()
        text = "".join(file.read_text(errors="replace") for file in pathlib.Path(self.centre.home / "log").rglob("*")
                       if file.is_file())
        self.assertNotIn("academie", text)


if __name__ == "__main__":
    harness.main()
