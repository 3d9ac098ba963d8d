"""Postfix relays a queue of real messages to ringpostd."""

import pathlib
import tempfile
import unittest

import messages
import peers
import tap
from ringpostd import READER, Ringpostd, stored_messages


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
            postfix.take(sent, READER)
            postfix.await_true(lambda: postfix.deferred_count() == len(sent))
            with Ringpostd(f"maildir:{self.mail}", port=port):
                postfix.flush()
                postfix.await_true(lambda: postfix.queue_length() == 0)
        differences = messages.differences(sent, stored_messages(self.mail))
        if differences:
            self.fail("\n".join(differences))


if __name__ == "__main__":
    tap.main()
