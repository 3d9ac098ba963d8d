"""A run counts only when server and generator had the machine for themselves."""

import dataclasses
import os
import unittest

import tap
from end_to_end import noise

QUIET = noise.Window(length=2.0, busy=3.6, stolen=0.0, own=3.58, server_run_delay=0.01,
                     generator_run_delay=0.01)


def with_changes(**changes):
    return noise.foreign_load(dataclasses.replace(QUIET, **changes))


class ForeignLoad(unittest.TestCase):
    def test_is_not_seen_where_there_is_none(self):
        self.assertIsNone(noise.foreign_load(QUIET))

    def test_keeps_the_server_off_its_core(self):
        self.assertIn("server waited", with_changes(server_run_delay=0.07))

    def test_keeps_the_generator_off_its_core(self):
        self.assertIn("generator waited", with_changes(generator_run_delay=0.07))

    def test_is_not_the_kernel_receiving_what_the_run_sends(self):
        self.assertIsNone(with_changes(generator_run_delay=0.3, generator_core_packets=0.28))
        self.assertIn("generator waited",
                      with_changes(generator_run_delay=0.3, generator_core_packets=0.2))
        self.assertIn("server waited",
                      with_changes(server_run_delay=0.3, generator_core_packets=0.28))

    def test_is_not_told_by_delays_that_are_unknown(self):
        self.assertIsNone(with_changes(server_run_delay=None, generator_run_delay=None))

    def test_uses_time_that_nobody_of_the_run_accounts_for(self):
        self.assertIn("others used 10%", with_changes(busy=3.78))

    def test_is_not_what_kernel_threads_write_for_the_server(self):
        self.assertIsNone(with_changes(busy=3.78, writes_to_disk=True))
        self.assertIn("others used", with_changes(busy=4.2, writes_to_disk=True))

    def test_may_be_more_when_told_so(self):
        noisy = dataclasses.replace(QUIET, busy=3.78, generator_run_delay=0.07)
        self.assertIsNone(noise.foreign_load(noisy, scale=2.5))

    def test_of_the_host_is_time_stolen(self):
        self.assertIn("host", with_changes(stolen=0.1))


class Between(unittest.TestCase):
    class Server:
        is_one_thread = False
        writes_to_disk = False

    def test_two_samples_is_what_happened_there(self):
        before = noise.Sample(when=10, busy=100, stolen=1, own_cpu=1, server_cpu=5,
                              server_run_delay=2, packets={0: 4, 1: 1})
        after = noise.Sample(when=12, busy=103, stolen=1, own_cpu=1.25, server_cpu=6.5,
                             server_run_delay=2.5, packets={0: 4.5, 1: 1.25})
        window = noise.between(before, after, self.Server, 0, 1, 1.25, 0.01)
        self.assertEqual(noise.Window(2, 3, 0, 3.0, None, 0.01, server_core_packets=0.5,
                                      generator_core_packets=0.25), window)


class Sample(unittest.TestCase):
    def test_sees_a_process_of_this_machine(self):
        first, second = noise.sample(os.getpid()), noise.sample(os.getpid())
        self.assertGreater(first.busy, 0)
        self.assertGreaterEqual(second.server_cpu, first.server_cpu)
        self.assertEqual(set(range(os.cpu_count())), set(first.packets))


if __name__ == "__main__":
    tap.main()
