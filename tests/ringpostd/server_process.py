"""ringpostd as a process under test: what it prints is awaited, what it is told are signals.

    with ServerProcess("--listen", "127.0.0.1:0") as server:
        server.await_ready()
        server.end()
"""

import os
import pathlib
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE_SECONDS = 120  # for what should take a moment; only ends what hangs

BUILD = pathlib.Path(os.environ["RINGPOST_BUILD_FOLDER"])
RINGPOSTD = os.environ.get("RINGPOSTD", str(BUILD / "server" / "ringpostd"))
RINGPOST = str(BUILD / "server" / "ringpost")


def run(*arguments, program=RINGPOSTD):
    """To its end: for what does not serve."""
    return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE_SECONDS)


def new_folder():
    return tempfile.TemporaryDirectory(prefix="ringpostd-test-")


class Output:
    """A pipe of the process, read as far as somebody waits for something."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.text = ""

    def await_match(self, pattern):
        deadline = time.monotonic() + PATIENCE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.pipe, selectors.EVENT_READ)
            while not (match := re.search(pattern, self.text, re.MULTILINE)):
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"no {pattern!r} in:\n{self.text}")
                octets = os.read(self.pipe.fileno(), 65536)
                if not octets:
                    raise AssertionError(f"it ended without {pattern!r}; it printed:\n{self.text}")
                self.text += octets.decode(errors="replace")
        return match

    def read_rest(self):
        self.text += self.pipe.read().decode(errors="replace")
        return self.text


class ServerProcess:
    def __init__(self, *arguments, environment=None, under=(), pass_fds=(), folder=None):
        """`under`: a program that runs it, with its arguments."""
        self.process = subprocess.Popen(
            [*under, RINGPOSTD, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=0, start_new_session=True, pass_fds=pass_fds, cwd=folder,
            env=os.environ | (environment or {}))
        self.stdout = Output(self.process.stdout)
        self.log = Output(self.process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def await_ready(self):
        """The port of its first SMTP listener, when that is on TCP."""
        line = self.stdout.await_match(r"^ready:.*\n")[0]
        tcp = re.search(r" smtp [0-9.]+:([0-9]+)", line)
        return int(tcp[1]) if tcp else None

    def tell(self, signal_number):
        self.process.send_signal(signal_number)

    def await_end(self):
        """Its exit code."""
        return self.process.wait(PATIENCE_SECONDS)

    def end(self):
        """What it wrote to its log."""
        self.tell(signal.SIGTERM)
        exit_code = self.await_end()
        log = self.log.read_rest()
        if exit_code != 0:
            raise AssertionError(f"it ended with {exit_code}:\n{log}")
        return log


class Dialog:
    """An SMTP client that says lines and expects codes."""

    def __init__(self, address):
        """`address`: a port of 127.0.0.1, or the path of a Unix socket."""
        if isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), PATIENCE_SECONDS)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE_SECONDS)
            self.socket.connect(str(address))
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def expect(self, code):
        """The lines of one reply."""
        reply = []
        while not reply or reply[-1][3:4] == b"-":
            line = self.lines.readline()
            if not line:
                raise AssertionError(f"expected {code}, and the connection ended behind {reply}")
            reply.append(line)
        if int(reply[-1][:3]) != code:
            raise AssertionError(f"expected {code}, got {reply}")
        return reply

    def say(self, line, code):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.expect(code)

    def open(self, hello="EHLO client.test"):
        self.expect(220)
        return self.say(hello, 250)

    def expect_end(self):
        rest = self.lines.read()
        if rest:
            raise AssertionError(f"expected the end, got {rest!r}")
