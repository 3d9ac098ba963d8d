"""Ringpost's own programs: the server as it is configured by default, but for recipients of one domain,
aliases, a log file and no limit for each address; and the blind sink, the yardstick."""

import pathlib
import subprocess

from peers import certificate, server
from peers.server import IMPLICIT, STARTTLS, Server, Unavailable, fill_in

HERE = pathlib.Path(__file__).parent


class _Program(Server):
    path = ""

    def __init__(self, build_folder=server.BUILD_FOLDER):
        super().__init__()
        self.program = build_folder / self.path

    def prepare(self):
        if not self.program.exists():
            raise Unavailable(f"{self.path} has not been built")


class Ringpostd(_Program):
    name = "ringpostd"
    title = "ringpostd, discard"
    promise = "nothing: discarded by its store"
    path = "server/ringpostd"
    store = "discard"
    tls_ways = (STARTTLS, IMPLICIT)
    # A line for each message goes to its log by a kernel worker, so its run delay is its own, too.

    def __init__(self, build_folder=server.BUILD_FOLDER, shards=1):
        super().__init__(build_folder)
        self.shards = shards

    def version(self):
        told = subprocess.run([self.program, "--version"], capture_output=True, text=True,
                              check=True)
        return told.stdout.split()[-1]

    def command(self, folder):
        (folder / "aliases").write_text("postmaster: reader\nabuse: postmaster\n")
        configuration = folder / "ringpostd.toml"
        text = fill_in(HERE / "ringpostd.toml", folder=folder, port=self.port, shards=self.shards,
                       store=self.store, tls=self.tls or "none")
        if self.tls:
            shown = certificate.made()
            text += fill_in(HERE / "tls.toml", chain=shown.chain, key=shown.key)
        configuration.write_text(text)
        return [self.program, "--config", configuration]


class RingpostdMaildir(Ringpostd):
    name = "ringpostd-maildir"
    title = "ringpostd, Maildir"
    promise = "a file in a Maildir, synced to the disk"
    store = "maildir"
    tls_ways = ()  # what TLS costs is the same as with the other store
    writes_to_disk = True
    idle_connections = 0  # as with the other store


class Blind(_Program):
    name = "blind"
    title = "ringpost-sink --blind"
    promise = "nothing: only the ends of lines and of data are looked for"
    path = "bench/ringpost-sink"
    is_one_thread = True

    def version(self):
        return "of this commit"

    def command(self, folder):
        return [self.program, "--blind", "--listen", f"127.0.0.1:{self.port}"]
