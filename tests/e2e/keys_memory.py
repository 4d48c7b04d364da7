"""Where keys are, and where they are not: the memory of the processes that remain, files, cores, temporary folders.

What is to be expected while something is open (design: finding 6): the broker holds the centre key, the registry's, the
log's and the texts' key; a session's worker those of its stores. Everything else is found nowhere, raw or as hex.
"""

import json
import os
import pathlib
import re
import resource
import subprocess
import time
import unittest

import harness
from session_world import ServedCentre

OPEN = {"registry", "log"}  # besides centre-N and texts-N: what a broker needs while it is unlocked


class Memory(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("skipped: reading another process's memory needs root")
        if harness.is_sanitized():
            self.skipTest("skipped: the address sanitizer keeps what was freed")
        self.centre = ServedCentre()
        self.addCleanup(self.centre.__exit__)
        self.search = subprocess.Popen([harness.binary("key_search"), self.centre.home / "keys",
                                        self.centre.passphrase_file],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.search.wait)
        self.addCleanup(self.search.stdout.close)
        self.addCleanup(self.search.stdin.close)
        self.ask("load")

    def ask(self, words):
        self.search.stdin.write(words + "\n")
        self.search.stdin.flush()
        found = json.loads(self.search.stdout.readline())
        if "error" in found:
            if "can't be read" in found["error"]:
                self.skipTest("skipped: " + found["error"])
            self.fail(found["error"])
        return found

    def in_broker(self):
        return self.ask(f"process {self.centre.server.pid}")

    def sessions_end(self, timeout=20):
        end = time.monotonic() + timeout
        while self.centre.sceau("status", "--json").json()["sessions"] > 0 or self.centre.processes("--worker"):
            self.assertLess(time.monotonic(), end, "a session never closed")
            time.sleep(0.1)

    def nowhere_in_files(self):
        """Nor are there cores or SQLite's temporary files; other tests come and go beside this one."""
        self.assertEqual(self.ask(f"folder {self.centre.home}"), {})
        left = []
        for folder in ("/tmp", "/var/tmp", "/dev/shm", os.getcwd(), str(self.centre.home)):
            for name in os.listdir(folder):
                if re.match(r"core(\.\d+)?$|etilqs_|sqlite_", name):
                    left.append(os.path.join(folder, name))
        self.assertEqual(left, [])

    def unexpected(self, found):
        return {name: forms for name, forms in found.items()
                if name not in OPEN and not name.startswith(("centre-", "texts-"))}

    def test_1_a_session_s_keys_are_in_its_worker_and_gone_with_it(self):
        with self.centre.connect("alix", "orientation") as connection:
            connection.execute("SELECT count(*), avg(note) FROM lycees").fetchall()
            worker = self.centre.processes("--worker")[0]
            found = self.ask(f"process {worker}")
            stores = [name for name in found if name.startswith("store-")]
            self.assertEqual(len(stores), 1, found)  # so the search can find
            # and the form of its project's pseudonyms, which is no key of anything sealed
            self.assertEqual([name for name in found if not name.startswith(("store-", "project-"))], [])
        self.sessions_end()
        found = self.in_broker()
        self.assertIn("registry", found)
        self.assertEqual(self.unexpected(found), {})
        self.nowhere_in_files()

    def test_2_the_centre_key_is_there_once_and_raw(self):
        found = self.in_broker()
        centre = found["centre-1"]
        self.assertEqual(set(centre), {"raw"}, found)
        self.assertLessEqual(centre["raw"], 1, found)
        self.assertNotIn("passphrase", found)
        limits = pathlib.Path(f"/proc/{self.centre.server.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0")
        locked = [line for line in pathlib.Path(f"/proc/{self.centre.server.pid}/status").read_text().splitlines()
                  if line.startswith("VmLck")][0]
        if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] > 1 << 20:
            self.assertGreater(int(locked.split()[1]), 0)

    def test_3_after_a_rotation_the_old_centre_key_is_nowhere(self):
        self.centre.sceau("key", "rotate", "--passphrase-file", self.centre.passphrase_file)
        self.ask("load")
        found = self.in_broker()
        self.assertNotIn("centre-1", found)
        self.assertIn("centre-2", found)
        self.assertEqual(self.unexpected(found), {})
        self.nowhere_in_files()

    def test_4_after_rekeying_and_erasing_the_store_s_keys_are_nowhere(self):
        store = self.centre.sceau("store", "list", "--json").json()["stores"][0]["store"]
        self.centre.sceau("store", "rekey", store)
        self.ask("load")
        self.assertEqual(self.unexpected(self.in_broker()), {})
        self.centre.sceau("store", "erase", store, "--reason", "retention")
        self.assertEqual(self.unexpected(self.in_broker()), {})
        self.nowhere_in_files()

    def test_5_after_the_stop_no_process_and_no_file_has_any(self):
        self.centre.stop()
        self.nowhere_in_files()


if __name__ == "__main__":
    harness.main()
