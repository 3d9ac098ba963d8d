"""runner.py counts rightly, above all when something goes wrong."""

import contextlib
import io
import os
import sys
import time
import unittest

import runner
import tap


class RunnerTest(unittest.TestCase):
    def run_script(self, protocol, script, name_filter="", time_limit_seconds=60):
        program = runner.Program(name="demo", command=[sys.executable, "-c", script],
                                 environment=dict(os.environ), folder=".", protocol=protocol,
                                 runs_alone=False, time_limit_seconds=time_limit_seconds)
        _, cases, _ = runner.run_program(program, name_filter)
        return cases

    def expect(self, cases, *outcomes):
        self.assertEqual(list(outcomes), [case.outcome for case in cases], cases)


class Gtest(RunnerTest):
    def test_counts_each_case(self):
        cases = self.run_script("gtest", """
print("[ RUN      ] Reply.Formats\\n[       OK ] Reply.Formats (0 ms)")
print("[ RUN      ] Reply.Parses\\nwrong code\\n[  FAILED  ] Reply.Parses (1 ms)")
print("[ RUN      ] Reply.Sends\\nno network\\n[  SKIPPED ] Reply.Sends (0 ms)")
print("[  FAILED  ] Reply.Parses")
exit(1)""")
        self.expect(cases, "passed", "failed", "skipped")
        self.assertEqual("wrong code", cases[1].text)
        self.assertEqual("no network", cases[2].text)

    def test_crash_inside_a_case_is_its_failure(self):
        cases = self.run_script("gtest", """
import os
print("[ RUN      ] Reply.Formats\\n[       OK ] Reply.Formats (0 ms)")
print("[ RUN      ] Reply.Parses\\nabout to", flush=True)
os.abort()""")
        self.expect(cases, "passed", "failed")
        self.assertIn("SIGABRT", cases[1].text)
        self.assertIn("about to", cases[1].text)

    def test_crash_after_all_cases_is_a_failure(self):
        cases = self.run_script("gtest", """
print("[ RUN      ] Reply.Formats\\n[       OK ] Reply.Formats (0 ms)\\nleaked 12 bytes")
exit(23)""")
        self.expect(cases, "passed", "failed")
        self.assertIn("leaked 12 bytes", cases[1].text)

    def test_no_case_at_all_is_a_failure(self):
        self.expect(self.run_script("gtest", "pass"), "failed")

    def test_no_case_by_that_name_is_none(self):
        self.expect(self.run_script("gtest", "pass", name_filter="Elsewhere"))


class Tap(RunnerTest):
    def test_counts_each_case(self):
        cases = self.run_script("tap", """
print("ok 1 - a")
print("not ok 2 - b")
print("# because")
print("ok 3 - c # SKIP no swaks here")
print("1..3")
exit(1)""")
        self.expect(cases, "passed", "failed", "skipped")
        self.assertIn("because", cases[1].text)
        self.assertEqual("no swaks here", cases[2].text)

    def test_death_before_the_plan_is_a_failure(self):
        cases = self.run_script("tap", "print('ok 1 - a'); exit(0)")
        self.expect(cases, "passed", "failed")


class ExitCode(RunnerTest):
    def test_zero_passes(self):
        self.expect(self.run_script("exitcode", "exit(0)"), "passed")

    def test_another_fails_and_shows_the_output(self):
        cases = self.run_script("exitcode", "print('no such file'); exit(3)")
        self.expect(cases, "failed")
        self.assertIn("no such file", cases[0].text)

    def test_77_skips_with_its_reason(self):
        cases = self.run_script("exitcode", "print('no clang-format-19'); exit(77)")
        self.expect(cases, "skipped")
        self.assertIn("no clang-format-19", cases[0].text)


class Missing(RunnerTest):
    def test_a_program_that_is_not_there_fails(self):
        program = runner.Program(name="demo", command=["/nowhere/demo"], environment={}, folder=".",
                                 protocol="gtest", runs_alone=False, time_limit_seconds=60)
        _, cases, _ = runner.run_program(program, "")
        self.expect(cases, "failed")
        self.assertIn("cannot be started", cases[0].text)


class TimeLimit(RunnerTest):
    def test_a_hanging_program_fails_and_is_ended_with_its_children(self):
        cases = self.run_script("exitcode", """
import subprocess, sys
child = subprocess.Popen(["sleep", "1000"])
print("child", child.pid, flush=True)
child.wait()""", time_limit_seconds=1)
        self.expect(cases, "failed")
        self.assertIn("did not end within 1 seconds", cases[0].text)
        child = int(cases[0].text.split("child ")[1].split()[0])
        deadline = time.monotonic() + 60
        while self.runs(child):  # the kernel may still be at it
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    @staticmethod
    def runs(pid):
        """Not gone, and not a zombie that nobody has fetched yet."""
        try:
            with open(f"/proc/{pid}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0] not in "ZX"
        except FileNotFoundError:
            return False


class Report(unittest.TestCase):
    def test_last_line(self):
        cases = [runner.Case("a", "passed"), runner.Case("b", "passed"), runner.Case("c", "failed")]
        self.assertEqual("2 passed, 1 failed", runner.summary(cases))
        cases.append(runner.Case("d", "skipped"))
        self.assertEqual("2 passed, 1 failed, 1 skipped", runner.summary(cases))

    def exit_code(self, *outcomes):
        with contextlib.redirect_stdout(io.StringIO()):
            return runner.report([(None, [runner.Case("a", outcome) for outcome in outcomes])])

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(1, self.exit_code())

    def test_all_passed_is_success(self):
        self.assertEqual(0, self.exit_code("passed", "skipped"))

    def test_one_failed_is_a_failure(self):
        self.assertEqual(1, self.exit_code("passed", "failed"))


if __name__ == "__main__":
    tap.main()
