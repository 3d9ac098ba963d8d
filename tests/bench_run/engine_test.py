"""What is read of the micro benchmark of the TLS engine."""

import pathlib
import tempfile
import unittest

import tap
from end_to_end import engine
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


class Run(unittest.TestCase):
    def test_of_what_was_not_built_says_so(self):
        with tempfile.TemporaryDirectory() as folder, \
                self.assertRaisesRegex(LoadFailed, "not been built"):
            engine.run(pathlib.Path(folder), "FullHandshake/Tls13", 1.0)


if __name__ == "__main__":
    tap.main()
