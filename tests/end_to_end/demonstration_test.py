"""The demonstration, with fewer partners: each of its steps fails loudly by itself."""

import subprocess
import sys
import unittest
from pathlib import Path

from world import PROGRAMS, main

PACKAGING = Path(__file__).parents[2] / "packaging"


class Demonstration(unittest.TestCase):
    def test_every_step_holds_with_six_partners(self):
        done = subprocess.run([sys.executable, "-B", "-c", "import runpy; runpy.run_module('demonstration', run_name='__main__')",
                               "--programs", PROGRAMS, "--partners", "6"], cwd=PACKAGING, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("6 of 6 partners hold the same guidance", done.stdout)
        self.assertIn("every step held", done.stdout)


if __name__ == "__main__":
    main()
