"""A pipelined session costs no more than two system calls for each batch: one to wait, one to send."""

import pathlib
import re
import subprocess
import tempfile
import unittest

import peers
import tap
from raw_session import RawSession
from ringpostd import PATIENCE_SECONDS, READER, Ringpostd

FEW, MANY = 100, 1_100
NO_COMMAND_LIMIT = """
[limits]
idle_commands = 1_000_000
messages = 0
"""


class TracedRingpostd(Ringpostd):
    """Runs under strace, which counts."""

    def __init__(self, counts):
        super().__init__("discard", "--shards", "1", configuration=NO_COMMAND_LIMIT,
                         under=peers.command("strace", "-f", "-c", "-o", counts))

    def stop(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        subprocess.run(["kill", "-TERM", *children.read_text().split()], check=True)
        self.process.wait(PATIENCE_SECONDS)
        self.process.stdout.close()


class SystemCalls(unittest.TestCase):
    def setUp(self):
        peers.require("strace")

    def test_commands(self):
        batch = b"NOOP\r\n" * 10
        self.expect_two_per_batch(b"", (), batch, [250] * 10)

    def test_messages(self):
        """The end of one message and the envelope of the next come together."""
        envelope = f"MAIL FROM:<a@sender.test>\r\nRCPT TO:<{READER}>\r\nDATA\r\n".encode()
        body = b"Subject: small\r\n\r\n" + b"0123456789\r\n" * 80 + b".\r\n"
        self.expect_two_per_batch(envelope, (250, 250, 354), body + envelope, (250, 250, 250, 354))

    def expect_two_per_batch(self, opening, opening_codes, batch, codes):
        few = self.count_calls(opening, opening_codes, batch, codes, FEW)
        many = self.count_calls(opening, opening_codes, batch, codes, MANY)
        # The difference: starting, the first command and ending cost the same both times. A timer
        # that goes off in between is no part of a batch.
        self.assertLess((many - few) / (MANY - FEW), 2.1)

    @staticmethod
    def count_calls(opening, opening_codes, batch, codes, batch_count):
        with tempfile.NamedTemporaryFile("r") as counts:
            with TracedRingpostd(counts.name) as server, RawSession(server.port) as session:
                session.open()
                session.send(opening)
                session.expect(*opening_codes)
                for _ in range(batch_count):
                    session.send(batch)
                    session.expect(*codes)
            total = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", counts.read(),
                              re.MULTILINE)
        return int(total[1])


if __name__ == "__main__":
    tap.main()
