"""The generators themselves, ringpost-load beside Postfix's smtp-source: what a message costs whoever
sends it. Both send the same number of messages of case A to the blind sink, which has the other core."""

import dataclasses
import os
import subprocess
import time

from peers import debian
from peers.ringpost.peer import Blind

from end_to_end import cases, figures, measure, noise
from end_to_end.generator import RECIPIENT, SENDER, LoadFailed, wait_for
from end_to_end.rounds import Contender

RINGPOST_LOAD, SMTP_SOURCE = "ringpost-load", "smtp-source"
SMTP_SOURCE_PROGRAM = "usr/sbin/smtp-source"
CONNECTIONS, OCTETS, MESSAGES = 50, 1024, 60_000
PATIENCE_SECONDS = 60
CPU = "generator_cpu_us"


@dataclasses.dataclass(frozen=True)
class Figures:
    messages: int
    messages_per_second: float
    generator_cpu_us: float  # per message, user and system


def contenders(wanted):
    root = debian.unpacked("postfix", SMTP_SOURCE_PROGRAM)
    count = round(MESSAGES * wanted.time_scale)

    def ringpost_load(port):
        return [wanted.build / "bench/ringpost-load", f"smtp://127.0.0.1:{port}",
                "--connections", CONNECTIONS, "--size", OCTETS, "--messages", count,
                "--from", SENDER, "--to", RECIPIENT]

    def smtp_source(port):
        # -d: the next message goes over the same connection.
        return debian.by_loader(root, SMTP_SOURCE_PROGRAM, "-d", "-s", CONNECTIONS, "-l", OCTETS,
                                "-m", count, "-f", SENDER, "-t", RECIPIENT,
                                f"inet:127.0.0.1:{port}")

    return [Contender(name, wanted.rounds,
                      lambda command=command: _measure(wanted, command, count),
                      is_yardstick=True)
            for name, command in ((RINGPOST_LOAD, ringpost_load), (SMTP_SOURCE, smtp_source))]


def speed_ratio(book):
    """How many messages ringpost-load sends in the CPU time of one of smtp-source's."""
    return figures.ratio_by_round(book.by_round(cases.GENERATORS, SMTP_SOURCE, CPU),
                                  book.by_round(cases.GENERATORS, RINGPOST_LOAD, CPU))


def _measure(wanted, command, count):
    server = Blind(wanted.build)
    server.prepare()
    log = wanted.results / "generator.log"
    with server.running({measure.SERVER_CORE}):
        before = noise.sample(server.pid)
        started = time.monotonic()
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(word) for word in command(server.port)], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {measure.GENERATOR_CORE}))
        code, cpu_seconds = wait_for(process, PATIENCE_SECONDS)
        seconds = time.monotonic() - started
        after = noise.sample(server.pid)
    if code != 0:
        words = " ".join(log.read_text(errors="replace").split())[-300:]
        raise LoadFailed(f"it ended with {code}: {words}")
    window = noise.between(before, after, server, measure.SERVER_CORE, measure.GENERATOR_CORE,
                           cpu_seconds, None)
    found = Figures(count, count / seconds, cpu_seconds * 1e6 / count)
    return measure.Measurement(found, noise.foreign_load(window, wanted.noise_scale), window)
