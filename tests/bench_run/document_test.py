"""Only what lies between the marks of docs/benchmarks.md is written over."""

import os
import pathlib
import unittest

import tap
from end_to_end import document

PAGE = f"# By hand\n\n{document.BEGIN}\n\nold\n\n{document.END}\n\nBy hand, too.\n"


class Document(unittest.TestCase):
    def test_keeps_what_is_written_by_hand(self):
        page = document.with_generated_part(PAGE, "new")
        self.assertEqual(PAGE.replace("old", "new"), page)

    def test_is_the_same_when_written_twice(self):
        once = document.with_generated_part(PAGE, "new")
        self.assertEqual(once, document.with_generated_part(once, "new"))

    def test_without_marks_is_refused(self):
        with self.assertRaises(ValueError):
            document.with_generated_part("# By hand\n", "new")

    def test_of_ours_has_its_marks(self):
        page = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"], "docs/benchmarks.md").read_text()
        self.assertIn("new", document.with_generated_part(page, "new"))


if __name__ == "__main__":
    tap.main()
