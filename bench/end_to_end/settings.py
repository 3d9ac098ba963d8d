"""What the command line of bench/run asks for."""

import argparse
import dataclasses
import pathlib

from peers import every, server

from end_to_end import cases

QUICK_SERVERS = ("ringpostd", "blind", "smtp-sink")
DESCRIPTION = """Measures ringpostd and other mail servers end to end: server CPU for each message, rate,
latency, memory. Everything runs on this machine's loopback; peers are unpacked below build/bench-peers."""


@dataclasses.dataclass(frozen=True)
class Settings:
    build: pathlib.Path
    results: pathlib.Path
    cases: tuple
    servers: tuple
    rounds: int
    # Of each case's own length.
    time_scale: float
    idle_connections: int
    noise_scale: float
    keeps_noisy: bool
    is_resuming: bool
    writes_docs: bool
    checks: bool


def parse(arguments=None):
    parser = argparse.ArgumentParser(prog="bench/run", description=DESCRIPTION)
    parser.add_argument("--quick", action="store_true",
                        help=f"three short rounds of {', '.join(QUICK_SERVERS)}: some minutes")
    parser.add_argument("--cases", type=_names(cases.NAMES), metavar="NAME,...",
                        help=f"of {', '.join(cases.NAMES)}")
    parser.add_argument("--servers", type=_names(every.NAMES), metavar="NAME,...",
                        help=f"of {', '.join(every.NAMES)}")
    parser.add_argument("--rounds", type=int, help="that count for each server (5; quick: 3)")
    parser.add_argument("--time-scale", type=float,
                        help="times the length of each run (1; quick: 0.6)")
    parser.add_argument("--idle-connections", type=int, default=5000, metavar="N")
    parser.add_argument("--noise-scale", type=float, default=1.0, metavar="X",
                        help="times the limits above which foreign load spoils a run (1)")
    parser.add_argument("--keep-noisy", action="store_true",
                        help="count runs with foreign load, too: to try things out")
    parser.add_argument("--resume", action="store_true",
                        help="go on with what an earlier call of the same commit has measured")
    parser.add_argument("--write-docs", action="store_true",
                        help="write tables and plots into docs/benchmarks.md and docs/benchmarks/")
    parser.add_argument("--check", action="store_true",
                        help="fail when a target is missed or was not measured")
    parser.add_argument("--build", type=pathlib.Path, default=server.BUILD_FOLDER, metavar="FOLDER",
                        help="with server/ringpostd, bench/ringpost-load and bench/ringpost-sink")
    parser.add_argument("--results", type=pathlib.Path, metavar="FOLDER",
                        help="where results.json is kept (build/bench-results)")
    given = parser.parse_args(arguments)
    return Settings(
        build=given.build.resolve(),
        results=(given.results or given.build / "bench-results").resolve(),
        cases=given.cases or cases.NAMES,
        servers=given.servers or (QUICK_SERVERS if given.quick else tuple(every.NAMES)),
        rounds=given.rounds or (3 if given.quick else 5),
        time_scale=given.time_scale or (0.6 if given.quick else 1.0),
        idle_connections=given.idle_connections,
        noise_scale=given.noise_scale,
        keeps_noisy=given.keep_noisy,
        is_resuming=given.resume,
        writes_docs=given.write_docs,
        checks=given.check)


def _names(known):
    def parse_names(text):
        wanted = text.split(",")
        for name in wanted:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no '{name}'; there are: "
                                                 + ", ".join(known))
        # In the order of the tables.
        return tuple(name for name in known if name in wanted)
    return parse_names
