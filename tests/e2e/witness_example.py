"""scripts/witness-example does what it shows."""

import os
import unittest

import harness


class WitnessExample(unittest.TestCase):
    def test_the_ministry_remembers_what_the_centre_takes_back(self):
        ran = harness.run(["bash", harness.SOURCE / "scripts" / "witness-example"], code=0, timeout=500,
                          env={"SCEAU_BIN": os.path.dirname(harness.binary("sceau")), "LC_ALL": "C.UTF-8"})
        self.assertIn("ministere has signed", ran.out)
        self.assertIn("0 entries not witnessed", ran.out)
        self.assertIn("this is an alarm", ran.err)
        self.assertTrue(ran.out.endswith("can't take back\n"))


if __name__ == "__main__":
    harness.main()
