"""Messages to send through other people's mail programs, and what must be true when they come back.

A message has an envelope sender of its own. The Return-Path of a stored one tells which it is.
"""

import dataclasses
import os
import pathlib
import re

LONGEST_LINE = 998  # RFC 5322 §2.1.1
HEADER_LINE = re.compile(rb"[!-9;-~]+:|[ \t]")
TRACE_FIELD = re.compile(rb"(?i)\A(?:Return-Path|Received|Delivered-To|X-Original-To):"
                         rb"[^\n]*\n(?:[ \t][^\n]*\n)*")
RETURN_PATH = re.compile(rb"\AReturn-Path: <([^>]*)>\r?\n")


@dataclasses.dataclass
class Message:
    name: str
    octets: bytes  # CRLF line ends, and one at the end

    @property
    def has_sound_header(self):
        """Or else a relay may repair it: put an empty line above a stray one, take out a blank."""
        head, _, _ = self.octets.partition(b"\r\n\r\n")
        return all(HEADER_LINE.match(line) for line in head.split(b"\r\n") if line)

    @property
    def sender(self):
        return f"{self.name}@sender.test"


def own():
    """What our own code could get wrong, one thing each."""
    bodies = {
        "plain": b"Hello,\r\nthis is all.\r\n",
        "dots": b".\r\n..\r\n...\r\n.one\r\n..two\r\nend.\r\n.\r\n",
        "empty-lines": b"\r\n\r\nin between\r\n\r\n\r\n",
        "spaces": b"trailing  \r\n\ttab\t\r\n \r\n",
        "eight-bit": "Grüße aus Köln — 東京\r\n".encode(),
        "longest-line": b"x" * LONGEST_LINE + b"\r\n" + b".".ljust(LONGEST_LINE, b"y") + b"\r\n",
        "from-line": b"From here on it goes well.\r\n>From there, too.\r\n",
        "many-lines": b"".join(b"%d\r\n" % number for number in range(20_000)),
        "large": b"0123456789abcdef\r\n.fedcba9876543210\r\n" * 40_000,
    }
    return [Message(name, header(name) + body) for name, body in bodies.items()] + [
        Message("no-body", header("no-body"))]


def header(name):
    return (f"From: Sender <{name}@sender.test>\r\n"
            "To: reader@interop.test\r\n"
            f"Subject: {name}\r\n"
            "Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n"
            f"Message-ID: <{name}@sender.test>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n"
            "\r\n").encode()


def of_the_world():
    """Awkward messages that others met, where RINGPOST_VECTORS has them; may be empty."""
    default = pathlib.Path(os.environ["RINGPOST_SOURCE_FOLDER"]).parent / "shared" / "data"
    folder = pathlib.Path(os.environ.get("RINGPOST_VECTORS", default)) / "mime"
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".eml", ".msg"):
            octets = with_crlf(path.read_bytes())
            if can_be_sent(octets):
                found.append(Message(f"world-{len(found)}-{path.stem}".lower(), octets))
    return found


def with_crlf(octets):
    octets = re.sub(rb"\r\n|\r|\n", b"\r\n", octets)
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def can_be_sent(octets):
    return b"\0" not in octets and all(len(line) <= LONGEST_LINE for line in octets.split(b"\r\n"))


def split_trace(stored):
    """The trace fields on top of a stored message, and the rest."""
    rest = stored
    while match := TRACE_FIELD.match(rest):
        rest = rest[match.end():]
    return stored[:len(stored) - len(rest)], rest


def sender_of(stored):
    match = RETURN_PATH.match(stored)
    return match[1].decode() if match else None


def differences(sent, stored):
    """Says, one line each, where what is stored is not what was sent, once and whole."""
    by_sender = {}
    for octets in stored:
        by_sender.setdefault(sender_of(octets), []).append(octets)
    found = []
    for message in sent:
        copies = by_sender.pop(message.sender, [])
        if len(copies) != 1:
            found.append(f"{message.name}: {len(copies)} copies")
        elif complaint := difference(message.octets, copies[0]):
            found.append(f"{message.name}: {complaint}")
    found += [f"a message from {sender!r} that nobody sent" for sender in by_sender]
    return found


def difference(sent, stored):
    # The message may begin with trace fields of its own, so it is looked for from the end.
    if stored.endswith(sent):
        _, rest = split_trace(stored[:len(stored) - len(sent)])
        return f"{rest[:60]!r} stands above it" if rest else None
    _, rest = split_trace(stored)
    at = next((i for i, (a, b) in enumerate(zip(sent, rest)) if a != b), min(len(sent), len(rest)))
    return (f"differs at octet {at} of {len(sent)}: sent {sent[at:at + 30]!r}, "
            f"stored {rest[at:at + 30]!r} of {len(rest)}")
