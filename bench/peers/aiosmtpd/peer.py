"""aiosmtpd, with Debian's Python."""

import pathlib

from peers import certificate, debian
from peers.server import STARTTLS, Server

HERE = pathlib.Path(__file__).parent
PROGRAM = "usr/bin/python3.11"


class Aiosmtpd(Server):
    name = "aiosmtpd"
    title = "aiosmtpd"
    promise = "the handler returned; nothing kept"
    is_one_thread = True
    is_slow = True
    tls_ways = (STARTTLS,)
    # It takes pipelined commands, although it does not offer PIPELINING.
    load = ("--force",)

    def prepare(self):
        self.root = debian.unpacked("python3-aiosmtpd", PROGRAM)

    def version(self):
        return debian.version("python3-aiosmtpd")

    def environment(self):
        return {"PYTHONHOME": str(self.root / "usr"), "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"), "LANG": "C.UTF-8"}

    def command(self, folder):
        words = ["-W", "ignore", HERE / "server.py", "127.0.0.1", self.port]
        if self.tls:
            shown = certificate.made()
            words += [shown.chain, shown.key]
        return debian.by_loader(self.root, PROGRAM, *words)
