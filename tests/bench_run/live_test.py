"""bench/run from the command line to the tables, with ringpostd and the blind sink, for a moment."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

SMALL = ["--cases", "A", "--servers", "ringpostd,blind", "--rounds", "2", "--time-scale", "0.2",
         # What else runs on this machine is not what is tested.
         "--keep-noisy"]


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.first = cls.bench_run()
        cls.results = json.loads(pathlib.Path(cls.folder.name, "results.json").read_text())

    @classmethod
    def bench_run(cls, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "end_to_end", "--build", os.environ["RINGPOST_BUILD_FOLDER"],
             "--results", cls.folder.name, *SMALL, *arguments],
            capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def test_run_measures_each_server_in_each_round(self):
        self.assertEqual(0, self.first.returncode, self.first.stderr)
        self.assertEqual(
            {(name, number) for name in ("ringpostd", "blind") for number in (0, 1)},
            {(run["server"], run["round"]) for run in self.results["runs"]}, self.first.stderr)
        for run in self.results["runs"]:
            self.assertGreater(run["messages"], 0)
            self.assertGreater(run["server_cpu_us"], 0)

    def test_table_on_standard_output_has_both(self):
        for title in ("| ringpostd, discard", "| ringpost-sink --blind", "times blind"):
            self.assertIn(title, self.first.stdout)

    def test_plot_is_drawn(self):
        self.assertIn("<svg", pathlib.Path(self.folder.name, "case-a.svg").read_text())

    def test_check_fails_where_a_yardstick_was_not_measured_and_resume_repeats_nothing(self):
        again = self.bench_run("--resume", "--check")
        self.assertEqual(1, again.returncode, again.stderr)
        self.assertNotIn("round", again.stderr)
        self.assertIn("not measured", again.stdout)


if __name__ == "__main__":
    tap.main()
