"""Postfix's smtp-sink: the receiver that mail benchmarks have used for twenty years. It parses the
dialog, finds the end of data and keeps nothing."""

import os

from peers import debian
from peers.server import Server

PROGRAM = "usr/sbin/smtp-sink"
BACKLOG = 1024
CONNECTION_LIMIT = 20000


class SmtpSink(Server):
    name = "smtp-sink"
    title = "Postfix smtp-sink"
    promise = "nothing: discarded as it is read"
    is_one_thread = True

    def prepare(self):
        self.root = debian.unpacked("postfix", PROGRAM)

    def version(self):
        return debian.version("postfix")

    def command(self, folder):
        # As root it insists on becoming somebody else.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        return debian.by_loader(self.root, PROGRAM, *user, "-m", CONNECTION_LIMIT,
                                f"inet:127.0.0.1:{self.port}", BACKLOG)
