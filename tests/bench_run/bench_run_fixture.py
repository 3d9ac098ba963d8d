"""A book of runs that were never run."""

import os
import pathlib
import subprocess
import tempfile

from end_to_end import cases, noise
from end_to_end.book import Book
from end_to_end.generator import Figures
from end_to_end.measure import Measurement

MACHINE = {"cpu": "A CPU", "cores": 2, "memory_gib": 24, "kernel": "Linux 6", "system": "Debian",
           "file_system": "ext4", "compiler": "clang 19", "python": "3.11", "commit": "0123",
           "date": "2026-01-02", "command": "./bench/run"}


def measured(cpu_us, foreign=None, rate=1000.0, is_generator_bound=False, p50_us=1000.0,
             p99_us=2000.0):
    return Measurement(Figures(messages=100, messages_per_second=rate, p50_us=p50_us, p99_us=p99_us,
                               server_cpu_us=cpu_us, server_share=0.9, generator_share=0.5,
                               generator_run_delay_seconds=0.01,
                               is_generator_bound=is_generator_bound),
                       foreign, noise.Window(2.0, 3.6, 0.0, 3.6, None, 0.01))


def empty_book(test, **options):
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return Book(pathlib.Path(folder.name) / "results.json", {"commit": "0123"}, **options)


def filled_book(test):
    """Two rounds of case A: ringpostd takes 1.1 and 1.3 times what the blind sink takes."""
    book = empty_book(test)
    book.content["machine"] = MACHINE
    for name, figures in (("ringpostd", (11.0, 26.0)), ("blind", (10.0, 20.0)),
                          ("smtp-sink", (44.0, 52.0))):
        book.content["servers"][name] = {"title": f"the {name}", "promise": "nothing",
                                         "version": "1.0"}
        for number, cpu_us in enumerate(figures):
            book.add_run("A", name, number, measured(cpu_us))
    return book


def has_tls():
    """Whether the build under test was made with it."""
    program = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"], "bench/ringpost-load")
    told = subprocess.run([program, "smtp://127.0.0.1:1", "--starttls"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    return "without TLS" not in told.stderr


PLAIN = (cases.THROUGHPUT[0].name,)
