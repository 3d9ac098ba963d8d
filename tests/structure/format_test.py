"""Each source is formatted as .clang-format says: clang-format-19 -i FILE puts it right."""

import os
import pathlib
import shutil
import subprocess
import unittest

import tap

CLANG_FORMAT = "clang-format-19"


class Format(unittest.TestCase):
    def test_all_sources(self):
        if not shutil.which(CLANG_FORMAT):
            tap.missing(f"{CLANG_FORMAT} is not installed")
        root = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"])
        sources = [str(path.relative_to(root)) for folder in ("lib", "server", "tests", "bench", "docs")
                   for suffix in ("*.h", "*.cc") for path in sorted((root / folder).rglob(suffix))]
        wrong = [source for source in sources if not self.is_formatted(root, source)]
        if wrong:
            self.fail(f"not formatted; run: {CLANG_FORMAT} -i " + " ".join(wrong))

    @staticmethod
    def is_formatted(root, source):
        return subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", source], cwd=root,
                              capture_output=True, stdin=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    tap.main()
