"""Postfix relays a queue of real messages to ringpostd."""

import pathlib
import smtplib
import tempfile
import time
import unittest

import messages
import peers
import tap
from ringpostd import PATIENCE_SECONDS, READER, Ringpostd, stored_messages


class PostfixRelays(unittest.TestCase):
    def setUp(self):
        peers.require("postfix")
        peers.require_root("Postfix")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.mail = pathlib.Path(folder.name) / "mail"

    def test_a_queue_that_waited_for_us(self):
        sent = [message for message in messages.own() + messages.of_the_world()
                if message.has_sound_header]
        port = peers.free_port()
        with peers.Postfix(next_hop_port=port) as postfix:
            self.queue(postfix, sent)
            self.await_true(postfix, lambda: postfix.deferred_count() == len(sent))
            with Ringpostd(f"maildir:{self.mail}", port=port):
                postfix.flush()
                self.await_true(postfix, lambda: postfix.queue_length() == 0)
        differences = messages.differences(sent, stored_messages(self.mail))
        if differences:
            self.fail("\n".join(differences))

    @staticmethod
    def queue(postfix, sent):
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=PATIENCE_SECONDS) as client:
            for message in sent:
                client.sendmail(message.sender, [READER], message.octets, ["BODY=8BITMIME"])

    def await_true(self, postfix, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"{postfix.queue_length()} messages are still queued:\n"
                          + peers.read(postfix.log))
            time.sleep(0.05)  # between two looks at the queue


if __name__ == "__main__":
    tap.main()
