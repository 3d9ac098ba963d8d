"""Memory of the running server: little for an idle connection, none for the length of a message."""

import hashlib
import os
import pathlib
import resource
import shutil
import tempfile
import unittest

import tap
from raw_session import RawSession
from ringpostd import READER, Ringpostd, delivered_files

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

IDLE_CONNECTION_COUNT = 10_000
NO_CONNECTION_LIMIT = """
[connections]
total = 20_000
per_address = 0
per_network = 0
"""
DESCRIPTORS_NEEDED = IDLE_CONNECTION_COUNT + 200


class Memory(unittest.TestCase):
    def test_ten_thousand_idle_connections(self):
        self.raise_descriptor_limit()
        with Ringpostd("discard", "--shards", "1", configuration=NO_CONNECTION_LIMIT) as server:
            with RawSession(server.port) as first:
                first.open()
                before = server.resident_bytes()
                sessions = []
                try:
                    for _ in range(IDLE_CONNECTION_COUNT):
                        session = RawSession(server.port)
                        sessions.append(session)
                        session.open()
                    growth = server.resident_bytes() - before
                finally:
                    for session in sessions:
                        session.socket.close()
        self.assertLess(growth / IDLE_CONNECTION_COUNT, 3 * KIB)

    @staticmethod
    def raise_descriptor_limit():
        """For us and for the server, which inherits it."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS_NEEDED:
            if os.geteuid() != 0:
                tap.missing(f"no more than {hard} open files are allowed here")
            hard = DESCRIPTORS_NEEDED
        if soft < DESCRIPTORS_NEEDED:
            resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS_NEEDED, hard))

    def test_message_of_one_gibibyte(self):
        build = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"])
        if shutil.disk_usage(build).free < 3 * GIB:
            tap.missing("less than 3 GiB are free for a message of 1 GiB")
        with tempfile.TemporaryDirectory(dir=build) as folder:
            mail = pathlib.Path(folder) / "mail"
            with Ringpostd(f"maildir:{mail}", "--max-message-size", "2GiB") as server:
                digest, octets, growth = self.send_large_message(server)
            path, = delivered_files(mail)
            self.assertEqual(digest, self.digest_of_end(path, octets))
        self.assertLess(growth, 16 * MIB)

    @staticmethod
    def send_large_message(server):
        """Its digest, its length, and by how much the server grew at most meanwhile."""
        line = b"abcdefghijklmnopqrstuvwxyz0123456789 the quick brown fox jumps o\r\n"
        block = line * (MIB // len(line))
        digest, octets, largest = hashlib.blake2b(), 0, 0
        with RawSession(server.port) as session:
            session.open()
            session.send(f"MAIL FROM:<large@sender.test>\r\nRCPT TO:<{READER}>\r\nDATA\r\n".encode())
            session.expect(250, 250, 354)
            before = server.resident_bytes()
            header = b"Subject: large\r\n\r\n"
            for part in [header] + [block] * (GIB // len(block) + 1):
                session.send(part)
                digest.update(part)
                octets += len(part)
                largest = max(largest, server.resident_bytes())
            session.send(b".\r\n")
            session.expect(250)
            largest = max(largest, server.resident_bytes())
        return digest.digest(), octets, largest - before

    @staticmethod
    def digest_of_end(path, octets):
        """Of the last octets: trace fields stand above them."""
        digest = hashlib.blake2b()
        with open(path, "rb") as file:
            file.seek(-octets, os.SEEK_END)
            while part := file.read(MIB):
                digest.update(part)
        return digest.digest()


if __name__ == "__main__":
    tap.main()
