"""User memory for each connection that has said EHLO and then nothing."""

import contextlib
import resource
import socket

from peers import process_tree
from peers.server import Unavailable

# That many greetings are awaited together: a server may take its time for each.
BATCH = 250
REPLY_SECONDS = 30
DESCRIPTORS_TO_SPARE = 100


def measure(server, cores, connection_count):
    """{connections, bytes_per_connection}"""
    count = min(connection_count, server.idle_connections, _descriptors() - DESCRIPTORS_TO_SPARE)
    with server.running(set(cores)), contextlib.ExitStack() as connections:
        before = process_tree.memory_bytes(server.pid)
        for first in range(0, count, BATCH):
            _open(server.port, min(BATCH, count - first), connections)
        after = process_tree.memory_bytes(server.pid)
    return {"connections": count, "bytes_per_connection": (after - before) / count}


def _open(port, count, connections):
    batch = [connections.enter_context(
        socket.create_connection(("127.0.0.1", port), timeout=REPLY_SECONDS))
        for _ in range(count)]
    for connection in batch:
        _await_reply(connection)
    for connection in batch:
        connection.sendall(b"EHLO client.example.org\r\n")
    for connection in batch:
        _await_reply(connection)


def _await_reply(connection):
    reply = b""
    while not _is_whole(reply):
        more = connection.recv(4096)
        if not more:
            raise Unavailable(f"it closed an idle connection; it had said {reply[:100]}")
        reply += more
    if not reply.startswith(b"2"):
        raise Unavailable(f"it answers an idle connection with {reply[:100]}")


def _is_whole(reply):
    lines = reply.split(b"\r\n")
    return len(lines) > 1 and lines[-1] == b"" and lines[-2][3:4] != b"-"


def _descriptors():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
