"""The Debian package on a machine of its own: this system's files under an overlay, booted by systemd-nspawn without a
network. The package is installed, the service runs under systemd as the unit says, a real centre is made, people work in
it, it is unlocked by a credential, and the package is removed. The machine is gone afterwards."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402

BUILD = pathlib.Path(harness.binary("sceau")).parent
PASSPHRASE = "/var/lib/sceau/.passphrase"
KEY = f"--key /var/lib/sceau/claire --key-passphrase-file {PASSPHRASE}"
CODEBOOK = "/usr/share/sceau/policies/codebooks/eleves.toml"
TABLE = "SELECT secteur, count(*) FROM eleves GROUP BY secteur"
ASKS = f"psql -X -At -c '{TABLE}'"

# What is done on the machine, in this order: a name, who does it, and the command.
STEPS = [
    ("install", "root", "dpkg -i /root/sceau.deb"),
    ("folders", "root", "stat -c '%n %U %a' /var/lib/sceau /etc/sceau /run/sceau /var/backups/sceau"),
    ("passphrase", "sceau", f"umask 077; head -c 18 /dev/urandom | base64 > {PASSPHRASE}"),
    ("init", "sceau", f"sceau init --origin example.org/machine --passphrase-file {PASSPHRASE}"),
    ("start", "root", "systemctl enable --now sceau"),
    ("doctor", "sceau", "sceau doctor"),
    ("root_unlocks", "root", f"sceau unlock --passphrase-file {PASSPHRASE}"),
    ("locked", "sceau", "sceau store list"),
    ("unlock", "sceau", f"sceau unlock --passphrase-file {PASSPHRASE}"),
    ("users", "root", "useradd -m alix; useradd -m rene"),
    ("store", "sceau", f"sceau store create eleves@2024 --codebook {CODEBOOK} --from /tmp/eleves.csv"),
    ("reviewer", "sceau", "sceau role grant --user rene --role reviewer"),
    ("project", "sceau", "sceau project create p --title T --purpose P --until 2999-01-01 --member alix"),
    ("key", "sceau", f"sceau permit key /var/lib/sceau/claire --name example.org/claire"
                     f" --key-passphrase-file {PASSPHRASE} > /tmp/key.txt"),
    ("trust", "sceau", "sceau permit trust \"$(grep -o 'example.org/claire+[^ ]*' /tmp/key.txt | head -1)\""),
    ("permit", "sceau", f"sceau permit grant --project p --store eleves --policy depp --until 2999-01-01 {KEY}"),
    ("outside", "alix", f"psql -X -h /run/sceau -U alix -d p -At -c '{TABLE}'"),
    ("other", "rene", f"sceau session p -- {ASKS}"),
    ("workspace", "alix", f"sceau session p -- {ASKS}"),
    ("walls", "alix", "sceau session p -- sh -c 'ls /var/lib/sceau /etc/sceau; ls -d /proc/[0-9]* | wc -l; ls /sys/class/net'"),
    ("copy", "alix", f"sceau session p -- psql -X -c \"COPY ({TABLE}) TO 't.csv' WITH (title 'Sectors')\""),
    ("status", "sceau", "sceau status"),
    ("backup", "sceau", "sceau backup /var/backups/sceau/first"),
    ("limits", "root", "grep -E 'core file|locked memory' /proc/$(systemctl show -P MainPID sceau)/limits;"
                       " grep -E 'CapEff|NoNewPrivs' /proc/$(systemctl show -P MainPID sceau)/status"),
    ("credential", "root", "mkdir -p /etc/systemd/system/sceau.service.d; printf '[Service]\\nLoadCredential=passphrase:%s\\n' "
                           f"{PASSPHRASE} > /etc/systemd/system/sceau.service.d/unlock.conf; systemctl daemon-reload;"
                           " systemctl restart sceau; sleep 2"),
    ("unlocked", "alix", f"sceau session p -- {ASKS}"),
    ("killed", "root", "kill -KILL $(systemctl show -P MainPID sceau); sleep 8; systemctl is-active sceau"),
    ("again", "alix", f"sceau session p -- {ASKS}"),
    ("verify", "sceau", "sceau-audit verify /var/lib/sceau/log --trust /etc/sceau/log.trust"),
    ("own_users", "root", "printf '[Service]\\nCapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL\\n"
                          "AmbientCapabilities=CAP_SETUID CAP_SETGID CAP_KILL\\n' > /etc/systemd/system/sceau.service.d/users.conf;"
                          " systemctl daemon-reload; systemctl restart sceau; sleep 2;"
                          f" (echo '{TABLE};'; sleep 6) | runuser -u alix -- sceau session p -- psql -X > /dev/null &"
                          " sleep 4; for p in $(pgrep -u sceau) $(pgrep -x psql); do echo \"$(cat /proc/$p/comm)"
                          " $(awk '/^Uid/ {print $2}' /proc/$p/status) $(awk '/^CapEff/ {print $2}' /proc/$p/status)\";"
                          " done; wait"),
    ("wrong", "root", f"cp {PASSPHRASE} /root/right; echo wrong > {PASSPHRASE}; systemctl restart sceau; sleep 8;"
                      f" systemctl show -P ActiveState -P NRestarts sceau; cp /root/right {PASSPHRASE}; systemctl restart sceau"),
    ("journal", "root", "journalctl -u sceau --no-pager -o cat"),
    ("remove", "root", "dpkg -r sceau"),
    ("kept", "root", "systemctl is-active sceau; ls /var/lib/sceau/registry.db /etc/sceau/centre.toml; ls /usr/bin/sceau"),
]

# The machine's one job. (The kernel's limits hold for what systemd starts, so steps run in a unit of it.)
UNIT = """
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /root/steps
ExecStopPost=/bin/systemctl poweroff
TimeoutStartSec=300
[Install]
WantedBy=multi-user.target
"""


def steps():
    lines = ["export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8", "mkdir /root/out", "cd /tmp"]
    for name, who, command in STEPS:
        quoted = command.replace("'", "'\\''")
        lines.append(f"runuser -u {who} -- sh -c '{quoted}' > /root/out/{name} 2>&1 < /dev/null;"
                     f" echo $? > /root/out/{name}.code")
    return "\n".join(lines) + "\n"


class Overlay:
    """This system's files, with all that is written kept apart."""

    def __init__(self, folder):
        self.root = folder / "root"
        self.above = folder / "above"
        self.root.mkdir()
        self.above.mkdir()

    def mount(self):
        # On memory: an overlay can't lie above another one.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", self.above], check=True, capture_output=True)
        for name in ("upper", "work"):
            (self.above / name).mkdir()
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                        f"lowerdir=/,upperdir={self.above}/upper,workdir={self.above}/work", self.root],
                       check=True, capture_output=True)

    def close(self):
        for place in (self.root, self.above):
            subprocess.run(["umount", place], check=False, capture_output=True)


def why_not():
    if os.geteuid() != 0:
        return "skipped: only root can boot a machine"
    missing = [p for p in ("systemd-nspawn", "cpack", "dpkg-deb", "psql", "bwrap") if not shutil.which(p)]
    if missing:
        return f"skipped: not installed: {', '.join(missing)}"
    if harness.is_sanitized():
        return "skipped: the sanitizer's build is no package"
    return None


@unittest.skipIf(why_not(), why_not())
class Machine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="sceau-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        overlay = Overlay(cls.folder)
        cls.addClassCleanup(overlay.close)
        try:
            overlay.mount()
        except subprocess.CalledProcessError as error:
            raise unittest.SkipTest(f"skipped: no overlay can be mounted here: {error.stderr!r}") from error
        harness.run(["cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder / "out"], code=0,
                    timeout=500, cwd=BUILD)
        (package,) = (cls.folder / "out").glob("sceau_*.deb")
        root = overlay.root
        shutil.copy(package, root / "root" / "sceau.deb")
        harness.run([harness.SOURCE / "scripts" / "generate", "--rows", "3000", "--out", root / "root" / "eleves.csv"],
                    code=0)
        (root / "root" / "steps").write_text("cp /root/eleves.csv /tmp/\n" + steps())
        wanted = root / "etc" / "systemd" / "system" / "multi-user.target.wants"
        wanted.mkdir(parents=True, exist_ok=True)
        (wanted / "steps.service").symlink_to("../steps.service")
        (wanted.parent / "steps.service").write_text(UNIT)
        # Its own list of calls lets nobody lock memory; the unit under test does.
        try:
            booted = harness.run(["systemd-nspawn", "-D", root, "--boot", "--register=no", "--keep-unit",
                                  "--private-network", "--system-call-filter=@memlock", "-M",
                                  f"sceau-test-{os.getpid()}"], timeout=400)
        except subprocess.TimeoutExpired as error:
            booted = error
        out = root / "root" / "out"
        if not out.is_dir():
            raise unittest.SkipTest(f"skipped: no machine can be booted here: {booted!r}")
        cls.did = {name: ((out / name).read_text(), (out / f"{name}.code").read_text().strip())
                   for name, _, _ in STEPS if (out / f"{name}.code").exists()}

    def done(self, name, code=0):
        self.assertIn(name, self.did, f"the machine didn't come so far; it did {list(self.did)}")
        said, was = self.did[name]
        self.assertEqual(was, str(code), f"{name}: {said}")
        return said

    def test_1_the_package_installs_and_makes_its_user_and_folders(self):
        self.done("install")
        self.assertEqual(self.done("folders").split("\n")[:4],
                         ["/var/lib/sceau sceau 700", "/etc/sceau sceau 700", "/run/sceau sceau 755",
                          "/var/backups/sceau sceau 700"])

    def test_2_the_service_starts_locked_and_the_doctor_finds_walls_and_workspaces(self):
        self.done("init")
        self.done("start")
        said = self.did["doctor"][0]
        for line in ("ok    locked memory", "ok    core files: off", "ok    seccomp", "ok    workspaces: begin and end",
                     "ok    registry", "ok    key: /etc/sceau/keys/centre.key, mode 0600"):
            self.assertIn(line, said)
        self.done("root_unlocks", code=3)
        self.assertIn("locked", self.did["locked"][0])
        self.assertIn("unlocked", self.done("unlock"))

    def test_3_a_real_centre_takes_data_and_a_permit_signed_with_a_custodians_key(self):
        for name in ("users", "store", "reviewer", "project", "key", "trust", "permit"):
            self.done(name)

    def test_4_researchers_work_in_a_workspace_and_nowhere_else(self):
        rows = self.done("workspace")
        self.assertEqual(sorted(line.split("|")[0] for line in rows.splitlines()), ["PRIVE", "PUBLIC"])
        self.assertIn("run inside a workspace", self.done("outside", code=2))
        self.assertIn("no project", self.done("other", code=3))
        walls = self.did["walls"][0]
        self.assertIn("cannot access '/var/lib/sceau'", walls)
        self.assertIn("cannot access '/etc/sceau'", walls)
        self.assertNotIn("registry.db", walls)

    def test_5_what_is_asked_for_waits_for_a_witness_and_is_in_the_log(self):
        self.assertIn("it leaves as soon as the log's witnesses have signed", self.done("copy"))
        self.assertIn("requests", self.done("status"))
        self.done("backup")
        self.assertIn("valid", self.done("verify"))

    def test_6_the_process_has_no_rights_and_no_core(self):
        said = self.done("limits").split()
        self.assertEqual(said[said.index("CapEff:") + 1], "0" * 16)
        self.assertEqual(said[said.index("NoNewPrivs:") + 1], "1")
        self.assertIn("Max core file size 0", " ".join(said))

    def test_7_a_credential_unlocks_it_also_after_a_kill(self):
        self.done("credential")
        rows = self.done("workspace")
        self.assertEqual(self.done("unlocked"), rows)
        self.assertIn("active", self.done("killed"))
        self.assertEqual(self.done("again"), rows)

    def test_8_a_wrong_credential_ends_the_start_and_is_not_tried_again(self):
        self.assertEqual(sorted(self.done("wrong").split()), ["0", "failed"])

    def test_8b_with_three_rights_each_workspace_has_a_user_and_no_other_process_has_a_right(self):
        lines = [line.split() for line in self.done("own_users").splitlines()]
        rights = sorted(right for comm, _, right in lines if comm != "psql")
        self.assertEqual(rights, ["0" * 16, "0" * 14 + "e0"])  # a worker, and the broker
        inside = [(uid, right) for comm, uid, right in lines if comm == "psql"]
        self.assertEqual(inside, [("1900000000", "0" * 16)])

    def test_9_the_journal_holds_no_row_and_no_error(self):
        said = self.done("journal")
        self.assertNotIn("PRIVE", said)
        self.assertNotIn("mlock", said)
        self.assertNotIn("ERROR", said)

    def test_x_removal_ends_the_service_and_keeps_the_centre(self):
        self.done("remove")
        said = self.did["kept"][0]
        self.assertIn("inactive", said)
        self.assertIn("/var/lib/sceau/registry.db", said)
        self.assertIn("/etc/sceau/centre.toml", said)
        self.assertIn("cannot access '/usr/bin/sceau'", said)


if __name__ == "__main__":
    harness.main()
