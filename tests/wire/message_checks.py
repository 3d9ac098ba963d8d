"""What is stored: transparency, trace fields, sizes; and where a message ends: RFC 5321 §4.1.1.4, §4.4,
§4.5.2, §4.5.3, and SMTP smuggling."""

import re

from servers import MOST_OCTETS
from wire import HARDENING, MUST, SHOULD, TRACE, check, check_each, expect

HEADER = b"Subject: hello\r\nFrom: <a@client.test>\r\n\r\n"


# --- Transparency

@check_each(MUST, "RFC 5321 §4.5.2", {
    "lines": (b"one\r\ntwo\r\n", None), "empty_lines": (b"\r\n\r\n\r\n", None),
    "trailing_space": (b"a  \r\n \r\n\t\r\n", None), "stuffed_dot": (b"..\r\n", b".\r\n"),
    "stuffed_dots": (b"...\r\n....\r\n", b"..\r\n...\r\n"), "stuffed_text": (b"..a\r\n", b".a\r\n"),
    "unstuffed_text": (b".a\r\n", b"a\r\n"), "dot_inside": (b"a.\r\nb . c\r\n.. .\r\n", b"a.\r\nb . c\r\n. .\r\n"),
    "stuffed_space": (b".. \r\n", b". \r\n"), "first_line": (b"..first\r\n", b".first\r\n"),
    "many": (b"..\r\n" * 500, b".\r\n" * 500), "controls": (b"\x01\x07\x08\x0b\x0c\x1b\x7f\r\n", None),
    "from_line": (b"From here on\r\n>From there\r\n", None), "long_text": (b"0123456789abcdef\r\n" * 4000, None)})
def body_is_stored_as_sent(world, case):
    "The stored text is what was sent, octet by octet, but for the dots of transparency."
    sent, stored = case
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.data(HEADER + sent + b".\r\n")
    box.holds(HEADER + (sent if stored is None else stored))


@check(MUST, "RFC 5321 §4.5.2")
def dot_at_the_very_start(world):
    "Transparency holds for the first line of the data."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.data(b"..dotted: header\r\n\r\n.\r\n")
    box.holds(b".dotted: header\r\n\r\n")


@check(MUST, "RFC 5321 §4.1.1.4")
def empty_message(world):
    "The end of data may follow at once; what is answered with 250 is stored."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        reply = session.data(b".\r\n", 250, 550, 554)
        session.is_quiet()
    expect(len(box.messages()) == (reply.code == 250), f"{reply}, and {box.messages()!r} stored")


@check_each(MUST, "RFC 5321 §4.5.3.1.6", {str(octets): octets for octets in (998, 999, 1000)})
def text_line_of_1000_octets(world, octets):
    "A text line of up to 1,000 octets with its CRLF is stored whole."
    box = world.mailbox()
    line = b"x" * (octets - 2) + b"\r\n"
    with world.session() as session:
        session.envelope(box)
        session.data(HEADER + line + b".\r\n")
    box.holds(HEADER + line)


@check(MUST, "RFC 5321 §4.5.3.1.6")
def text_line_of_1000_octets_and_a_stuffed_dot(world):
    "The duplicated dot does not count as part of the line."
    box = world.mailbox()
    line = b"." + b"x" * 997 + b"\r\n"
    with world.session() as session:
        session.envelope(box)
        session.data(HEADER + b"." + line + b".\r\n")
    box.holds(HEADER + line)


@check(HARDENING, "RFC 5321 §4.5.3.1.6")
def very_long_text_line(world):
    "A line of 100,000 octets is stored as it is, or refused as a whole; it is never cut."
    box = world.mailbox()
    text = HEADER + b"x" * 100_000 + b"\r\n"
    with world.session() as session:
        session.envelope(box)
        reply = session.data(text + b".\r\n", 250, 500, 552, 554, 550)
        session.is_quiet()
    box.holds(*([text] if reply.code == 250 else []))


@check(MUST, "RFC 5321 §4.5.3.1.7")
def message_of_64_kib(world):
    "A message of 64 KiB is taken."
    box = world.mailbox()
    text = HEADER + b"x" * 62 + b"\r\n"
    text += b"y" * 62 + b"\r\n"
    text = (text + (b"z" * 62 + b"\r\n") * 1024)[:65534] + b"\r\n"
    with world.session() as session:
        session.envelope(box)
        session.data(text + b".\r\n")
    box.holds(text)


@check(MUST, "RFC 6152 §3")
def eight_bit_text_is_stored(world):
    "With BODY=8BITMIME every octet above 127 is stored as it is."
    box = world.mailbox()
    text = HEADER + bytes(range(128, 256)) + b"\r\n"
    with world.session() as session:
        session.envelope(box, mail_parameters=b" BODY=8BITMIME")
        session.data(text + b".\r\n")
    box.holds(text)


@check(HARDENING, "RFC 5321 §2.3.1")
def eight_bit_text_without_body_is_not_damaged(world):
    "8-bit text without BODY is stored as it is, or refused; never changed."
    box = world.mailbox()
    text = HEADER + b"gr\xfc\xdfe\r\n"
    with world.session() as session:
        session.envelope(box)
        reply = session.data(text + b".\r\n", 250, 550, 554)
    box.holds(*([text] if reply.code == 250 else []))


# --- Trace fields

TRACE_FIELDS = re.compile(
    rb"Return-Path: <(?P<reverse>[^\r\n]*)>\r?\n"
    rb"(?:(?:Delivered-To|X-Original-To):[^\r\n]*\r?\n)*"
    rb"Received: (?P<received>[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)")
RECEIVED = re.compile(
    rb"from (?P<hello>\S+) \((?P<peer>[^()]*)\) ?by (?P<host>\S+) (?:\([^()]*\) )?with (?P<protocol>[A-Z0-9]+)"
    rb"(?: id (?P<id>\S+))?(?: for (?P<recipient>\S+))? ?; (?P<date>.*)", re.DOTALL)
DATE = re.compile(rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?[0-9]{1,2} "
                  rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} "
                  rb"[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}(?: \([A-Za-z]+\))?")


def trace_of(message):
    match = TRACE_FIELDS.match(message)
    expect(match, f"no Return-Path and Received at the start of {message[:500]!r}")
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", match["received"]).strip()
    received = RECEIVED.fullmatch(unfolded)
    expect(received, f"not a Received: {unfolded!r}")
    return match["reverse"], received


@check(MUST, "RFC 5321 §4.4")
def return_path_and_received_come_first(world):
    "A stored message begins with Return-Path, then Received; both once."
    box = world.mailbox()
    with world.session() as session:
        session.deliver(box)
    message = box.only_message()
    reverse, _ = trace_of(message)
    expect(reverse == b"sender@client.test", f"Return-Path of {reverse!r}")
    expect(message.count(b"Received: ") == 1 and message.count(b"Return-Path: ") == 1, f"{message!r}")


@check(MUST, "RFC 5321 §4.4")
def received_has_all_clauses(world):
    "Received says from, by, with, and the date with a numeric offset; from has the address too."
    box = world.mailbox()
    with world.session() as session:
        session.deliver(box)
    _, received = trace_of(box.only_message())
    expect(received["hello"] == b"client.test", f"from {received['hello']!r}")
    expect(b"[127.0.0.1]" in received["peer"], f"no address in {received['peer']!r}")
    expect(DATE.fullmatch(received["date"]), f"not a date: {received['date']!r}")
    expect(received["id"], "no id")


@check(MUST, "RFC 5321 §4.4")
def received_by_is_the_greeting_name(world):
    "Received says by with the name of the greeting."
    box = world.mailbox()
    with world.connection() as session:
        name = session.reply(220).lines[0].split(b" ")[0]
        session.ehlo()
        session.deliver(box)
    _, received = trace_of(box.only_message())
    expect(received["host"] == name, f"by {received['host']!r}, greeting of {name!r}")


@check_each(MUST, "RFC 3848, RFC 6531 §4.3", {
    "helo": (b"HELO", b"", b"SMTP"), "ehlo": (b"EHLO", b"", b"ESMTP"),
    "smtputf8": (b"EHLO", b" SMTPUTF8", b"UTF8SMTP")})
def received_with_keyword(world, case):
    "Received says with SMTP after HELO, ESMTP after EHLO, UTF8SMTP with SMTPUTF8."
    verb, parameters, protocol = case
    box = world.mailbox()
    with world.connection() as session:
        session.greet().hello_command(verb + b" client.test", 250)
        session.envelope(box, mail_parameters=parameters)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    _, received = trace_of(box.only_message())
    expect(received["protocol"] == protocol, f"with {received['protocol']!r}")


@check(MUST, "RFC 5321 §4.4")
def received_for_names_one_recipient(world):
    "With several recipients, for has one path or is not there; nobody reads another's address."
    boxes = [world.mailbox() for _ in range(3)]
    with world.session() as session:
        session.deliver(*boxes)
    for box in boxes:
        trace = box.only_message().partition(b"Subject:")[0]
        others = [other.address for other in boxes if other is not box and other.address in trace]
        expect(not others, f"{box.address!r} reads {others!r}")


@check(MUST, "RFC 5321 §4.4")
def earlier_received_fields_are_kept(world):
    "Earlier trace fields stay as they are, below the new one."
    box = world.mailbox()
    text = (b"Received: from a by b;\r\n\tMon, 1 Jan 2024 00:00:00 +0000\r\nReceived: odd\r\n"
            b"Subject: x\r\n\r\n")
    with world.session() as session:
        session.envelope(box)
        session.data(text + b".\r\n")
    box.holds(text)


@check(MUST, "RFC 5321 §4.4")
def quoted_reverse_path_is_kept_in_return_path(world):
    "Return-Path keeps a quoted reverse-path such that it can be used again."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box, sender=b'"a b"@client.test')
        session.data(b"Subject: x\r\n\r\n.\r\n")
    reverse, _ = trace_of(box.only_message())
    expect(reverse == b'"a b"@client.test', f"Return-Path of {reverse!r}")


@check(MUST, "RFC 5321 §4.1.1.3")
def return_path_has_no_source_route(world):
    "A source route before the reverse-path does not come into Return-Path."
    box = world.mailbox()
    with world.session() as session:
        session.command(b"MAIL FROM:<@relay.test:user@client.test>", 250)
        session.command(b"RCPT TO:<" + box.address + b">", 250)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    reverse, _ = trace_of(box.only_message())
    expect(reverse == b"user@client.test", f"Return-Path of {reverse!r}")


@check(SHOULD, "RFC 5321 §2.1.1 of RFC 5322")
def trace_lines_are_short(world):
    "No line of the trace fields is longer than 998 octets, whatever the client's names are."
    box = world.mailbox_at(b"r" * 64 + b"@example.com")
    name = b".".join([b"d" * 60] * 4)
    with world.connection() as session:
        session.greet().hello_command(b"EHLO " + name, 250)
        session.envelope(box, sender=b"l" * 64 + b"@" + b".".join([b"d" * 60] * 3))
        session.data(b"Subject: x\r\n\r\n.\r\n")
    trace = TRACE.match(box.messages()[0])[0]
    expect(max(len(line) for line in trace.split(b"\n")) <= 999, f"a long line in {trace!r}")


@check_each(HARDENING, "RFC 5321 §4.4, injection of header fields", {
    "parentheses": b"EHLO a(b)c", "closing": b"EHLO a) by evil.test with SMTP; x (", "semicolon": b"EHLO a;b",
    "quote": b'EHLO a"b', "angle": b"EHLO <a@b>", "backslash": b"EHLO a\\", "space": b"EHLO a by b with c",
    "bare_cr": b"EHLO a\rX-Injected: yes", "bare_lf": b"EHLO a\nX-Injected: yes", "colon": b"EHLO X-Injected: yes",
    "comment": b"EHLO (", "literal": b"EHLO [192.0.2.1]) x", "percent": b"EHLO %s%n", "nul": b"EHLO a\0b",
    "long": b"EHLO " + b"a" * 1500, "equals_encoded": b"EHLO =?utf-8?q?=0AX-Injected:?=",
    "underscore": b"EHLO my_host"})
def hello_name_injects_nothing(world, line):
    "Whatever the name in EHLO, Received stays well formed, and no field is injected."
    box = world.mailbox()
    with world.connection() as session:
        session.greet()
        session.send(line + b"\r\n")
        if session.reply().code != 250:
            session.hello_command(b"EHLO client.test")
            if b"\n" in line:
                return
        session.deliver(box)
    message = box.only_message()
    trace_of(message)
    expect(b"\nX-Injected" not in message, f"injected: {message!r}")


@check_each(HARDENING, "RFC 5321 §4.4, injection of header fields", {
    "quoted": b'"a>\\\r\nX-Injected: yes"@client.test', "route": b"@a\r\nX-Injected:x:u@client.test",
    "bare_lf": b'"a\nX-Injected: yes"@client.test', "bare_cr": b'"a\rX-Injected: yes"@client.test',
    "pair_lf": b'"a\\\nX-Injected: yes"@client.test', "literal": b"a@[IPv6:::1\nX-Injected: yes]"})
def reverse_path_injects_nothing(world, path):
    "A reverse-path with line ends is refused; it injects no field."
    box = world.mailbox()
    with world.session() as session:
        session.send(b"MAIL FROM:<" + path + b">\r\n")
        session.reply(500, 501)
        if b"\r\n" in path:
            session.reply(500, 501)
        session.deliver(box)
    expect(b"\nX-Injected" not in box.only_message(), "injected")


# --- Sizes of messages

def text_of(octets):
    text = HEADER + (b"x" * 98 + b"\r\n") * (octets // 100 + 1)
    return text[:octets - 2] + b"\r\n"


@check_each(MUST, "RFC 1870 §5", {"data": False, "bdat": True})
def message_at_the_limit_is_taken(world, is_chunked):
    "A message of exactly the advertised size is taken; stuffed dots and the end do not count."
    box = world.mailbox()
    text = text_of(MOST_OCTETS)
    lines = text.split(b"\r\n")
    lines[5] = b"." + lines[5][1:]
    text = b"\r\n".join(lines)
    with world.session() as session:
        session.envelope(box, mail_parameters=b" SIZE=%d" % MOST_OCTETS)
        if is_chunked:
            session.send(b"BDAT %d LAST\r\n" % len(text) + text)
            session.reply(250)
        else:
            session.data(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    box.holds(text)


@check_each(MUST, "RFC 1870 §6.3, RFC 5321 §4.5.3.1.9", {"one": 1, "two": 2, "thousand": 1000, "double": MOST_OCTETS})
def message_over_the_limit_is_refused(world, excess):
    "A message over the limit is refused with 552 at its end, and is not stored; the session goes on."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.data(text_of(MOST_OCTETS + excess) + b".\r\n", 552)
        session.is_quiet()
        session.deliver(box)
    box.holds(b"Subject: hello\r\n\r\nhello\r\n")


@check(HARDENING, "RFC 1870 §6.3")
def tail_of_an_overlarge_message_is_no_command(world):
    "What comes in a message beyond the limit is never a command."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(world.mailbox())
        commands = b"MAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address + b">\r\nDATA\r\n"
        session.data(text_of(MOST_OCTETS) + commands * 1000 + b".\r\n", 552)
        session.is_quiet()
    box.is_empty()


# --- Where a message ends

def smuggled(box):
    return (b"MAIL FROM:<smuggler@client.test>\r\nRCPT TO:<" + box.address
            + b">\r\nDATA\r\nSubject: smuggled\r\n\r\nsmuggled\r\n")


NOT_THE_END = {
    "lf.lf": b"\n.\n", "lf.crlf": b"\n.\r\n", "cr.cr": b"\r.\r", "crlf.cr": b"\r\n.\r", "crlf.lf": b"\r\n.\n",
    "cr.crlf": b"\r.\r\n", "cr.lf": b"\r.\n", "lf.cr": b"\n.\r", "cr_crlf.cr_lf_cut": b"\r\r\n.\r\r",
    "lfcr.lfcr": b"\n\r.\n\r", "crlf.nul_crlf": b"\r\n.\0\r\n", "crlf_nul.crlf": b"\r\n\0.\r\n",
    "crlf.space_crlf": b"\r\n. \r\n", "crlf_space.crlf": b"\r\n .\r\n", "crlf..crlf": b"\r\n..\r\n",
    "crlf.tab_crlf": b"\r\n.\t\r\n", "crlf.cr_crlf": b"\r\n.\r\r\n", "crlf_lf.crlf": b"\r\n\n.\r\n",
    "nul_crlf_cut": b"\r\0\n.\r\0\n", "crlf.cr_nul_lf": b"\r\n.\r\0\n", "vt": b"\x0b.\x0b", "ff": b"\x0c.\x0c",
    "nel": b"\xc2\x85.\xc2\x85", "ls": b"\xe2\x80\xa8.\xe2\x80\xa8", "high_dot": b"\r\n\xae\r\n",
    "high_crlf": b"\x8d\x8a.\x8d\x8a", "crlf.high_crlf": b"\r\n.\x8d\x8a", "lf_crlf_cut": b"\n\r.\r\n",
    "crlf_dot_backspace": b"\r\n.\x08\r\n", "crlf.cr_x_lf": b"\r\n.\rx\n", "crlf.lf_crlf": b"\r\n.\n\r\n",
    "fullwidth_dot": "\r\n．\r\n".encode(), "quoted_dot": b"\r\n=2E\r\n"}


@check_each(HARDENING, "RFC 5321 §4.1.1.4, SMTP smuggling", NOT_THE_END)
def only_crlf_dot_crlf_ends_data(world, ending):
    """No other sequence ends the data: what follows it is neither answered nor carried out, and the
    message is refused, or stored with all of it."""
    box, victim = world.mailbox(), world.mailbox()
    tail = smuggled(victim)
    with world.session() as session:
        session.envelope(box)
        reply = session.data(HEADER + b"visible" + ending + tail + b".\r\n", 250, 500, 501, 550, 552, 554)
        session.is_quiet()
    victim.is_empty()
    if reply.code != 250:
        box.is_empty()
    else:
        stored = (HEADER + b"visible" + ending + tail).replace(b"\r\n.", b"\r\n")
        box.holds(stored)


@check_each(HARDENING, "RFC 5321 §2.3.8, SMTP smuggling", {
    "lf": b"\n", "cr": b"\r", "lf.lf": b"\n.\n", "lf.crlf": b"\n.\r\n", "cr.cr": b"\r.\r", "crlf.lf": b"\r\n.\n",
    "crlf.cr": b"\r\n.\r", "cr_crlf": b"\r\r\n", "lf_crlf": b"\n\r\n", "nul": b"\0"})
def bare_cr_lf_and_nul_are_refused(world, octets):
    "By default a message with a bare CR, a bare LF or a NUL is refused with 5xx at its end."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        reply = session.data(HEADER + b"a" + octets + b"b\r\n.\r\n", 500, 501, 550, 552, 554)
        expect(reply.code // 100 == 5, f"{reply}")
        session.is_quiet()
    box.is_empty()


@check_each(HARDENING, "RFC 5321 §2.3.8", {
    "first_lf": b"\nSubject: x\r\n\r\n", "first_cr": b"\rSubject: x\r\n\r\n", "header_lf": b"A: b\nC: d\r\n\r\n",
    "header_cr": b"A: b\rC: d\r\n\r\n", "last_lf": b"A: b\r\n\r\nx\n\r\n", "last_cr": b"A: b\r\n\r\nx\r\r\n",
    "separator_lf": b"A: b\n\nbody\r\n", "dot_lf_first": b".\nSubject: x\r\n\r\n", "dot_cr_first": b".\rSubject: x\r\n\r\n"})
def bare_line_end_anywhere_is_refused(world, text):
    "A bare CR or LF is refused wherever it stands, the first and the last octet included."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.data(text + b".\r\n", 500, 501, 550, 552, 554)
        session.is_quiet()
    box.is_empty()


@check_each(HARDENING, "RFC 5321 §4.1.1.4, SMTP smuggling", {
    name: NOT_THE_END[name] for name in
    ("lf.lf", "lf.crlf", "cr.cr", "crlf.cr", "crlf.lf", "crlf.cr_crlf", "crlf_nul.crlf", "crlf.nul_crlf",
     "crlf..crlf", "cr_crlf.cr_lf_cut", "lf_crlf_cut")})
def false_end_in_pieces_is_no_end(world, ending):
    "The same at every place where the sequence can be cut by the network, and octet by octet."
    box, victim = world.mailbox(), world.mailbox()
    whole = b"\r\nvisible" + ending + b"MAIL FROM:<>\r\nRCPT TO:<" + victim.address + b">\r\n.\r\n"
    start = whole.index(ending)
    with world.session() as session:
        for cut in range(start, start + len(ending) + 2):
            session.envelope(box)
            session.command(b"DATA", 354)
            session.send_piece(whole[:cut])
            session.send(whole[cut:])
            session.reply(250, 500, 501, 550, 552, 554)
        session.envelope(box)
        session.command(b"DATA", 354)
        for octet in whole:
            session.send_piece(bytes([octet]))
        session.reply(250, 500, 501, 550, 552, 554)
        session.is_quiet()
    victim.is_empty()


@check(MUST, "RFC 5321 §4.1.1.4")
def true_end_in_pieces_is_the_end(world):
    "CRLF.CRLF ends the data however the network cuts it."
    box = world.mailbox()
    whole = b"Subject: x\r\n\r\n..\r\nx\r\n.\r\n"
    with world.session() as session:
        for cut in range(1, len(whole)):
            session.envelope(box)
            session.command(b"DATA", 354)
            session.send_piece(whole[:cut])
            session.send(whole[cut:])
            session.reply(250)
        session.is_quiet()
    box.holds(*[b"Subject: x\r\n\r\n.\r\nx\r\n"] * (len(whole) - 1))


@check(HARDENING, "SMTP smuggling")
def false_end_at_each_place_of_a_buffer(world):
    "A false end is none wherever it lies in the server's buffers."
    box, victim = world.mailbox(), world.mailbox()
    for size in (512, 1024, 4096, 8192, 16384, 32768, 65536):
        for shift in range(-3, 2):
            with world.session() as session:
                session.envelope(box)
                session.command(b"DATA", 354)
                filling = b"A: b\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72)
                filling += b"y" * (size - len(filling) + shift)
                session.send(filling + b"\n.\r\n" + smuggled(victim) + b".\r\n")
                session.reply(500, 501, 550, 552, 554)
                session.is_quiet()
    victim.is_empty()
    box.is_empty()


@check(MUST, "RFC 5321 §4.1.1.4")
def true_end_at_each_place_of_a_buffer(world):
    "The end is found wherever it lies in the server's buffers."
    box = world.mailbox()
    sent = []
    with world.session() as session:
        for size in (4096, 16384, 65536):
            for shift in range(-4, 5):
                text = b"A: b\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72 - 1)
                text += b"y" * (size - len(text) + shift) + b"\r\n"
                session.envelope(box)
                session.data(text + b".\r\n")
                sent.append(text)
    box.holds(*sent)


@check_each(HARDENING, "RFC 5321 §4.1.1.4", {
    "lf": b"NOOP\nNOOP\r\n", "cr": b"NOOP\rNOOP\r\n", "lf_only": b"RSET\nHELP\r\n", "cr_cr_lf": b"NOOP\r\r\n",
    "mail_lf": b"MAIL FROM:<a@client.test>\nRCPT TO:<a@example.com>\r\n", "nul": b"NOOP\0\r\n",
    "quit_lf": b"NOOP\nQUIT\r\n", "lf_before_crlf": b"NOOP\n\r\n", "lf_run": b"NOOP\n\nQUIT\n\nRSET\r\n",
    "lfcr": b"NOOP\n\rQUIT\n\r\r\n", "cut": b"MAIL FROM:<a@client.test>\n\rQUIT\r\n"})
def command_with_bare_line_end_gets_one_reply(world, line):
    "A bare CR or LF does not end a command: one line, one reply of 5xx, nothing carried out."
    with world.session() as session:
        session.send(line)
        session.reply(500, 501)
        session.is_quiet()
        session.command(b"RCPT TO:<a@example.com>", 503)


@check(HARDENING, "RFC 5321 §2.3.8")
def session_of_bare_lf_delivers_nothing(world):
    "A whole session in lines of bare LF delivers nothing."
    box = world.mailbox()
    with world.connection() as session:
        session.greet()
        session.send(b"EHLO client.test\nMAIL FROM:<a@client.test>\nRCPT TO:<" + box.address
                     + b">\nDATA\nSubject: x\n\nx\n.\nQUIT\n")
        session.half_close()
        session.rest()
    box.is_empty()


@check(HARDENING, "RFC 5321 §4.1.1.4")
def data_command_with_bare_lf_starts_nothing(world):
    "`DATA` ended by a bare LF is no DATA."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(b"DATA\nSubject: x\r\n.\r\n")
        session.replies((500, 501), (500, 501))  # for the first line, and for the dot
        session.is_quiet()
    box.is_empty()


@check_each(HARDENING, "RFC 5321 §4.1.1.10", {
    "header": b"Subject: x\r\n", "line": b"Subject: x\r\n\r\nx\r\n", "dot": b"Subject: x\r\n\r\nx\r\n.",
    "dot_cr": b"Subject: x\r\n\r\nx\r\n.\r", "nothing": b"", "lf_dot_lf": b"Subject: x\r\n\r\nx\n.\n"})
def leaving_within_data_stores_nothing(world, text):
    "A client that leaves before the end of data has sent nothing."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(b"DATA", 354)
        session.send(text)
        session.half_close()
        said = session.rest()
        expect(not said.startswith(b"250"), f"answered with {said!r}")
    box.is_empty()


@check(MUST, "RFC 5321 §3.3")
def data_without_valid_recipients_accepts_nothing(world):
    "When all recipients were refused, DATA gets 503 or 554, or 354 and then 554."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
        if session.command(b"DATA", 354, 503, 554).code == 354:
            session.send(b"Subject: x\r\n\r\n.\r\n")
            session.reply(554, 503)
        session.is_quiet()


@check(HARDENING, "RFC 5321 §4.1.1.4")
def refused_message_ends_its_transaction(world):
    "After a refused message a new transaction starts from nothing."
    box, other = world.mailbox(), world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.data(b"A: b\n\r\n.\r\n", 500, 501, 550, 552, 554)
        session.command(b"RCPT TO:<a@example.com>", 503)
        session.deliver(other)
    box.is_empty()
    other.only_message()


@check(HARDENING, "mail loops, RFC 5321 §6.3")
def mail_loop_is_broken(world):
    "A message with a hundred Received fields and more is refused for good."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        reply = session.data(b"Received: from a by b; x\r\n" * 150 + b"\r\n.\r\n", 250, 550, 554, 552)
        expect(reply.code != 250, "a loop of 150 hops is taken")
    box.is_empty()


@check(HARDENING, "RFC 5321 §2.3.8")
def client_of_bare_lf_is_answered(world):
    "A client that ends its lines by LF alone gets 5xx, and is not left waiting for its first reply."
    with world.session() as session:
        session.send(b"NOOP\n")
        session.reply(500, 501)
