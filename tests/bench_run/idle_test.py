"""When a reply is whole; and idle connections to a running ringpostd."""

import os
import pathlib
import unittest

import tap
from end_to_end import idle
from peers.ringpost.peer import Ringpostd


class Reply(unittest.TestCase):
    def test_is_whole_at_the_end_of_its_last_line(self):
        for reply, is_whole in ((b"", False), (b"250-a\r\n", False), (b"250 a\r", False),
                                (b"250 a\r\n", True), (b"250-a\r\n250 b\r\n", True),
                                (b"250-a\r\n250 b", False)):
            self.assertEqual(is_whole, idle._is_whole(reply), reply)


class Memory(unittest.TestCase):
    def test_of_idle_connections_is_measured(self):
        ours = Ringpostd(pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]))
        found = idle.measure(ours, {min(os.sched_getaffinity(0))}, 300)
        self.assertEqual(300, found["connections"])
        self.assertGreater(found["bytes_per_connection"], 0)


if __name__ == "__main__":
    tap.main()
