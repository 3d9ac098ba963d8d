"""Runs the unittest cases of a script and prints TAP, which meson and runner.py read.

    if __name__ == "__main__":
        tap.main()

A script takes `-k TEXT` and then runs only the cases whose name contains it.
"""

import argparse
import os
import sys
import unittest


def missing(reason):
    """Ends a case that lacks something here: a skip with its reason, and in CI a failure."""
    if os.environ.get("CI") == "true":
        raise AssertionError(reason)
    raise unittest.SkipTest(reason)


class _TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0
        self._subtest_failures = []

    def addSuccess(self, test):
        self._print("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._print("not ok", test, diagnosis=self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self._print("not ok", test, diagnosis=self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self._print("ok", test, directive=f" # SKIP {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._print("not ok", subtest, diagnosis=self._exc_info_to_string(err, test))

    def _print(self, outcome, test, directive="", diagnosis=""):
        self.count += 1
        name = test.id().removeprefix("__main__.").replace("#", "\\#").replace("\n", " ")
        print(f"{outcome} {self.count} - {name}{directive}")
        for line in diagnosis.splitlines():
            print(f"# {line}")
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("-k", metavar="TEXT", default="", help="only cases with TEXT in their name")
    options = parser.parse_args()

    loader = unittest.TestLoader()
    if options.k:
        loader.testNamePatterns = [f"*{options.k}*"]
    suite = loader.loadTestsFromModule(sys.modules["__main__"])
    result = _TapResult()
    suite.run(result)
    print(f"1..{result.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
