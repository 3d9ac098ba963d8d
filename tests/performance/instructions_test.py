#!/usr/bin/env python3
"""The instructions that the server runs for a message are those that instructions.json says.

    tests/performance/instructions_test.py --update    # store what they are now

They are counted by valgrind, so nothing else that the machine does matters; what valgrind counts
repeats within some thousandths. More than 5 % above the stored figure is a regression, more than 5 %
below it is a success that the next change must not undo unseen: both ask for --update, and for a
word in the commit. The kernel's part is not in it.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import tap  # noqa: E402  (beside this folder)

ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("RINGPOST_BUILD_FOLDER", ROOT / "build"))
PROGRAM = BUILD / "tests" / "performance" / "served_messages"
STORED = HERE / "instructions.json"

SLACK = 0.05
MESSAGE_COUNTS = {"A": 1000, "B1": 1000, "B": 1000, "D": 200}
PATIENCE_SECONDS = 240


def instructions_per_message(case):
    count = MESSAGE_COUNTS[case]
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             "--collect-atstart=no", "--toggle-collect=ServeCounted", PROGRAM, case, str(count)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
            # meson sets others, MALLOC_PERTURB_ among them.
            env={"PATH": os.environ["PATH"]})
    collected = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode != 0 or not collected or int(collected[1]) == 0:
        raise AssertionError(f"case {case} was not counted:\n{result.stderr}")
    return round(int(collected[1]) / count)


def circumstances():
    """What the figures hang on, besides the code."""
    version = subprocess.run([PROGRAM, "--compiler"], stdin=subprocess.DEVNULL, check=True,
                             capture_output=True, text=True).stdout
    compiler = re.search(r"(?:Clang )?\d+\.\d+\.\d+", version)[0]
    flags = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    has_avx2 = flags is not None and "avx2" in flags[1].split()
    return {"compiler": compiler, "processor": "with AVX2" if has_avx2 else "without AVX2"}


def counted():
    return circumstances() | {"instructions_per_message": {
        case: instructions_per_message(case) for case in MESSAGE_COUNTS}}


class Instructions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("valgrind"):
            tap.missing("valgrind is not installed")
        cls.stored = json.loads(STORED.read_text())
        for name, value in circumstances().items():
            if cls.stored[name] != value:
                tap.missing(f"instructions.json is for another {name}, {cls.stored[name]}, and this is "
                            f"{value}; to store figures for this one: "
                            "tests/performance/instructions_test.py --update")

    def check(self, case):
        expected = self.stored["instructions_per_message"][case]
        found = instructions_per_message(case)
        change = found / expected - 1
        if abs(change) > SLACK:
            self.fail(f"case {case}: {found} instructions for a message, and {expected} are stored "
                      f"({change:+.1%}). When that is meant, store it: "
                      "tests/performance/instructions_test.py --update")

    def test_a_one_command_at_a_time(self):
        self.check("A")

    def test_b1_envelope_in_one_write(self):
        self.check("B1")

    def test_b_body_and_next_envelope_in_one_write(self):
        self.check("B")

    def test_d_100_kib(self):
        self.check("D")


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        STORED.write_text(json.dumps(counted(), indent=2) + "\n")
        print(STORED.read_text(), end="")
    else:
        tap.main()
