"""nodemailer's smtp-server. It waits 100 ms before each greeting, in case somebody talks early: no
CPU, but it bounds what a new connection for each message can reach."""

import pathlib

from peers import certificate, node
from peers.server import STARTTLS, Server

HERE = pathlib.Path(__file__).parent


class Nodemailer(Server):
    name = "nodemailer"
    title = "nodemailer smtp-server"
    promise = "the handler returned; nothing kept"
    tls_ways = (STARTTLS,)

    def prepare(self):
        self.installed = node.installed(self.name, HERE / "package.json")

    def version(self):
        return node.version(self.installed, "smtp-server")

    def command(self, folder):
        command = ["node", HERE / "server.js", self.installed, "127.0.0.1", self.port]
        if self.tls:
            shown = certificate.made()
            command += [shown.chain, shown.key]
        return command
