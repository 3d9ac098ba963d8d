"""Haraka in one process, with one plugin of ours instead of its own, so that it asks nobody for
names and delivers nothing."""

import pathlib
import shutil

from peers import certificate, node
from peers.server import STARTTLS, Server, fill_in

HERE = pathlib.Path(__file__).parent


class Haraka(Server):
    name = "haraka"
    title = "Haraka"
    promise = "its queue plugin returned; nothing kept"
    is_slow = True
    tls_ways = (STARTTLS,)
    unable = {"B": "it answers commands pipelined behind the end of data with 503"}

    def prepare(self):
        self.installed = node.installed(self.name, HERE / "package.json")

    def version(self):
        return node.version(self.installed, "Haraka")

    def command(self, folder):
        shutil.copytree(HERE / "plugins", folder / "plugins")
        (folder / "config").mkdir()
        for template in (HERE / "configuration").iterdir():
            (folder / "config" / template.name).write_text(fill_in(template, port=self.port))
        if self.tls:
            # As its plugin tls names them.
            certificate.copied(folder / "config", "tls_cert.pem", "tls_key.pem")
            plugins = folder / "config/plugins"
            plugins.write_text("tls\n" + plugins.read_text())
        return ["node", self.installed / "node_modules/Haraka/bin/haraka", "-c", folder]
