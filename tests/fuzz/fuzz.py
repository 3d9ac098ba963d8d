"""Runs one fuzz target: its seeds first, then what libFuzzer makes of them.

    fuzz.py PROGRAM SEED_FOLDER DICTIONARY

For RINGPOST_FUZZ_SECONDS (5 where that is not set; `tests/run --fuzz SECONDS` sets it). What it learns
stays in PROGRAM.work/corpus for the next time, and an input that fails lies in PROGRAM.work/findings.
"""

import os
import pathlib
import sys


def main():
    program, seeds, dictionary = sys.argv[1:]
    work = pathlib.Path(program + ".work")
    for folder in ("corpus", "findings"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    seconds = os.environ.get("RINGPOST_FUZZ_SECONDS", "5")
    arguments = [
        f"-max_total_time={seconds}",
        f"-dict={dictionary}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        # libFuzzer's own code for a crash is 77, which means "skipped" to who runs the tests.
        "-error_exitcode=1",
        f"-artifact_prefix={work}/findings/",
        str(work / "corpus"),
        seeds,
    ]
    sys.stdout.flush()
    os.execv(program, [program] + arguments)


if __name__ == "__main__":
    main()
