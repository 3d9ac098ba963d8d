"""What the figures are that ringpost-load wrote, and when they do not count."""

import copy
import pathlib
import tempfile
import unittest

import tap
from end_to_end import generator

TOLD = {
    "duration_seconds": 2.0,
    "messages": {"accepted": 1000, "refused": 0, "failed": 0, "per_second": 500.0},
    "phases": {"connect": {"p50_us": 1.0, "p99_us": 2.0},
               "message": {"p50_us": 100.0, "p99_us": 300.0}},
    "replies": [{"phase": "message", "code": 250, "count": 1000, "sample": "OK"}],
    "errors": [],
    "generator": {"cpu_share": 0.5, "run_delay_seconds": 0.01, "was_bottleneck": False},
    "server": {"cpu_seconds": 0.5},
}


def told(**changes):
    result = copy.deepcopy(TOLD)
    for name, change in changes.items():
        result[name] = result.get(name, {}) | change if isinstance(change, dict) else change
    return result


class Read(unittest.TestCase):
    def test_gives_server_cpu_for_each_message(self):
        found = generator.read(told())
        self.assertAlmostEqual(500.0, found.server_cpu_us)
        self.assertAlmostEqual(0.25, found.server_share)

    def test_gives_the_latency_of_whole_messages(self):
        found = generator.read(told())
        self.assertEqual((100.0, 300.0), (found.p50_us, found.p99_us))

    def test_gives_the_knee_where_it_was_looked_for(self):
        self.assertIsNone(generator.read(told()).knee_per_second)
        self.assertEqual(7000, generator.read(
            told(find_max={"knee_per_second": 7000})).knee_per_second)

    def test_refuses_a_run_with_refused_messages_and_says_which(self):
        refused = told(messages={"refused": 3},
                       replies=[{"phase": "rcpt", "code": 550, "count": 3, "sample": "not here"}])
        with self.assertRaisesRegex(generator.LoadFailed, "3 refused.*rcpt: 550 not here"):
            generator.read(refused)

    def test_refuses_a_run_without_messages(self):
        with self.assertRaises(generator.LoadFailed):
            generator.read(told(messages={"accepted": 0}))


class ReadSessions(unittest.TestCase):
    SESSIONS = {"messages": {"accepted": 0, "per_second": 0.0},
                "sessions": {"completed": 500, "per_second": 250.0},
                "connections": {"failed": 0, "dropped": 0},
                "phases": {"session": {"p50_us": 700.0, "p99_us": 900.0}}}

    def test_gives_server_cpu_for_each_session(self):
        found = generator.read(told(**self.SESSIONS))
        self.assertEqual((500, 250.0, 700.0), (found.messages, found.messages_per_second,
                                               found.p50_us))
        self.assertAlmostEqual(1000.0, found.server_cpu_us)

    def test_gives_the_share_that_was_resumed(self):
        self.assertIsNone(generator.read(told(**self.SESSIONS)).resumed_share)
        for handshakes, resumed, share in ((500, 450, 0.9), (0, 0, None)):
            tls = {"tls": {"handshakes": handshakes, "resumed": resumed}}
            self.assertEqual(share, generator.read(told(**self.SESSIONS | tls)).resumed_share)

    def test_refuses_a_run_with_sessions_that_failed(self):
        for connections in {"failed": 2, "dropped": 0}, {"failed": 0, "dropped": 2}:
            with self.assertRaisesRegex(generator.LoadFailed, "tls: timed_out"):
                generator.read(told(**self.SESSIONS | {
                    "connections": connections,
                    "errors": [{"phase": "tls", "kind": "timed_out", "count": 2}]}))

    def test_refuses_a_run_without_any(self):
        with self.assertRaises(generator.LoadFailed):
            generator.read(told(**self.SESSIONS | {
                "sessions": {"completed": 0, "per_second": 0.0}}))


class Run(unittest.TestCase):
    """Of a program that is not ringpost-load."""

    class Server:
        port, pid, tls = 2525, 1, None

    def run_program(self, program, patience_seconds):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            script = folder / "program"
            script.write_text(f"#!/bin/sh\n{program}\n")
            script.chmod(0o755)
            return generator.Generator(script, 0, folder).run(
                self.Server, (), 0.0, 0.0, patience_seconds)

    def test_that_fails_tells_its_last_words(self):
        with self.assertRaisesRegex(generator.LoadFailed, "ended with 3: nobody listens"):
            self.run_program("echo nobody listens; exit 3", 60)

    def test_that_does_not_end_is_ended(self):
        with self.assertRaisesRegex(generator.LoadFailed, "had not ended"):
            self.run_program("exec sleep 1000", 0.2)


if __name__ == "__main__":
    tap.main()
