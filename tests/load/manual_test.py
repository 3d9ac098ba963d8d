"""The manual pages have every option that --help has, and no other."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

import tap

ROOT = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"])
BUILD = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"])
LOAD_PAGE = ROOT / "bench" / "load" / "ringpost-load.1"
SINK_PAGE = ROOT / "bench" / "sink" / "ringpost-sink.1"


def help_options(program, *command):
    text = subprocess.run([BUILD / "bench" / program, *command, "--help"], check=True,
                          capture_output=True, text=True).stdout
    found = set()
    # An option begins its line; those that others exclude are named behind it.
    for line in re.findall(r"^  (-\S+)", text, re.MULTILINE):
        found.update(re.sub(r"[{[].*", "", option) for option in line.split(","))
    return found


def manual_options(page, *sections):
    """Those of the paragraphs that begin with options, in these sections."""
    found = set()
    for section in sections:
        text = re.search(rf'^\.SH {section}\n(.*?)(?=^\.SH |\Z)', page.read_text(),
                         re.MULTILINE | re.DOTALL)[1]
        for line in re.findall(r"^\.TP\n(\.BR? .*)$", text, re.MULTILINE):
            plain = re.sub(r"\\f.", " ", line.replace(r"\-", "-").replace("[=", " "))
            found.update(re.findall(r"(?<![\w-])--?[a-z0-9][a-z0-9-]*", plain))
    return found


class Manual(unittest.TestCase):
    def test_of_ringpost_load(self):
        self.assertEqual(help_options("ringpost-load"), manual_options(LOAD_PAGE, "OPTIONS"))

    def test_of_the_audit(self):
        self.assertEqual(help_options("ringpost-load", "audit") - {"-h", "--help"},
                         manual_options(LOAD_PAGE, "AUDIT"))

    def test_of_compare(self):
        self.assertEqual(help_options("ringpost-load", "compare") - {"-h", "--help"},
                         manual_options(LOAD_PAGE, "COMPARE"))

    def test_of_ringpost_sink(self):
        self.assertEqual(help_options("ringpost-sink"), manual_options(SINK_PAGE, "OPTIONS"))

    def test_pages_have_no_mistakes_of_form(self):
        if not shutil.which("groff"):
            tap.missing("there is no groff to read the pages with")
        for page in LOAD_PAGE, SINK_PAGE:
            with self.subTest(page.name):
                read = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True,
                                      text=True)
                self.assertEqual("", read.stderr)
                self.assertIn("SYNOPSIS", re.sub(".\x08", "", read.stdout))


if __name__ == "__main__":
    tap.main()
