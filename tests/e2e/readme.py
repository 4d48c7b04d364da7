"""README's transcript does what it shows: each `$` line is run, its output compared."""

import os
import pathlib
import re
import shutil
import tempfile
import unittest

import harness


def transcript():
    text = (harness.SOURCE / "README.md").read_text()
    block = re.search(r"```console\n(.*?)```", text, re.S).group(1)
    steps = []
    for line in block.replace("\\\n", "").splitlines():  # a command may go on behind a backslash
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


class Readme(unittest.TestCase):
    def test_the_transcript_is_what_happens(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sceau-readme-"))
        self.addCleanup(shutil.rmtree, folder)
        for name in ("scripts", "policies"):
            (folder / name).symlink_to(harness.SOURCE / name)
        path = os.path.dirname(harness.binary("sceau")) + os.pathsep + os.environ["PATH"]
        steps = transcript()
        self.assertGreaterEqual(len(steps), 3)
        for command, expected in steps:
            ran = harness.run(["bash", "-c", command + " 2>&1"], env={"PATH": path, "LC_ALL": "C.UTF-8"}, cwd=folder)
            self.assertEqual(ran.out.rstrip().splitlines(), expected, command)


if __name__ == "__main__":
    harness.main()
