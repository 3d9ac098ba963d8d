"""Checks of ringpostd from the outside, octet by octet; prints TAP.

    tests/wire/wire_test.py [-k TEXT] [--list]

The checks are in *_checks.py, with the section of the RFC that each comes from; wire.py is what they
are written with. RINGPOST_BUILD_FOLDER says where ringpostd was built.
"""

import argparse
import concurrent.futures
import sys
import tempfile
import traceback

import servers
import wire

# Each registers its checks.
import session_checks
import path_checks
import message_checks
import extension_checks
import lmtp_checks
import hardening_checks

THREADS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="TEXT", default="", help="only checks with TEXT in their name")
    parser.add_argument("--list", action="store_true", help="print the checks, and end")
    options = parser.parse_args()
    checks = [check for check in wire.registry if options.k in check.name]
    if options.list:
        for check in checks:
            print(f"{check.name}\t{check.level}\t{check.section}\t{check.sentence}")
        return 0
    print(f"1..{len(checks)}", flush=True)
    return 1 if checks and run(checks) else 0


def run(checks):
    """The number of checks that failed."""
    with tempfile.TemporaryDirectory() as folder:
        running = servers.start_all(folder)
        try:
            world = wire.World(running)
            with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
                diagnoses = pool.map(lambda check: diagnosis_of(check, world), checks)
                failures = [report(number, check, diagnosis)
                            for number, (check, diagnosis) in enumerate(zip(checks, diagnoses), 1)]
        finally:
            exit_codes = {name: server.stop() for name, server in running.items()}
    if any(exit_codes.values()):
        raise AssertionError(f"servers ended with {exit_codes}")
    return sum(failures)


def diagnosis_of(check, world):
    """Nothing, or why the check failed."""
    try:
        check.run(world)
    except Exception:
        return traceback.format_exc(limit=-3)
    return None


def report(number, check, diagnosis):
    name = f"{check.name} ({check.level}, {check.section})".replace("#", "no. ")
    print(f"{'not ok' if diagnosis else 'ok'} {number} - {name}")
    if diagnosis:
        for line in [check.sentence, *diagnosis.splitlines()]:
            print(f"# {line}")
    sys.stdout.flush()
    return bool(diagnosis)


if __name__ == "__main__":
    sys.exit(main())
