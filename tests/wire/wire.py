"""What the checks of the wire are written with: checks, sessions of raw octets, servers, mailboxes.

A check is a function of one `World`, with a level, the section it comes from, and one sentence:

    @check(MUST, "RFC 5321 §4.1.1.9")
    def noop_is_answered_with_250(world):
        "NOOP does nothing, and is answered with 250."
        with world.session() as session:
            session.command(b"NOOP", 250)

Expectations come from the RFCs and from known attacks, never from the server's source. No check waits
for a time to pass: that something does *not* come is shown by the reply to the next command.
"""

import contextlib
import dataclasses
import itertools
import os
import pathlib
import re
import socket
import struct

PATIENCE_SECONDS = 60  # for what should take a moment; only ends what hangs
DOMAIN = b"example.com"
SENDER = b"sender@client.test"
MUST, SHOULD, HARDENING = "MUST", "SHOULD", "HARDENING"


# --- Checks

@dataclasses.dataclass
class Check:
    name: str
    level: str
    section: str
    sentence: str
    run: object


registry = []


def check(level, section):
    """Registers the decorated function, whose docstring is the sentence."""
    def register(function):
        _register(function.__name__, level, section, function.__doc__, function)
        return function
    return register


def check_each(level, section, cases):
    """Registers the decorated function once for each case, a mapping of a name to its argument."""
    def register(function):
        for case, argument in cases.items():
            def run(world, argument=argument):
                function(world, argument)
            _register(f"{function.__name__}[{case}]", level, section, function.__doc__, run)
        return function
    return register


def _register(name, level, section, sentence, run):
    if any(known.name == name for known in registry):
        raise ValueError(f"two checks are called {name}")
    registry.append(Check(name, level, section, " ".join(sentence.split()), run))


def expect(holds, complaint):
    if not holds:
        raise AssertionError(complaint)


# --- Replies

TEXT = re.compile(rb"[\t\x20-\x7e]*")
UTF8_TEXT = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])(.*))?", re.DOTALL)
ENHANCED = re.compile(rb"([245])\.[0-9]{1,3}\.[0-9]{1,3}(?: |$)")
LONGEST_REPLY_LINE = 512


class Reply:
    """One reply, whose form was checked when it was read."""

    def __init__(self, code, lines):
        self.code = code
        self.lines = lines  # the text of each, without code and separator

    def __repr__(self):
        return f"{self.code} {self.lines!r}"

    def enhanced_code(self):
        match = ENHANCED.match(self.lines[0])
        return match[0].strip() if match else None

    def keywords(self):
        """Of a reply to EHLO: the parameters of each keyword."""
        return {words[0].upper(): words[1:] for words in (line.split(b" ") for line in self.lines[1:])}


class Closed(AssertionError):
    """The server ended the connection where a reply was due."""


class Session:
    """A connection that writes the octets it is told to, and checks the form of every reply."""

    def __init__(self, address, local_address=None):
        self.socket = socket.create_connection(address, timeout=PATIENCE_SECONDS,
                                               source_address=local_address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.has_enhanced_codes = False
        self._pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # Writing.

    def send(self, octets):
        self.socket.sendall(octets)

    def send_piece(self, octets):
        """Sends, and returns when the server's socket has nothing unread: the next piece is a read
        of its own."""
        self.send(octets)
        await_all_read(self.socket)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    # Reading.

    def reply(self, *codes, has_enhanced_code=None):
        """The next reply, which has one of the codes, if any are named.

        Enhanced codes must be there after EHLO, but in 354; `has_enhanced_code` says otherwise."""
        lines = []
        while True:
            code, separator, text = self._reply_line()
            lines.append(text)
            if len(lines) == 1:
                first_code = code
            expect(code == first_code, f"the lines of one reply have codes {first_code} and {code}")
            if separator != b"-":
                break
        reply = Reply(first_code, lines)
        self._check_enhanced_codes(reply, has_enhanced_code)
        expect(not codes or reply.code in codes, f"expected {codes} and got {reply}")
        return reply

    def replies(self, *codes):
        """One reply for each code (or tuple of codes), in this order."""
        return [self.reply(*(code if isinstance(code, tuple) else (code,))) for code in codes]

    def command(self, line, *codes):
        self.send(line + b"\r\n")
        return self.reply(*codes)

    def hello_command(self, line, *codes):
        """A command whose reply has no enhanced code: HELO, EHLO, LHLO (RFC 2034 §4)."""
        self.send(line + b"\r\n")
        return self.reply(*codes, has_enhanced_code=False)

    def ends(self):
        """The server closes, and says nothing more."""
        left = self.rest()
        expect(not left, f"expected the end of the connection and got {left[:200]!r}")

    def rest(self):
        """All that the server still says until it closes."""
        said = self._pending
        self._pending = b""
        try:
            while octets := self.socket.recv(65536):
                said += octets
        except ConnectionResetError:
            pass
        return said

    def is_quiet(self):
        """Nothing is left unsaid: what comes next is the reply to a HELP."""
        self.command(b"HELP", 211, 214)

    # Longer exchanges.

    def greet(self):
        self.reply(220, has_enhanced_code=False)
        return self

    def ehlo(self, verb=b"EHLO"):
        reply = self.hello_command(verb + b" client.test", 250)
        self.has_enhanced_codes = b"ENHANCEDSTATUSCODES" in reply.keywords()
        return reply

    def envelope(self, *recipients, sender=SENDER, mail_parameters=b""):
        self.command(b"MAIL FROM:<" + sender + b">" + mail_parameters, 250)
        for recipient in recipients:
            self.command(b"RCPT TO:<" + address_of(recipient) + b">", 250)

    def data(self, octets, *codes):
        """DATA, the octets as they are, and the reply to the end that they contain."""
        self.command(b"DATA", 354)
        self.send(octets)
        return self.reply(*(codes or (250,)))

    def deliver(self, *recipients, text=b"Subject: hello\r\n\r\nhello\r\n"):
        self.envelope(*recipients)
        return self.data(text + b".\r\n")

    def quit(self):
        self.command(b"QUIT", 221)
        self.ends()

    def _reply_line(self):
        line = self._line()
        match = LINE.fullmatch(line)
        expect(match, f"not a line of a reply: {line!r}")
        text = match[3] or b""
        expect(TEXT.fullmatch(text), f"an octet that a reply must not have: {line!r}")
        return int(match[1]), match[2], text

    def _line(self):
        while b"\r\n" not in self._pending:
            expect(len(self._pending) < 65536, "an endless line of a reply")
            try:
                octets = self.socket.recv(65536)
            except ConnectionResetError:
                octets = b""
            if not octets:
                raise Closed(f"the server closed the connection after {self._pending!r}")
            self._pending += octets
        line, _, self._pending = self._pending.partition(b"\r\n")
        expect(len(line) + 2 <= LONGEST_REPLY_LINE, f"a line of {len(line) + 2} octets: {line!r}")
        return line

    def _check_enhanced_codes(self, reply, wanted):
        if wanted is None:
            wanted = self.has_enhanced_codes and reply.code // 100 != 3
        found = [ENHANCED.match(line) for line in reply.lines]
        if wanted:
            expect(all(found), f"no enhanced code in a line of {reply}")
            expect(all(int(match[1]) == reply.code // 100 for match in found),
                   f"the class of the enhanced code is not that of the reply: {reply}")
            expect(len({match[0].strip() for match in found}) == 1,
                   f"two enhanced codes in one reply: {reply}")
        elif reply.code // 100 == 3 or self.has_enhanced_codes:
            expect(not any(found), f"an enhanced code where none belongs: {reply}")


def address_of(recipient):
    return recipient.address if isinstance(recipient, Mailbox) else recipient


# --- How much of a connection the server has not read yet

INET_DIAG_REQUEST = 20  # SOCK_DIAG_BY_FAMILY
NETLINK_SOCK_DIAG = 4


def await_all_read(client):
    """Returns when the server's end of this connection has read all that it was sent."""
    local, peer = client.getsockname(), client.getpeername()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as netlink:
        while _octets_unread(netlink, server=peer, client=local):
            os.sched_yield()


def _octets_unread(netlink, server, client):
    addresses = [socket.inet_aton(address[0]).ljust(16, b"\0") for address in (server, client)]
    socket_id = struct.pack("!HH16s16s", server[1], client[1], *addresses)
    socket_id += struct.pack("=III", 0, 0xffffffff, 0xffffffff)
    request = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xffffffff) + socket_id
    netlink.send(struct.pack("=IHHII", 16 + len(request), INET_DIAG_REQUEST, 1, 0, 0) + request)
    answer = netlink.recv(65536)
    if struct.unpack_from("=H", answer, 4)[0] != INET_DIAG_REQUEST:
        return 0  # the server's end is gone
    return struct.unpack_from("=I", answer, 16 + 4 + 48 + 4)[0]  # idiag_rqueue


# --- Mailboxes

class Mailbox:
    """What is stored for one address, which no other check uses."""

    def __init__(self, mail_folder, address):
        self.address = address
        self._folder = pathlib.Path(mail_folder) / os.fsdecode(address)

    def messages(self):
        """The octets of each message, in no order."""
        return [path.read_bytes() for path in self._folder.glob("new/*")]

    def texts(self):
        """The messages without the trace fields that the server put before them."""
        return [without_trace(message) for message in self.messages()]

    def only_message(self):
        messages = self.messages()
        expect(len(messages) == 1, f"expected one message and found {len(messages)}: {messages!r}")
        return messages[0]

    def holds(self, *texts):
        """Has exactly these messages, but for their trace fields."""
        found = sorted(self.texts())
        expect(found == sorted(texts), f"expected {sorted(texts)!r} and found {found!r}")

    def is_empty(self):
        self.holds()


TRACE = re.compile(rb"(?:Return-Path:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)?"
                   rb"(?:(?:Delivered-To|X-Original-To):[^\r\n]*\r?\n)*"
                   rb"Received:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")


def without_trace(message):
    match = TRACE.match(message)
    expect(match, f"a message without trace fields: {message[:400]!r}")
    return message[match.end():]


# --- The world that checks are run in

class World:
    """The servers that all checks share, and mailboxes for each."""

    def __init__(self, servers):
        self.servers = servers
        self._counter = itertools.count(1)

    @contextlib.contextmanager
    def connection(self, server="main"):
        """A session that has read nothing yet."""
        with Session(self.servers[server].smtp) as session:
            yield session

    @contextlib.contextmanager
    def session(self, server="main"):
        """A session that has said EHLO."""
        with self.connection(server) as session:
            session.greet()
            session.ehlo()
            yield session

    @contextlib.contextmanager
    def lmtp_session(self):
        with Session(self.servers["main"].lmtp) as session:
            session.greet()
            session.ehlo(b"LHLO")
            yield session

    def mailbox(self):
        address = b"box%d@%b" % (next(self._counter), DOMAIN)
        return self.mailbox_at(address)

    def mailbox_at(self, address, server="main"):
        return Mailbox(self.servers[server].mail_folder, address)
