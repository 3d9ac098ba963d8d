"""What every measured server has in common: it is made ready once, and then started and ended for each run.

    class Nodemailer(Server):
        name, title, promise = "nodemailer", "nodemailer smtp-server", "the handler returned"
        def prepare(self): ...                  # raises Unavailable with the reason
        def command(self, folder): return ["node", "server.js", self.port]

    with server.running(cores={0}): ...         # listens at 127.0.0.1:server.port, has greeted
"""

import contextlib
import os
import pathlib
import socket
import ssl
import time

from debian_packages import Unavailable
from peers import folders, process_tree

BUILD_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "build"
PEERS_FOLDER = BUILD_FOLDER / "bench-peers"
GREETING_SECONDS = 30
# The domain that every server takes mail for, and the name that each of them goes by.
DOMAIN = "example.com"
HOST_NAME = "mx.example.com"
# The ways of TLS: after the command, and from the first octet.
STARTTLS, IMPLICIT = "starttls", "implicit"
# For a look at whether a server greets.
NOBODY_IS_CHECKED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NOBODY_IS_CHECKED.check_hostname = False
NOBODY_IS_CHECKED.verify_mode = ssl.CERT_NONE


class Server:
    name = ""
    title = ""
    # What its 250 after a message stands for.
    promise = ""
    # Its run delay tells of strangers on the core; of several threads or processes it does not.
    is_one_thread = False
    # Kernel threads work for it, which nobody's CPU time explains.
    writes_to_disk = False
    # Fewer rounds and a longer run where a message takes it tens of milliseconds.
    is_slow = False
    # {name of a case: why it cannot be measured}
    unable = {}
    # More options for ringpost-load.
    load = ()
    # The ways of TLS that command() can offer: self.tls says which, if any.
    tls_ways = ()
    idle_connections = 5000

    def __init__(self):
        self.port = 0
        self.process = None
        self.tls = None
        # Tests may run several at a time.
        self.folder = PEERS_FOLDER / "runs" / f"{self.name}-{os.getpid()}"
        self.log = self.folder / "log"

    def prepare(self):
        """Fetches what is needed, once. Raises Unavailable."""

    def version(self):
        return "unknown"

    def command(self, folder):
        """Writes what it needs into the empty folder and tells how it is started there."""
        raise NotImplementedError

    def environment(self):
        return os.environ | {"LANG": "C.UTF-8"}

    def clean_up(self):
        """After its end, what is not in its folder."""

    @property
    def pid(self):
        return self.process.pid

    @contextlib.contextmanager
    def running(self, cores, tls=None):
        self.tls = tls
        folders.remove(self.folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        try:
            self.process = process_tree.start(self.command(self.folder), cores, self.log,
                                              self.environment(), self.folder)
            try:
                self.await_greeting()
                yield self
            finally:
                process_tree.end(self.process)
        finally:
            self.clean_up()
            folders.remove(self.folder)
            if self.writes_to_disk:
                os.sync()  # Or the next server's disk still works for this one.

    def await_greeting(self):
        deadline = time.monotonic() + GREETING_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Unavailable(f"it ended with {self.process.returncode}: {self.last_words()}")
            with contextlib.suppress(OSError), self._connection() as probe:
                if probe.recv(512).startswith(b"220"):
                    probe.sendall(b"QUIT\r\n")
                    return
            time.sleep(0.02)  # between two tries
        raise Unavailable(f"it does not greet within {GREETING_SECONDS} s: {self.last_words()}")

    def _connection(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        if self.tls != IMPLICIT:
            return connection
        return NOBODY_IS_CHECKED.wrap_socket(connection)

    def last_words(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return " ".join(text.split())[-300:] or "(nothing in its log)"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fill_in(template, **values):
    """The text of a template file with its @NAME@ filled in."""
    text = pathlib.Path(template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    return text
