"""The servers that the checks talk to, each with its own folder of Maildirs."""

import os
import pathlib
import re
import selectors
import signal
import subprocess
import time

from wire import PATIENCE_SECONDS

MOST_OCTETS = 128 * 1024  # of a message, for the main server
MOST_RECIPIENTS = 120  # of a message, for the small server
MOST_CONNECTIONS_PER_ADDRESS = 3  # for the small server
LISTED = b"listed@example.com"
QUOTED = b'"two words"@example.com'

SMALL_CONFIGURATION = f"""
[server]
shards = 1
[[listener]]
address = "127.0.0.1:0"
[limits]
recipients = {MOST_RECIPIENTS}
messages = 2
max_message_size = 0
[connections]
per_address = {MOST_CONNECTIONS_PER_ADDRESS}
[recipients]
domains = ["example.com"]
"""


class Server:
    """A running ringpostd: `smtp` and `lmtp` are where it listens."""

    def __init__(self, folder, *arguments, configuration=None):
        self.mail_folder = os.path.join(folder, "mail")
        os.makedirs(self.mail_folder)
        if configuration:
            path = pathlib.Path(folder) / "ringpostd.toml"
            path.write_text(configuration)
            arguments = ("--config", str(path), *arguments)
        program = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"]) / "server" / "ringpostd"
        self._log = open(os.path.join(folder, "log"), "wb")
        self._process = subprocess.Popen(
            [os.environ.get("RINGPOSTD", str(program)), *arguments,
             "--store", f"maildir:{self.mail_folder}/{{address}}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, bufsize=0,
            start_new_session=True)
        try:
            ready = self._ready_line()
        except BaseException:
            self.kill()
            raise
        self.smtp = address_in(ready, "smtp")
        self.lmtp = address_in(ready, "lmtp")

    def resident_octets(self):
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    def is_running(self):
        return self._process.poll() is None

    def stop(self):
        """Ends it by TERM; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE_SECONDS)
        finally:
            self.kill()

    def kill(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def _ready_line(self):
        printed = b""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not re.search(rb"^ready: .*\n", printed, re.MULTILINE):
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"ringpostd is not ready; it printed {printed!r}")
                octets = os.read(self._process.stdout.fileno(), 4096)
                if not octets:
                    raise AssertionError(f"ringpostd ended before it was ready; it printed {printed!r}")
                printed += octets
        return printed.decode()


def address_in(ready, protocol):
    match = re.search(rf"\b{protocol} ([0-9.]+):([0-9]+)", ready)
    return (match[1], int(match[2])) if match else None


def start_all(folder):
    """The servers by their names; the caller stops them."""
    listening = ("--listen", "127.0.0.1:0", "--domain", "example.com")
    arguments = {
        "main": (*listening, "--lmtp", "127.0.0.1:0", "--domain", "example.net",
                 "--max-message-size", str(MOST_OCTETS)),
        "listed": (*listening, "--recipient", LISTED.decode(), "--recipient", QUOTED.decode()),
        "impatient": (*listening, "--timeout", "200ms"),
        "small": (),
    }
    servers = {}
    try:
        for name, chosen in arguments.items():
            servers[name] = Server(os.path.join(folder, name), *chosen,
                                   configuration=SMALL_CONFIGURATION if name == "small" else None)
    except BaseException:
        for server in servers.values():
            server.kill()
        raise
    return servers
