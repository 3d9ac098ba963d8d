"""LMTP: RFC 2033."""

from message_checks import trace_of
from servers import MOST_OCTETS
from wire import HARDENING, MUST, SHOULD, Session, check, check_each, expect

TEXT = b"Subject: hello\r\n\r\nhello\r\n"


@check(MUST, "RFC 2033 §4.1")
def lhlo_is_answered_as_ehlo(world):
    "LHLO is answered with the extensions, PIPELINING and ENHANCEDSTATUSCODES among them."
    with world.lmtp_session() as session:
        keywords = session.ehlo(b"LHLO").keywords()
        expect(b"PIPELINING" in keywords and b"ENHANCEDSTATUSCODES" in keywords, f"{keywords}")


@check(SHOULD, "RFC 2033 §4.1")
def lmtp_offers_8bitmime(world):
    "8BITMIME is offered."
    with world.lmtp_session() as session:
        expect(b"8BITMIME" in session.ehlo(b"LHLO").keywords(), "no 8BITMIME")


@check_each(MUST, "RFC 2033 §4.1", {"ehlo": b"EHLO client.test", "helo": b"HELO client.test"})
def smtp_hello_is_500(world, line):
    "HELO and EHLO are refused with 500, and open nothing."
    with world.lmtp_session() as session:
        session.hello_command(line, 500)


@check(MUST, "RFC 2033 §4.1")
def lmtp_needs_lhlo(world):
    "MAIL before LHLO is refused with 503."
    with Session(world.servers["main"].lmtp) as session:
        session.greet().command(b"MAIL FROM:<a@client.test>", 503)


@check_each(MUST, "RFC 2033 §4.2", {"data": False, "bdat": True})
def each_recipient_gets_a_reply(world, is_chunked):
    "After the end of data there is one reply for each accepted recipient, and none for refused ones."
    boxes = [world.mailbox() for _ in range(3)]
    with world.lmtp_session() as session:
        session.envelope(*boxes)
        session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
        if is_chunked:
            session.send(b"BDAT %d LAST\r\n" % len(TEXT) + TEXT)
            session.reply(250)
        else:
            session.data(TEXT + b".\r\n")
        session.replies(250, 250)
        session.is_quiet()
    for box in boxes:
        box.holds(TEXT)


@check(MUST, "RFC 2033 §4.2")
def intermediate_chunk_gets_one_reply(world):
    "A chunk that is not the last gets one reply."
    boxes = [world.mailbox() for _ in range(2)]
    with world.lmtp_session() as session:
        session.envelope(*boxes)
        session.send(b"BDAT 4\r\nA: b")
        session.reply(250)
        session.is_quiet()
        session.send(b"BDAT 4 LAST\r\n\r\n\r\n")
        session.replies(250, 250)
        session.is_quiet()
    for box in boxes:
        box.holds(b"A: b\r\n\r\n")


@check_each(MUST, "RFC 2033 §4.2", {"no_mail": 0, "no_rcpt": 1, "refused_rcpt": 2})
def data_without_recipients_is_503(world, depth):
    "DATA without an accepted recipient is refused with 503."
    with world.lmtp_session() as session:
        if depth > 0:
            session.envelope()
        if depth > 1:
            session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
        session.command(b"DATA", 503)
        session.is_quiet()


@check(MUST, "RFC 2033 §4.2")
def repeated_recipient_gets_a_reply_each_time(world):
    "A recipient that is named twice gets two replies."
    box = world.mailbox()
    with world.lmtp_session() as session:
        session.envelope(box, box)
        session.data(TEXT + b".\r\n")
        session.reply(250)
        session.is_quiet()
    expect(len(box.messages()) in (1, 2), f"{len(box.messages())} messages")


@check(MUST, "RFC 2033 §4.2, RFC 1870")
def too_large_message_gets_a_reply_for_each(world):
    "A message that is too large is refused once for each recipient."
    boxes = [world.mailbox() for _ in range(2)]
    with world.lmtp_session() as session:
        session.envelope(*boxes)
        session.data((b"x" * 98 + b"\r\n") * (MOST_OCTETS // 100 + 10) + b".\r\n", 552)
        session.reply(552)
        session.is_quiet()
    for box in boxes:
        box.is_empty()


@check(HARDENING, "RFC 2033 §4.2, SMTP smuggling")
def bare_lf_gets_a_reply_for_each(world):
    "A message with a bare LF is refused once for each recipient."
    boxes = [world.mailbox() for _ in range(2)]
    with world.lmtp_session() as session:
        session.envelope(*boxes)
        session.data(b"A: b\r\n\r\nx\n.\nLHLO evil\r\n.\r\n", 500, 501, 550, 552, 554)
        session.reply(500, 501, 550, 552, 554)
        session.is_quiet()
    for box in boxes:
        box.is_empty()


@check(MUST, "RFC 3848")
def received_says_lmtp(world):
    "Received says with LMTP, and UTF8LMTP with SMTPUTF8."
    for parameters, protocol in ((b"", b"LMTP"), (b" SMTPUTF8", b"UTF8LMTP")):
        box = world.mailbox()
        with world.lmtp_session() as session:
            session.envelope(box, mail_parameters=parameters)
            session.data(TEXT + b".\r\n")
        _, received = trace_of(box.only_message())
        expect(received["protocol"] == protocol, f"with {received['protocol']!r}")


@check(MUST, "RFC 2033 §4.2, RFC 2920")
def pipelined_lmtp_session(world):
    "A whole session in one write gets all its replies."
    boxes = [world.mailbox() for _ in range(3)]
    with Session(world.servers["main"].lmtp) as session:
        recipients = b"".join(b"RCPT TO:<" + box.address + b">\r\n" for box in boxes)
        session.send(b"LHLO client.test\r\n" + (b"MAIL FROM:<>\r\n" + recipients + b"DATA\r\n" + TEXT + b".\r\n") * 2
                     + b"QUIT\r\n")
        session.greet().reply(250, has_enhanced_code=False)
        session.replies(*[250, 250, 250, 250, 354, 250, 250, 250] * 2, 221)
        session.ends()
    for box in boxes:
        box.holds(TEXT, TEXT)


@check(HARDENING, "RFC 2033 §5")
def lmtp_takes_no_foreign_recipient(world):
    "LMTP is no relay."
    with world.lmtp_session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
