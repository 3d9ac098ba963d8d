"""An SMTP client that writes exactly the octets it is told to."""

import socket

PATIENCE_SECONDS = 120


class RawSession:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def read_reply(self):
        """The code of the next reply, all its lines read."""
        while True:
            line = self._read_line()
            if line[3:4] != b"-":
                return int(line[:3])

    def expect(self, *codes):
        """Reads one reply for each code."""
        for code in codes:
            got = self.read_reply()
            if got != code:
                raise AssertionError(f"expected {code} and got {got}")

    def open(self, *, hello=b"EHLO client.test\r\n"):
        """Reads the greeting and says hello."""
        self.expect(220)
        self.send(hello)
        self.expect(250)

    def _read_line(self):
        while b"\n" not in self._pending:
            octets = self.socket.recv(65536)
            if not octets:
                raise ConnectionError("the server closed the connection")
            self._pending += octets
        line, _, self._pending = self._pending.partition(b"\n")
        return line
