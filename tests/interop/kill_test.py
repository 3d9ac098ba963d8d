"""kill -9 while 50 connections are delivering: what was answered with 250 is in the Maildir, whole."""

import pathlib
import random
import tempfile
import threading
import unittest

import messages
import tap
from raw_session import RawSession
from ringpostd import READER, Ringpostd, stored_messages

CONNECTION_COUNT = 50


class Delivery:
    """Many connections that deliver one message after the other, until the server is gone."""

    def __init__(self, port, seed):
        self.port = port
        self.attempted = {}  # sender -> Message
        self.accepted = set()  # senders
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self._deliver, args=(f"{seed}-{number}",))
                        for number in range(CONNECTION_COUNT)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def await_accepted(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: len(self.accepted) >= count, timeout=120)

    def join(self):
        for thread in self.threads:
            thread.join()

    def _deliver(self, name):
        chance = random.Random(name)
        try:
            with RawSession(self.port) as session:
                session.open()
                for number in range(1_000_000):
                    self._deliver_one(session, chance, f"{name}-{number}")
        except OSError:
            pass  # it was killed

    def _deliver_one(self, session, chance, name):
        # Of many sizes, so that the kill finds commands, bodies and commits under way.
        lines = chance.choice([1, 20, 200, 2_000])
        body = b"".join(b"%d %s\r\n" % (number, name.encode()) for number in range(lines))
        message = messages.Message(name, messages.header(name) + body)
        with self.changed:
            self.attempted[message.sender] = message
        session.send(f"MAIL FROM:<{message.sender}>\r\nRCPT TO:<{READER}>\r\nDATA\r\n".encode())
        session.expect(250, 250, 354)
        session.send(message.octets + b".\r\n")
        session.expect(250)
        with self.changed:
            self.accepted.add(message.sender)
            self.changed.notify()


class Kill(unittest.TestCase):
    def test_what_was_accepted_is_there(self):
        for seed in range(3):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                self.kill_in_the_middle(pathlib.Path(folder) / "mail", seed)

    def kill_in_the_middle(self, mail, seed):
        server = Ringpostd(f"maildir:{mail}")
        server.start()
        delivery = Delivery(server.port, seed)
        delivery.start()
        try:
            reached = delivery.await_accepted(300 + 100 * seed)
        finally:
            server.kill()
            delivery.join()
        self.assertTrue(reached, f"only {len(delivery.accepted)} messages were accepted")
        self.expect_accepted_and_whole(delivery, stored_messages(mail))
        self.expect_goes_on(mail)

    def expect_accepted_and_whole(self, delivery, stored):
        senders = {messages.sender_of(octets) for octets in stored}
        # A message whose 250 was still on its way may be there as well, but not in parts.
        sent = [message for sender, message in delivery.attempted.items()
                if sender in delivery.accepted or sender in senders]
        differences = messages.differences(sent, stored)
        if differences:
            self.fail("\n".join(differences))

    def expect_goes_on(self, mail):
        """Started again on the same folder, it takes mail."""
        before = len(stored_messages(mail))
        with Ringpostd(f"maildir:{mail}") as server, RawSession(server.port) as session:
            session.open()
            Delivery(server.port, "again")._deliver_one(session, random.Random(0), "again")
        self.assertEqual(before + 1, len(stored_messages(mail)))


if __name__ == "__main__":
    tap.main()
