"""Runs the test programs of one or more build folders and counts their cases.

    tests/runner.py [--filter TEXT] [--jobs N] BUILD_FOLDER...

Knows the programs from `meson introspect --tests`, and counts what each one reports: GoogleTest's
cases, TAP's, or one for a program that has only an exit code (77 is a skip). A program that hangs is
ended with its children, and counts as a failure; so does one that ends in the middle of a case.

The last line is `N passed, N failed`, with `, N skipped` where that is not nothing. Fails when a case
failed, and when nothing ran at all.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

# A sanitized program is several times slower, and the machine may be busy with others: the time
# limit only ends what hangs.
SMALLEST_TIME_LIMIT_SECONDS = 300
OUTPUT_LINES_SHOWN = 120
SKIP_EXIT_CODE = 77

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclasses.dataclass
class Program:
    name: str
    command: list
    environment: dict
    folder: str
    protocol: str
    runs_alone: bool
    time_limit_seconds: float


@dataclasses.dataclass
class Case:
    name: str
    outcome: str
    text: str = ""  # why it failed or was skipped


@dataclasses.dataclass
class Ending:
    output: str
    exit_code: int
    timed_out: bool
    seconds: float


def main():
    options = parse_options()
    programs = [p for folder in options.build_folders for p in programs_of(folder)]
    results = run_all(programs, options.filter, options.jobs)
    sys.exit(report(results))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", default="", metavar="TEXT",
                        help="only programs and cases with TEXT in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("build_folders", nargs="+", metavar="BUILD_FOLDER")
    return parser.parse_args()


def programs_of(build_folder):
    listed = json.loads(subprocess.check_output(
        ["meson", "introspect", "--tests", build_folder], stdin=subprocess.DEVNULL))
    label = os.path.basename(os.path.abspath(build_folder)).removeprefix("build").removeprefix("-")
    fuzz_seconds = float(os.environ.get("RINGPOST_FUZZ_SECONDS", "0"))
    programs = []
    for test in listed:
        programs.append(Program(
            name=f"{label}/{test['name']}" if label else test["name"],
            command=test["cmd"],
            environment=os.environ | sanitizer_environment() | test["env"],
            folder=test["workdir"] or build_folder,
            protocol=test["protocol"],
            runs_alone=not test["is_parallel"],
            time_limit_seconds=max(test["timeout"], SMALLEST_TIME_LIMIT_SECONDS) + fuzz_seconds))
    return programs


def sanitizer_environment():
    environment = {"UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1"}
    for symbolizer in ("/usr/bin/llvm-symbolizer-19", "/usr/bin/llvm-symbolizer"):
        if os.path.exists(symbolizer):
            environment["ASAN_SYMBOLIZER_PATH"] = symbolizer
            break
    return environment


def run_all(programs, name_filter, jobs):
    results = []
    together = [p for p in programs if not p.runs_alone]
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        runs = [pool.submit(run_program, program, name_filter) for program in together]
        for run in concurrent.futures.as_completed(runs):
            results.append(show_progress(*run.result()))
    for program in programs:
        if program.runs_alone:
            results.append(show_progress(*run_program(program, name_filter)))
    return sorted(results, key=lambda result: result[0].name)


def run_program(program, name_filter):
    command = program.command
    cases_wanted = "" if name_filter in program.name else name_filter
    if cases_wanted:
        if program.protocol == "gtest":
            command = command + [f"--gtest_filter=*{cases_wanted}*"]
        elif program.protocol == "tap":
            command = command + ["-k", cases_wanted]
        else:
            return program, [], Ending("", 0, False, 0)
    ending = run_command(program, command)
    return program, cases_of(program, ending, cases_wanted), ending


def run_command(program, command):
    start = time.monotonic()
    # A file and not a pipe: a grandchild that holds a pipe open would keep us waiting.
    with tempfile.TemporaryFile() as output_file:
        try:
            process = subprocess.Popen(command, cwd=program.folder, env=program.environment,
                                       stdin=subprocess.DEVNULL, stdout=output_file,
                                       stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as error:
            return Ending(f"cannot be started: {error}", 127, False, 0)
        timed_out = False
        try:
            process.wait(program.time_limit_seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        end_process_group(process)
        output_file.seek(0)
        output = output_file.read().decode(errors="replace")
    return Ending(output, process.returncode, timed_out, time.monotonic() - start)


def end_process_group(process):
    """Ends what the program left behind, too: it was the leader of a session of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def cases_of(program, ending, cases_wanted):
    parse = {"gtest": parse_gtest, "tap": parse_tap}.get(program.protocol, parse_exit_code)
    cases = parse(program, ending)
    if ending.timed_out:
        cases.append(Case(f"{program.name} (whole program)", FAILED,
                          f"did not end within {program.time_limit_seconds:.0f} seconds:\n"
                          + tail(ending.output)))
    elif ending.exit_code not in (0, SKIP_EXIT_CODE) and not any(c.outcome == FAILED for c in cases):
        cases.append(Case(f"{program.name} (whole program)", FAILED,
                          f"ended with {describe_exit(ending.exit_code)}:\n" + tail(ending.output)))
    elif not cases and not cases_wanted:
        cases.append(Case(f"{program.name} (whole program)", FAILED, "ran no test case"))
    return cases


def describe_exit(exit_code):
    if exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def tail(output):
    lines = output.splitlines()
    return "\n".join(lines[-OUTPUT_LINES_SHOWN:])


GTEST_RUN = re.compile(r"^\[ RUN      \] (\S+)$")
GTEST_END = re.compile(r"\[ +(OK|FAILED|SKIPPED) +\] .* \(\d+ ms\)$")


def parse_gtest(program, ending):
    cases = []
    running, text = None, []
    for line in ending.output.splitlines():
        if match := GTEST_RUN.search(line):
            running, text = match[1], []
        elif running and (match := GTEST_END.search(line)):
            outcome = {"OK": PASSED, "FAILED": FAILED, "SKIPPED": SKIPPED}[match[1]]
            # What a case prints before it passes is nobody's business.
            shown = "" if outcome == PASSED else "\n".join(text)
            cases.append(Case(f"{program.name}: {running}", outcome, shown))
            running = None
        elif running:
            text.append(line)
    if running:
        how = "timed out" if ending.timed_out else f"ended with {describe_exit(ending.exit_code)}"
        cases.append(Case(f"{program.name}: {running}", FAILED,
                          f"the program {how} in this case:\n" + tail("\n".join(text))))
    return cases


TAP_RESULT = re.compile(r"^(not )?ok\b(?: \d+)?(?: - )?(.*?)(?: # (SKIP|TODO)\b ?(.*))?$")
TAP_PLAN = re.compile(r"^1\.\.(\d+)")


def parse_tap(program, ending):
    cases = []
    planned = None
    for line in ending.output.splitlines():
        if match := TAP_PLAN.match(line):
            planned = int(match[1])
        elif match := TAP_RESULT.match(line):
            name, directive, reason = f"{program.name}: {match[2].strip()}", match[3], match[4]
            if directive == "SKIP":
                cases.append(Case(name, SKIPPED, reason))
            else:
                cases.append(Case(name, FAILED if match[1] else PASSED))
        elif cases and cases[-1].outcome == FAILED:
            cases[-1].text += line.removeprefix("# ") + "\n"
    if planned != len(cases) and not ending.timed_out:
        cases.append(Case(f"{program.name} (whole program)", FAILED,
                          f"announced {planned} cases and reported {len(cases)}:\n"
                          + tail(ending.output)))
    return cases


def parse_exit_code(program, ending):
    if ending.timed_out:
        return []
    if ending.exit_code == SKIP_EXIT_CODE:
        return [Case(program.name, SKIPPED, tail(ending.output))]
    if ending.exit_code == 0:
        return [Case(program.name, PASSED)]
    return [Case(program.name, FAILED,
                 f"{describe_exit(ending.exit_code)}\n" + tail(ending.output))]


def show_progress(program, cases, ending):
    if cases:
        print(f"{program.name}: {summary(cases)} ({ending.seconds:.1f} s)", flush=True)
    return program, cases


def summary(cases):
    counts = {outcome: sum(c.outcome == outcome for c in cases)
              for outcome in (PASSED, FAILED, SKIPPED)}
    text = f"{counts[PASSED]} passed, {counts[FAILED]} failed"
    return text + (f", {counts[SKIPPED]} skipped" if counts[SKIPPED] else "")


def report(results):
    cases = [case for _, cases in results for case in cases]
    for case in cases:
        if case.outcome == SKIPPED:
            print(f"SKIPPED {case.name}: {case.text.strip() or 'no reason given'}")
    for case in cases:
        if case.outcome == FAILED:
            print(f"\nFAILED {case.name}\n{case.text.rstrip()}")
    if not cases:
        print("nothing ran: no test has such a name")
    print(summary(cases))
    return 1 if not cases or any(case.outcome == FAILED for case in cases) else 0


if __name__ == "__main__":
    main()
