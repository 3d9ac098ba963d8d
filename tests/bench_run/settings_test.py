"""The command line of bench/run, and the plan that follows from it."""

import contextlib
import io
import unittest

import tap
from end_to_end import cases, progress, run, settings
from peers import every


class Settings(unittest.TestCase):
    def test_without_options_are_everything(self):
        wanted = settings.parse([])
        self.assertEqual(cases.NAMES, wanted.cases)
        self.assertEqual(tuple(every.NAMES), wanted.servers)
        self.assertGreaterEqual(wanted.rounds, 5)

    def test_of_quick_are_ringpost_and_the_yardsticks(self):
        self.assertEqual(("ringpostd", "blind", "smtp-sink"), settings.parse(["--quick"]).servers)

    def test_keep_the_order_of_the_tables(self):
        wanted = settings.parse(["--cases", "B1,A", "--servers", "blind,ringpostd"])
        self.assertEqual(("A", "B1"), wanted.cases)
        self.assertEqual(("ringpostd", "blind"), wanted.servers)

    def test_refuse_names_that_nobody_has(self):
        with contextlib.redirect_stderr(io.StringIO()) as told, self.assertRaises(SystemExit):
            settings.parse(["--servers", "sendmail"])
        self.assertIn("smtp-sink", told.getvalue())


class Plan(unittest.TestCase):
    def minutes(self, *arguments):
        wanted = settings.parse(list(arguments))
        return run.expected_seconds(wanted, every.make(wanted.servers, wanted.build)) / 60

    def test_of_everything_is_at_most_35_minutes(self):
        self.assertLess(self.minutes(), 35)

    def test_of_quick_is_at_most_6_minutes(self):
        self.assertLess(self.minutes("--quick"), 6)

    def test_tells_the_time_left_by_the_time_it_took(self):
        now = [0.0]
        out = io.StringIO()
        told = progress.Progress(100, out, clock=lambda: now[0])
        now[0] = 40.0  # twice as long as planned
        told.done(20, "A")
        self.assertIn("2:40 left", out.getvalue())


if __name__ == "__main__":
    tap.main()
