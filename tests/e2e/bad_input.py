"""Bad input: each fault has a message that a newcomer can act on; nothing is lost, nothing shown."""

import gzip
import signal
import sqlite3
import subprocess
import time
import unittest

import harness

CODEBOOK = """format = 1
[dataset]
name = "notes"
[variables.region]
type = "category"
role = "classification"
[variables.departement]
type = "category"
role = "classification"
parent = "region"
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
min = 0
max = 20
"""
GOOD = "region;departement;note\nR1;D1;12.50\nR1;D2;7.00\nR2;D3;19.25\n"
# A value that stands in each bad file and must never be printed.
CANARY = "canary731"


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = harness.TrialCentre()
        cls.folder = cls.centre.folder / "in"
        cls.folder.mkdir()
        cls.codebook = cls.folder / "notes.toml"
        cls.codebook.write_text(CODEBOOK)

    @classmethod
    def tearDownClass(cls):
        cls.centre.verify_log()
        cls.centre.stop()
        cls.centre.__exit__()

    def seal(self, content, *extra, name="notes@2024", file="notes.csv", code=2):
        path = self.folder / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        before = sorted(p.name for p in (self.centre.home / "stores").iterdir())
        ran = self.centre.seal(name, self.codebook, [path], *extra, code=code)
        if code:
            after = sorted(p.name for p in (self.centre.home / "stores").iterdir())
            self.assertEqual(before, after, "a refused import leaves nothing behind")
            self.assertIn("sceau: error:", ran.err)
            self.assertNotIn(CANARY, ran.out + ran.err)
        return ran

    def refuses(self, content, *words, **options):
        ran = self.seal(content, **options)
        for word in words:
            self.assertIn(word, ran.err)
        return ran

    def test_a_ragged_line(self):
        self.refuses(GOOD + f"R2;D3;1.00;{CANARY}\n", "notes.csv", "5")

    def test_a_bad_decimal(self):
        self.refuses(GOOD + f"R2;D3;{CANARY}\n", "notes.csv", "5", "note")

    def test_a_value_out_of_range(self):
        ran = self.refuses(GOOD + "R2;D3;20.01\n", "notes.csv", "5", "note")
        self.assertNotIn("20.01", ran.err)

    def test_a_code_with_two_parents(self):
        self.refuses(GOOD + "R2;D1;3.00\n", "notes.csv", "5", "departement")

    def test_a_duplicate_header(self):
        self.refuses("region;departement;note;note\nR1;D1;1;2\n", "notes.csv", "note")

    def test_no_header(self):
        self.refuses("R1;D1;12.50\nR1;D2;7.00\n", "notes.csv", "region")

    def test_an_empty_file(self):
        self.refuses("", "notes.csv", "empty")

    def test_only_a_header(self):
        self.refuses("region;departement;note\n", "header")

    def test_a_file_cut_mid_line(self):
        self.refuses(GOOD + "R2;D", "notes.csv", "5")

    def test_a_file_cut_inside_quotes(self):
        self.refuses(GOOD + f'R2;"D3;1.00\n{CANARY}', "notes.csv")

    def test_a_cut_gzip(self):
        self.refuses(gzip.compress(GOOD.encode() * 200)[:-20], "notes.csv.gz", file="notes.csv.gz")

    def test_invalid_utf8(self):
        self.refuses(GOOD.encode() + b"R\xe9;D9;1.00\n", "notes.csv", "5", "region")

    def test_a_nul_byte(self):
        self.refuses(GOOD.encode() + b"R\x00;D9;1.00\n", "notes.csv", "5")

    def test_the_reserved_total(self):
        self.refuses(GOOD + "Total;D9;1.00\n", "notes.csv", "5", "region")

    def test_skip_seals_the_rejects_and_counts_them(self):
        self.seal(GOOD + f"R2;D3;{CANARY}\nR2;D3;4.00\n", "--on-error", "skip", name="notes@2030", code=0)
        shown = self.centre.sceau("store", "show", "notes@2030", "--json").json()["stores"][0]
        self.assertEqual((shown["rows"], shown["rejected"]), (4, 1))
        data = (self.centre.home / "stores" / "notes@2030.store").read_bytes()
        self.assertNotIn(CANARY.encode(), data)

    def test_dry_run_lists_every_class_of_fault_and_seals_nothing(self):
        path = self.folder / "dry.csv"
        path.write_text(GOOD + f"R2;D3;{CANARY}\nR2;D3;{CANARY}\nR2\n")
        before = sorted((self.centre.home / "stores").iterdir())
        ran = self.centre.seal("notes@2031", self.codebook, [path], "--dry-run", "--json", code=1)
        faults = {f["rule"]: f["count"] for f in ran.json()["faults"]}
        self.assertEqual(sum(faults.values()), 3)
        self.assertEqual(len(faults), 2)
        self.assertNotIn(CANARY, ran.out + ran.err)
        self.assertEqual(before, sorted((self.centre.home / "stores").iterdir()))

    def test_a_store_is_never_overwritten(self):
        self.seal(GOOD, name="notes@2032", code=0)
        self.seal(GOOD, name="notes@2032", code=2)

    # -- codebooks and policies -----------------------------------------------------------------
    def refuses_codebook(self, text, *words):
        path = self.folder / "bad.toml"
        path.write_text(text)
        data = self.folder / "notes.csv"
        data.write_text(GOOD)
        ran = self.centre.seal("notes@2040", path, [data], code=2)
        for word in words:
            self.assertIn(word, ran.err)

    def test_codebook_with_an_unknown_key(self):
        self.refuses_codebook(CODEBOOK.replace("decimals", "decimales"), "bad.toml:14", "decimales")

    def test_codebook_with_a_wrong_type(self):
        self.refuses_codebook(CODEBOOK.replace('"decimal"', "3"), "bad.toml:12", "type")

    def test_codebook_with_an_unknown_parent(self):
        self.refuses_codebook(CODEBOOK.replace('parent = "region"', 'parent = "academie"'), "academie")

    def test_codebook_of_another_format(self):
        self.refuses_codebook(CODEBOOK.replace("format = 1", "format = 2"), "format")

    def test_policy_with_a_missing_rule(self):
        text = (harness.SOURCE / "policies" / "depp.toml").read_text()
        start = text.index("[extremes]")
        end = text.find("\n[", start)
        path = self.folder / "short.toml"
        path.write_text(text[:start] + (text[end:] if end > 0 else ""))
        ran = self.centre.sceau("policy", "check", path, code=2)
        self.assertIn("extremes", ran.err)

    def test_policy_with_an_unknown_key(self):
        path = self.folder / "unknown.toml"
        path.write_text((harness.SOURCE / "policies" / "depp.toml").read_text() + "\n[treshold]\nminimum = 3\n")
        ran = self.centre.sceau("policy", "check", path, code=2)
        self.assertIn("treshold", ran.err)

    def test_policy_with_a_wrong_type(self):
        path = self.folder / "wrong.toml"
        path.write_text((harness.SOURCE / "policies" / "depp.toml").read_text().replace("minimum = 3 ", 'minimum = "3" '))
        ran = self.centre.sceau("policy", "check", path, code=2)
        self.assertIn("wrong.toml", ran.err)
        self.assertIn("contributors.minimum", ran.err)

    # -- stores ---------------------------------------------------------------------------------
    def test_an_unknown_store(self):
        ran = self.centre.sceau("store", "show", "nothing@2024", code=2)
        self.assertIn("nothing@2024", ran.err)

    def test_wrong_passphrase(self):
        wrong = self.folder / "wrong"
        wrong.write_text("not this one")
        wrong.chmod(0o600)
        ran = harness.run([harness.binary("sceau"), "--home", self.centre.home, "store", "list",
                           "--passphrase-file", wrong], code=4)
        self.assertIn("passphrase", ran.err)
        self.assertNotIn("not this one", ran.err)

    def test_a_changed_byte_in_a_store(self):
        self.seal(GOOD, name="notes@2033", code=0)
        path = self.centre.home / "stores" / "notes@2033.store"
        good = path.read_bytes()
        path.chmod(0o600)
        damaged = bytearray(good)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        self.centre.sceau("store", "verify", "notes@2033", code=4)
        path.write_bytes(good)
        self.centre.sceau("store", "verify", "notes@2033", code=0)

    def test_a_plain_database_in_the_place_of_a_store(self):
        self.seal(GOOD, name="notes@2034", code=0)
        path = self.centre.home / "stores" / "notes@2034.store"
        good = path.read_bytes()
        path.unlink()
        with sqlite3.connect(path) as plain:
            plain.execute("CREATE TABLE notes (note)")
        plain.close()
        ran = self.centre.sceau("store", "show", "notes@2034", code=4)
        self.assertIn("notes@2034", ran.err)
        self.assertIn("hint", ran.err)
        path.write_bytes(good)
        self.centre.sceau("store", "show", "notes@2034", code=0)

    def test_no_keyring(self):
        keys = self.centre.home / "keys"
        elsewhere = self.centre.folder / "keys on another medium"
        keys.rename(elsewhere)
        try:
            ran = self.centre.sceau("store", "list", code=2)
        finally:
            elsewhere.rename(keys)
        self.assertIn("no keyring", ran.err)
        self.assertIn(str(keys), ran.err)
        self.assertFalse(any(keys.glob("*.part")))

    # -- permits --------------------------------------------------------------------------------
    def test_a_permit_for_a_store_that_is_not_there_or_for_a_day_that_is_over(self):
        self.centre.sceau("project", "create", "early", "--title", "t", "--purpose", "p", "--until", "2099-12-31",
                          "--member", "alix")
        words = ("permit", "grant", "--project", "early", "--policy", "depp")
        ran = self.centre.sceau(*words, "--store", "nothing", "--until", "2099-12-31", code=2)
        self.assertIn("nothing", ran.err)
        self.seal(GOOD, name="notes@2035", code=0)
        ran = self.centre.sceau(*words, "--store", "notes", "--until", "2020-01-01", code=2)
        self.assertIn("2020-01-01", ran.err)

    # -- full disks and kills -------------------------------------------------------------------
    def large(self):
        lines = (f"R{i % 7};D{i % 7 * 1000 + i % 900};{i * 7919 % 2000 / 100:.2f}\n" for i in range(400_000))
        return "region;departement;note\n" + "".join(lines)

    def test_a_full_disk_during_import(self):
        mount = self.centre.home / "stores"
        size = sum(p.stat().st_size for p in mount.iterdir())
        kept = self.centre.folder / "kept"
        kept.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size + 1_300_000}", "none", kept],
                          capture_output=True).returncode != 0:
            self.skipTest("no right to mount a small file system")
        try:
            for path in mount.iterdir():
                subprocess.run(["cp", "-p", path, kept], check=True)
            subprocess.run(["mount", "--bind", kept, mount], check=True)
            self.refuses(self.large(), "room", name="notes@2050", file="large.csv")
        finally:
            subprocess.run(["umount", mount], capture_output=True)
            subprocess.run(["umount", kept], capture_output=True)

    def test_a_file_at_its_size_limit_during_import(self):
        path = self.folder / "large.csv"
        path.write_text(self.large())
        before = sorted((self.centre.home / "stores").iterdir())
        arguments = [harness.binary("sceau"), "--home", self.centre.home, "store", "create", "notes@2051",
                     "--codebook", self.codebook, "--from", path, "--passphrase-file", self.centre.passphrase_file]
        ran = harness.run(["bash", "-c", 'ulimit -f 600; exec "$@"', "bash", *arguments], code=2)
        self.assertIn("room", ran.err)
        self.assertIn("notes@2051", ran.err)
        self.assertEqual(before, sorted((self.centre.home / "stores").iterdir()))
        harness.run(arguments, code=0)

    def test_a_killed_import_leaves_no_store_and_does_not_stand_in_the_way(self):
        path = self.folder / "killed.csv"
        path.write_text(self.large())
        arguments = [harness.binary("sceau"), "--home", str(self.centre.home), "store", "create", "notes@2052",
                     "--codebook", str(self.codebook), "--from", str(path),
                     "--passphrase-file", str(self.centre.passphrase_file)]
        part = self.centre.home / "stores" / "notes@2052.store.part"
        importing = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not part.exists() and importing.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        importing.kill()
        self.assertEqual(importing.wait(), -signal.SIGKILL, "the import was over before it could be killed")
        self.assertNotIn("notes@2052", self.centre.sceau("store", "list").out)
        self.assertEqual(list(part.parent.glob("notes@2052*")), [])
        harness.run(arguments, code=0)
        self.centre.sceau("store", "verify", "notes@2052")


if __name__ == "__main__":
    harness.main()
