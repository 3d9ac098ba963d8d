"""Against clients that mean no mail: other protocols, floods, slowness, limits."""

import os
import tempfile

from servers import MOST_CONNECTIONS_PER_ADDRESS, Server
from wire import HARDENING, MUST, Closed, Session, check, check_each, expect


# --- Other protocols

@check_each(HARDENING, "other protocols on the port", {
    "get": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "post": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n",
    "put": b"PUT /x HTTP/1.0\r\n\r\n", "head": b"HEAD / HTTP/1.0\r\n\r\n", "options": b"OPTIONS * HTTP/1.1\r\n\r\n",
    "connect": b"CONNECT mx.test:25 HTTP/1.1\r\nHost: mx.test:25\r\n\r\n",
    "delete": b"DELETE / HTTP/1.1\r\n\r\n",
    "tls": b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03" + bytes(range(240)) + b"\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n"})
def other_protocol_is_dropped(world, request):
    "A client of another protocol is cut off, and the mail in its request is not executed."
    box = world.mailbox()
    mail = (b"EHLO client.test\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address
            + b">\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n")
    with world.connection() as session:
        session.send(request + mail)
        said = session.rest()
        expect(b"\r\n354" not in said and said.count(b"\r\n250") == 0, f"it was served: {said!r}")
    box.is_empty()


@check(HARDENING, "other protocols on the port")
def http_request_is_closed_while_the_client_waits(world):
    "An HTTP client that waits for its response is not left waiting."
    with world.connection() as session:
        session.greet()
        session.send(b"GET / HTTP/1.1\r\n")
        session.rest()


# --- Errors

@check(HARDENING, "RFC 5321 §7.8")
def too_many_errors_end_in_421(world):
    "A client that makes nothing but errors is cut off with 421."
    with world.session() as session:
        for _ in range(500):
            if session.command(b"RCPT TO:<a@example.com>", 503, 421).code == 421:
                session.ends()
                return
    raise AssertionError("500 errors, and no end")


@check(HARDENING, "RFC 5321 §7.8")
def too_many_unknown_commands_end_in_421(world):
    "A client that sends nothing but nonsense is cut off with 421."
    with world.session() as session:
        for _ in range(500):
            if session.command(b"XYZZY", 500, 421).code == 421:
                session.ends()
                return
    raise AssertionError("500 unknown commands, and no end")


@check(HARDENING, "RFC 5321 §7.8")
def too_many_foreign_recipients_end_in_421(world):
    "A client that guesses addresses is cut off with 421."
    with world.session("listed") as session:
        session.envelope()
        for guess in range(500):
            if session.command(b"RCPT TO:<guess%d@example.com>" % guess, 550, 421).code == 421:
                session.ends()
                return
    raise AssertionError("500 guesses, and no end")


@check(HARDENING, "RFC 5321 §7.8")
def noops_end_in_421(world):
    "A client that only keeps the connection busy is cut off with 421."
    with world.session() as session:
        for _ in range(2000):
            if session.command(b"NOOP", 250, 421).code == 421:
                session.ends()
                return
    raise AssertionError("2,000 NOOPs, and no end")


@check(HARDENING, "RFC 5321 §7.8")
def pipelined_errors_end_in_421_too(world):
    "The same for a client that sends all of it at once: nothing behind the 421 is executed."
    box = world.mailbox()
    with world.session() as session:
        session.send(b"XYZZY\r\n" * 500 + b"MAIL FROM:<>\r\nRCPT TO:<" + box.address + b">\r\nBDAT 4 LAST\r\nx: y")
        said = session.rest()
        expect(said.count(b"\r\n250") == 0, f"executed: {said[-200:]!r}")
    box.is_empty()


@check(HARDENING, "RFC 5321 §4.5.3.1.8")
def twenty_messages_of_good_behaviour(world):
    "Mail between other commands is never taken for misbehaviour."
    box = world.mailbox()
    with world.session() as session:
        for _ in range(60):
            session.command(b"RSET", 250)
            session.command(b"NOOP", 250)
            session.deliver(box)
    expect(len(box.messages()) == 60, f"{len(box.messages())} of 60")


# --- Octets that come back

@check_each(HARDENING, "reply text", {
    "ehlo": b"EHLO \x1b]0;x\x07", "ehlo_percent": b"EHLO %n%s%x", "vrfy": b"VRFY \x1b[2J", "unknown": b"\x1b[31mRED",
    "mail": b"MAIL FROM:<\x1b@client.test>", "parameter": b"MAIL FROM:<a@b.c> X\x1b=1", "help": b"HELP \x07\x08",
    "noop": b"NOOP \xff\x00\x1b", "long_parameter": b"MAIL FROM:<a@b.c> " + b"X" * 400 + b"=1",
    "utf8": "VRFY \u202eevil".encode(), "expn": b"EXPN \x00", "crlf_escape": b"VRFY a%0d%0a250 ok",
    "backslash": b"VRFY a\\r\\n250 ok"})
def hostile_octets_do_not_come_back(world, line):
    "No reply has a control or 8-bit octet, or more than 512 octets in a line, whatever the command had."
    with world.session() as session:
        session.send(line + b"\r\n")
        session.reply(has_enhanced_code=False if line.startswith(b"EHLO") else None)
        session.is_quiet()


@check(HARDENING, "reply text")
def long_addresses_give_short_replies(world):
    "A refused address of hundreds of octets gives lines of at most 512."
    with world.session("listed") as session:
        session.envelope()
        session.command(b"RCPT TO:<" + b"l" * 64 + b"@" + b".".join([b"d" * 60] * 3) + b">")
        session.command(b"RCPT TO:<" + b"x" * 480 + b"@example.com>")
        session.command(b"RCPT TO:<" + b"\\\"" * 230 + b"@example.com>")


# --- Memory and number

@check(HARDENING, "RFC 5321 §4.5.3.1.9, lines without end")
def line_without_end_takes_no_memory(world):
    "Sixteen MiB without a line end are answered or cut off; the server's memory does not grow with them."
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder + "/own", "--listen", "127.0.0.1:0", "--domain", "example.com", "--shards", "1")
        try:
            with Session(server.smtp) as session:
                session.greet().ehlo()
                before = server.resident_octets()
                try:
                    for _ in range(16 * 16):
                        session.send(b"x" * 65536)
                    session.send(b"\r\n")
                    session.reply(500, 421)
                except (Closed, ConnectionError):
                    pass
                grown = server.resident_octets() - before
            # A sanitizer keeps what was freed, and so tells nothing of what the server holds.
            if "RINGPOST_SANITIZED" not in os.environ:
                expect(grown < 6 << 20, f"it grew by {grown} octets")
            with Session(server.smtp) as session:
                session.greet().ehlo()
        finally:
            exit_code = server.stop()
        expect(exit_code == 0, f"it ended with {exit_code}")


@check(HARDENING, "floods")
def thousand_connections_come_and_go(world):
    "After a thousand connections that say nothing, and a thousand that break off, mail is taken."
    server = world.servers["main"]
    for number in range(1000):
        with Session(server.smtp, ("127.0.2.%d" % (1 + number % 200), 0)):
            pass
    for number in range(1000):
        with Session(server.smtp, ("127.0.3.%d" % (1 + number % 200), 0)) as session:
            session.send(b"EHLO client.test\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<a@example.com>\r\nDATA\r\nSub")
    expect(server.is_running(), "the server is gone")
    box = world.mailbox()
    with world.session() as session:
        session.deliver(box)
    box.only_message()


@check(HARDENING, "floods")
def connections_per_address_are_limited(world):
    "A connection beyond the limit of its address is refused with 421; others are served, and it too, later."
    server = world.servers["small"]
    here = ("127.0.0.77", 0)
    sessions = [Session(server.smtp, here) for _ in range(MOST_CONNECTIONS_PER_ADDRESS)]
    try:
        for session in sessions:
            session.greet()
        with Session(server.smtp, here) as session:
            session.reply(421)
            session.ends()
        with Session(server.smtp, ("127.0.0.78", 0)) as session:
            session.greet()
        sessions[0].command(b"QUIT", 221)
        sessions[0].ends()
        sessions[0].socket.close()
        with Session(server.smtp, here) as session:
            session.reply(220, 421)
    finally:
        for session in sessions:
            session.socket.close()


# --- Time

@check_each(HARDENING, "RFC 5321 §4.5.3.2.7", {
    "greeting": b"", "line": b"EHLO cli", "hello": b"EHLO client.test\r\n",
    "mail": b"EHLO client.test\r\nMAIL FROM:<a@client.test>\r\n"})
def silent_client_is_dropped(world, octets):
    "A client that falls silent between commands gets 421 and is cut off."
    with world.connection("impatient") as session:
        session.greet()
        session.send(octets)
        said = session.rest()
        expect(said.split(b"\r\n")[-2].startswith(b"421 "), f"it ended with {said[-200:]!r}")


@check_each(HARDENING, "RFC 5321 §4.5.3.2.5", {
    "data": b"DATA\r\nSubject: x\r\n", "data_dot": b"DATA\r\nSubject: x\r\n\r\n.\r", "bdat": b"BDAT 100 LAST\r\nSubject: x\r\n"})
def silent_client_within_a_message_is_dropped(world, octets):
    "A client that falls silent within a message is cut off, and nothing is stored."
    box = world.mailbox_at(b"silent-%d@example.com" % len(octets), "impatient")
    with world.connection("impatient") as session:
        session.send(b"EHLO client.test\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address + b">\r\n" + octets)
        said = session.rest()
        expect(b"421" in said[-200:] or not said.endswith(b"250"), f"it ended with {said[-200:]!r}")
    box.is_empty()


@check(MUST, "RFC 5321 §4.1.1.10")
def busy_client_is_not_dropped(world):
    "A client that goes on talking stays, however short the timeout."
    with world.session("impatient") as session:
        for _ in range(30):
            session.command(b"NOOP", 250)
        session.quit()
