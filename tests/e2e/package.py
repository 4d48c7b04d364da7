"""An installation, and the Debian package of it: what lies where, what it depends on, that its programs run, and how
tightly systemd would hold the service."""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402

UNITS = harness.SOURCE / "enclave" / "systemd"
BUILD = pathlib.Path(harness.binary("sceau")).parent


def needs(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    return unittest.skipIf(missing, f"skipped: not installed: {', '.join(missing)}")


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sceau-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def check_tree(self, root):
        for name in ("bin/sceau", "bin/sceau-audit", "lib/sceau/serve"):
            self.assertTrue(os.access(root / name, os.X_OK), name)
        for name in ("share/sceau/policies/depp.toml", "share/sceau/policies/codebooks/eleves.toml",
                     "lib/systemd/system/sceau.service", "lib/sysusers.d/sceau.conf", "lib/tmpfiles.d/sceau.conf",
                     "share/doc/sceau/LICENSE", "share/doc/sceau/README.md", "share/doc/sceau/audit/FORMAT.md"):
            self.assertTrue((root / name).is_file(), name)
        # What runs from there is the whole: a centre is made, and its log verifies.
        home = self.folder / "home"
        passphrase = self.folder / "passphrase"
        passphrase.write_text(harness.PASSPHRASE)
        passphrase.chmod(0o600)
        program = root / "bin" / "sceau"
        self.assertIn("sceau ", harness.run([program, "--version"], code=0).out)
        harness.run([program, "--home", home, "init", "--trial", "--origin", "trial/package", "--passphrase-file",
                     passphrase], code=0)
        harness.run([root / "bin" / "sceau-audit", "verify", home / "log", "--trust", home / "log.trust"], code=0)
        harness.run([program, "policy", "check", root / "share/sceau/policies/depp.toml"], code=0)

    @needs("cmake")
    def test_an_installation_has_what_it_needs_and_runs(self):
        harness.run(["cmake", "--install", BUILD, "--prefix", self.folder / "usr"], code=0, timeout=300)
        self.check_tree(self.folder / "usr")

    @needs("cpack", "dpkg-deb", "dpkg-shlibdeps")
    def test_the_debian_package_depends_on_what_it_uses_and_runs(self):
        harness.run(["cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", self.folder / "out"],
                    code=0, timeout=500, cwd=BUILD)
        (package,) = (self.folder / "out").glob("sceau_*.deb")
        fields = harness.run(["dpkg-deb", "--field", package], code=0).out
        depends = re.search(r"^Depends: (.*)$", fields, re.M).group(1)
        for one in ("libsqlcipher1 (>= 4.6", "bubblewrap", "libssl3", "libseccomp2", "libc6"):
            self.assertIn(one, depends)
        scripts = self.folder / "control"
        harness.run(["dpkg-deb", "--control", package, scripts], code=0)
        for name in ("postinst", "prerm"):
            self.assertEqual((scripts / name).stat().st_mode & 0o777, 0o755, name)
            harness.run(["sh", "-n", scripts / name], code=0)
        listed = harness.run(["dpkg-deb", "--contents", package], code=0).out
        self.assertEqual([line for line in listed.splitlines() if " root/root " not in line], [])
        self.assertNotIn("/usr/local", listed)
        harness.run(["dpkg-deb", "--extract", package, self.folder / "unpacked"], code=0)
        self.check_tree(self.folder / "unpacked" / "usr")

    @needs("systemd-analyze")
    def test_the_service_is_held_tightly(self):
        ran = harness.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNITS / "sceau.service"])
        exposure = float(re.search(r"Overall exposure level for sceau.service: ([0-9.]+)", ran.out).group(1))
        self.assertLessEqual(exposure, 2.2, ran.out)

    @needs("systemd-analyze")
    def test_the_unit_says_nothing_that_systemd_does_not_know(self):
        ran = harness.run(["systemd-analyze", "verify", UNITS / "sceau.service"])
        left = [line for line in (ran.out + ran.err).splitlines()
                if "sceau.service" in line and "not executable" not in line]
        self.assertEqual(left, [])

    def test_the_service_keeps_open_what_a_workspace_needs(self):
        text = (UNITS / "sceau.service").read_text()
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "LimitCORE=0", "MemorySwapMax=0", "User=sceau",
                     "PrivateNetwork=yes", "CapabilityBoundingSet="):
            self.assertIn(line + "\n", text)
        for never in ("RestrictNamespaces=yes", "ProtectKernelTunables=yes", "PrivateUsers=yes"):
            self.assertNotIn(never, text)

    def test_what_the_service_starts_is_a_script_that_the_shell_takes(self):
        harness.run(["sh", "-n", UNITS / "serve"], code=0)  # machine.py runs it


if __name__ == "__main__":
    harness.main()
