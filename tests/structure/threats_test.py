"""Each test that docs/threats.md names exists."""

import os
import pathlib
import re
import unittest

import tap

NAMED = re.compile(r"`([^`]+)`")


class Threats(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"])
        self.rows = threat_rows((self.root / "docs" / "threats.md").read_text())

    def test_name_tests_that_exist(self):
        named = {name for row in self.rows for name in NAMED.findall(guards_of(row))}
        missing = sorted(named - tests_below(self.root / "tests"))
        if missing:
            self.fail("no test is called\n" + "\n".join(missing))

    def test_are_guarded_where_the_part_is_there(self):
        unguarded = [row for row in self.rows
                     if not NAMED.search(guards_of(row)) and "there is no" not in row]
        self.assertEqual([], unguarded)


def threat_rows(text):
    return [line for line in text.splitlines()
            if line.startswith("| ") and not line.startswith(("| ---", "| threat", "| defect"))]


def guards_of(row):
    return row.rstrip(" |").rpartition(" | ")[2]


def tests_below(folder):
    """Files by their name, GoogleTest's cases, unittest's, and the checks of the wire."""
    names = {path.name for path in folder.rglob("*.dialog")}
    names |= {path.name for path in folder.rglob("*_fuzz.cc")}
    for path in folder.rglob("*_test.cc"):
        names |= set(re.findall(r"^TEST(?:_[FP])?\(\w+,\s*(\w+)\)", path.read_text(), re.MULTILINE))
    for path in folder.rglob("*.py"):
        names |= set(re.findall(r"^\s*def (\w+)\(", path.read_text(), re.MULTILINE))
    return names


if __name__ == "__main__":
    tap.main()
