#!/usr/bin/python3
"""The check of THREATS.md is seen to fail."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("threats_check.py")
THERE = "### A threat\n\nWords.\n\n- Test: `some_test: a sentence in two parts`\n- Test: `e2e: job.test_it`\n"


def check(threats, satre=None):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {
            "CMakeLists.txt": "sceau_test(some_test sceau_some\n",
            "tests/some/some_test.cpp": 'TEST_CASE(\n    "a sentence "\n    "in two parts") {}\n',
            "tests/e2e/job.py": "class Job:\n    def test_it(self):\n        pass\n",
            "enclave/THREATS.md": threats,
            "enclave/SATRE.md": satre,
            "enclave/grammar.cpp": '{"store create", {"FILE"}, {"store"}, "x"}',
            "tests/attack/doors.py": "class Doors:\n    def test_shut(self):\n        pass\n",
        }.items():
            if text is None:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
        return done.returncode, done.stdout


class ThreatsCheck(unittest.TestCase):
    def test_what_exists_passes(self):
        self.assertEqual(check(THERE), (0, "2 tests are named and exist\n"))
        self.assertEqual(check(THERE + "### Out of scope\n\n- Bribes.\n")[0], 0)

    def test_what_does_not_exist_fails(self):
        for wrong in ("some_test: a sentence", "other_test: a sentence in two parts", "e2e: job.test_other"):
            code, said = check(THERE.replace("e2e: job.test_it", wrong))
            self.assertEqual(code, 1)
            self.assertIn(wrong, said)

    def test_a_threat_without_a_test_fails(self):
        for text in (THERE + "### Another\n\nWords.\n", "### Another\n\nWords.\n" + THERE, "### Another\n"):
            code, said = check(text)
            self.assertEqual(code, 1)
            self.assertIn("'Another' names no test", said)

    def test_a_line_of_another_form_fails(self):
        self.assertEqual(check(THERE + "- Test: see below\n")[0], 1)
        self.assertEqual(check("nothing\n")[0], 1)

    def test_a_test_of_an_attack_is_one(self):
        self.assertEqual(check(THERE + "- Test: `attack: doors.test_shut`\n")[0], 0)
        self.assertEqual(check(THERE + "- Test: `attack: job.test_it`\n")[0], 1)

    def test_what_satre_s_table_names_exists(self):
        row = "| 1.2.02 | what is asked | words | PROOF |\n"
        for proof in ("`some_test: a sentence in two parts`", "`sceau store create`, `enclave/THREATS.md`",
                      "`attack: doors.test_shut`", "not served: the centre's own"):
            self.assertEqual(check(THERE, row.replace("PROOF", proof))[0], 0, proof)
        for proof in ("`some_test: another`", "`sceau store burn`", "`sceau burn`", "`enclave/OTHER.md`", "words"):
            code, said = check(THERE, row.replace("PROOF", proof))
            self.assertEqual(code, 1, proof)
            self.assertIn("1.2.02", said)


if __name__ == "__main__":
    unittest.main()
