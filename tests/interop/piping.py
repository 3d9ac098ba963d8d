"""A program's standard input and output as one socket, so that waiting for it has an end.

    with piping.piped(peers.command("openssl", "s_client", ...)) as connection:
        connection.sendall(b"EHLO client.test\\r\\n")
        piping.await_text(connection, b"250 ")
"""

import contextlib
import os
import pty
import socket
import subprocess
import termios

import peers


@contextlib.contextmanager
def piped(command, *, stdin=None, stderr=subprocess.DEVNULL):
    """The program is ended with the block. `stdin`: another than the socket."""
    ours, theirs = socket.socketpair()
    ours.settimeout(peers.PATIENCE_SECONDS)
    with ours, theirs, subprocess.Popen(command, env=peers.environment(), stdin=stdin or theirs,
                                        stdout=theirs, stderr=stderr) as process:
        theirs.close()
        try:
            yield ours
        finally:
            process.kill()


@contextlib.contextmanager
def line_by_line():
    """Two descriptors: of what is written to the first, a read of the second gives one line."""
    ours, theirs = pty.openpty()
    try:
        attributes = termios.tcgetattr(theirs)
        attributes[:4] = 0, 0, attributes[2], termios.ICANON
        attributes[6] = [b"\0"] * len(attributes[6])  # no octet has a meaning
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        yield ours, theirs
    finally:
        os.close(ours)
        os.close(theirs)


def await_text(connection, text):
    """All that is said until it has been, or until the program ends."""
    octets = b""
    with contextlib.suppress(ConnectionError):
        while text not in octets and (received := connection.recv(65536)):
            octets += received
    return octets


def read_to_the_end(connection):
    octets = b""
    with contextlib.suppress(ConnectionError):
        while received := connection.recv(65536):
            octets += received
    return octets
