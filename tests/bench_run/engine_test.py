"""What is read of the micro benchmark of the TLS engine."""

import os
import pathlib
import tempfile
import unittest

import tap
from end_to_end import cases, engine
from end_to_end.generator import LoadFailed

TOLD = {"benchmarks": [{"name": "FullHandshake/Tls13/manual_time", "iterations": 5000,
                        "real_time": 180.5, "cpu_time": 900.0, "time_unit": "us"}]}


class Read(unittest.TestCase):
    def test_gives_the_time_of_the_server_alone(self):
        found = engine.read(TOLD)
        self.assertEqual((5000, 180.5), (found.messages, found.server_cpu_us))
        self.assertAlmostEqual(1e6 / 180.5, found.messages_per_second)

    def test_refuses_what_failed(self):
        broken = {"benchmarks": [TOLD["benchmarks"][0] | {"error_occurred": True,
                                                          "error_message": "no handshake"}]}
        with self.assertRaisesRegex(LoadFailed, "no handshake"):
            engine.read(broken)

    def test_refuses_another_unit(self):
        other = {"benchmarks": [TOLD["benchmarks"][0] | {"time_unit": "ns"}]}
        with self.assertRaisesRegex(LoadFailed, "ns"):
            engine.read(other)


class Benchmarks(unittest.TestCase):
    def test_that_the_cases_name_are_there_and_tell_what_is_read(self):
        text = "".join(pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"],
                                    "bench/tls/tls_engine_benchmark.cc").read_text().split())
        names = [name for case in cases.TLS
                 for name in (case.engine_benchmark, case.engine_behind_sockets) if name]
        self.assertEqual(3, len(names))
        for name in names:
            function, _, variant = name.partition("/")
            count = variant.removeprefix("iterations:")
            times = rf"->Iterations\({count}\)" if count != variant else ""
            self.assertEqual(variant != "", times != "", name)
            self.assertRegex(
                text, rf"BENCHMARK\({function}\){times}->UseManualTime\(\)"
                      r"->Unit\(benchmark::kMicrosecond\);")


class Run(unittest.TestCase):
    def test_of_what_was_not_built_says_so(self):
        with tempfile.TemporaryDirectory() as folder, \
                self.assertRaisesRegex(LoadFailed, "not been built"):
            engine.run(pathlib.Path(folder), "FullHandshake/Tls13", 1.0)


if __name__ == "__main__":
    tap.main()
