#!/usr/bin/python3
"""The include check is seen to fail: each bad sample below must be reported, each good one not."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("include_check.py")


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, CHECK, root], capture_output=True, text=True)
        return done.returncode, done.stdout


class IncludeCheck(unittest.TestCase):
    def good(self, name, text):
        code, out = check({name: text})
        self.assertEqual(code, 0, out)

    def bad(self, name, text, said):
        code, out = check({name: text})
        self.assertEqual(code, 1, out)
        self.assertIn(said, out)

    def test_downward_includes_pass(self):
        self.good("audit/log.cpp", '#include "audit/log.h"\n#include <openssl/evp.h>\n')
        self.good("policies/a.cpp", '#include "policies/a.h"\n#include <toml++/toml.h>\n')
        self.good("disclosure/a.cpp", '#include "policies/policy.h"\n#include <vector>\n')
        self.good("enclave/sql/a.cpp", '#include "audit/log.h"\n#include "enclave/store/store.h"\n'
                  '#include "disclosure/verdict.h"\n#include <pg_query.h>\n')

    def test_upward_includes_fail(self):
        self.bad("audit/a.h", '#include "policies/policy.h"\n', "audit/a.h:1: includes policies")
        self.bad("policies/a.h", '\n#include "audit/log.h"\n', "policies/a.h:2: includes audit")
        self.bad("policies/a.h", '#include "disclosure/verdict.h"\n', "must not know disclosure")
        self.bad("disclosure/a.cpp", '#include "audit/log.h"\n', "must not know audit")
        self.bad("disclosure/a.cpp", '#include "enclave/store/store.h"\n', "must not know enclave")

    def test_other_spellings_are_no_way_round(self):
        self.bad("disclosure/a.cpp", "#include <enclave/store/store.h>\n", "must not know enclave")
        self.bad("disclosure/a.cpp", '  #  include  "enclave/a.h"\n', "must not know enclave")
        self.bad("disclosure/a.cpp", '#include \\\n  "enclave/a.h"\n', "must not know enclave")
        self.bad("disclosure/a.cpp", '#include "../enclave/a.h"\n', "from the root")
        self.bad("disclosure/deep/a.cpp", '#include "a.h"\n', "from the root")
        self.bad("audit/a.cpp", "#include HEADER\n", "can't be read")

    def test_disclosure_knows_no_database_no_keys_no_files(self):
        for name in ("sqlite3.h", "sqlcipher/sqlite3.h", "pg_query.h", "openssl/evp.h", "fstream",
                     "filesystem", "sys/socket.h", "unistd.h", "chrono", "random"):
            self.bad("disclosure/a.cpp", f"#include <{name}>\n", f"includes <{name}>")
        self.bad("audit/a.cpp", "#include <sqlcipher/sqlite3.h>\n", "includes <sqlcipher")
        self.bad("policies/a.cpp", "#include <pg_query.h>\n", "includes <pg_query.h>")

    def test_files_have_at_most_600_lines(self):
        self.good("audit/a.cpp", "\n" * 600)
        self.bad("audit/a.cpp", "\n" * 601, "audit/a.cpp: 601 lines")
        code, out = check({"audit/a.h": "", "tests/a_test.cpp": "\n" * 601})
        self.assertEqual(code, 1, out)

    def test_an_empty_tree_is_no_success(self):
        code, out = check({"README.md": "nothing here"})
        self.assertEqual(code, 1, out)


if __name__ == "__main__":
    unittest.main()
