"""The extensions: RFC 1870, 2034, 2920, 3030, 3461, 6152, 9422, and parameters in general."""

from servers import MOST_OCTETS, MOST_RECIPIENTS
from wire import HARDENING, MUST, SHOULD, Closed, check, check_each, expect

TEXT = b"Subject: hello\r\n\r\nhello\r\n"
REFUSALS = (500, 501, 503, 550, 552, 554)


# --- Parameters of MAIL and RCPT

@check_each(MUST, "RFC 5321 §4.1.1.11", {
    "unknown": b"XUNKNOWN", "unknown_value": b"XUNKNOWN=1", "auth": b"AUTH=<>", "by": b"BY=120;R",
    "notify": b"NOTIFY=NEVER", "orcpt": b"ORCPT=rfc822;a@b.c", "requiretls": b"REQUIRETLS", "mt": b"MT-PRIORITY=3",
    "holdfor": b"HOLDFOR=10", "rrvs": b"RRVS=2014-04-03T23:01:00Z"})
def unknown_mail_parameter_is_555(world, parameter):
    "A parameter of MAIL that is not known, or belongs to RCPT, is refused with 555."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 555, 501)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check_each(MUST, "RFC 5321 §4.1.1.11", {
    "unknown": b"XUNKNOWN", "unknown_value": b"XUNKNOWN=1", "size": b"SIZE=100", "body": b"BODY=7BIT",
    "ret": b"RET=FULL", "envid": b"ENVID=x"})
def unknown_rcpt_parameter_is_555(world, parameter):
    "A parameter of RCPT that is not known, or belongs to MAIL, is refused with 555."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> " + parameter, 555, 501)
        session.command(b"DATA", 503, 554)


@check_each(MUST, "RFC 5321 §4.1.2", {
    "equals": b"=1", "no_value": b"BODY=", "two_equals": b"BODY=7BIT=8BITMIME", "hyphen_first": b"-X=1",
    "punctuation": b"B!DY=7BIT", "control": b"BODY=7\x01BIT", "8bit": b"BODY=7BIT\xff", "nul": b"BODY=7BIT\0",
    "run_on": b"BODY=7BITSIZE=5", "delete": b"SIZE=1\x7f"})
def broken_parameter_is_refused(world, parameter):
    "A parameter of wrong syntax is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555, 500)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check(MUST, "RFC 5321 §4.1.2")
def parameters_need_a_space(world):
    "Parameters stand behind a space."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test>SIZE=5", 501, 555)


@check(MUST, "RFC 5321 §2.4")
def parameters_match_in_any_case(world):
    "Keywords of parameters, and the values of BODY and RET, match in any case."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> size=5 Body=8bitMime ret=Hdrs eNvId=x", 250)
        session.command(b"RCPT TO:<a@example.com> notify=Never orcpt=RFC822;a@b.c", 250)


@check_each(MUST, "RFC 5321 §4.1.1.11, RFC 3461 §4", {
    "size": b"SIZE=1 SIZE=2", "body": b"BODY=7BIT BODY=8BITMIME", "ret": b"RET=FULL RET=HDRS",
    "envid": b"ENVID=a ENVID=b", "ret_same": b"RET=FULL RET=FULL"})
def repeated_mail_parameter_is_refused(world, parameters):
    "A parameter that stands twice is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameters, 501, 555)


@check(HARDENING, "RFC 5321 §4.1.1.11")
def parameters_after_helo_are_refused_or_kept(world):
    "After HELO, no extension was offered; a parameter gets one orderly reply."
    with world.connection() as session:
        session.greet().hello_command(b"HELO client.test", 250)
        session.command(b"MAIL FROM:<a@client.test> SIZE=5", 250, 501, 555, 503)
        session.is_quiet()


# --- SIZE, RFC 1870

@check(MUST, "RFC 1870 §4")
def size_tells_the_limit(world):
    "EHLO tells the limit that is configured."
    with world.connection() as session:
        expect(session.greet().ehlo().keywords()[b"SIZE"] == [b"%d" % MOST_OCTETS], "another limit")


@check(MUST, "RFC 1870 §4")
def size_without_limit_is_zero_or_alone(world):
    "Without a limit SIZE is told alone, or as 0; and any size is taken."
    with world.session("small") as session:
        parameters = session.ehlo().keywords()[b"SIZE"]
        expect(parameters in ([], [b"0"]), f"SIZE {parameters!r}")
        session.command(b"MAIL FROM:<a@client.test> SIZE=99999999999", 250, 452)


@check_each(MUST, "RFC 1870 §6.1", {
    "zero": b"0", "one": b"1", "limit": b"%d" % MOST_OCTETS, "leading_zeros": b"00000000000000000005"})
def size_within_the_limit_is_taken(world, size):
    "A declared size up to the limit is taken."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> SIZE=" + size, 250)


@check_each(MUST, "RFC 1870 §6.1", {
    "one_more": b"%d" % (MOST_OCTETS + 1), "2^31": b"2147483648", "2^32": b"4294967296", "2^32_and_5": b"4294967301",
    "2^63": b"9223372036854775808", "2^64": b"18446744073709551616", "2^64_and_5": b"18446744073709551621",
    "20_digits": b"9" * 20})
def size_over_the_limit_is_552(world, size):
    "A declared size over the limit is refused with 552 at MAIL, however large."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> SIZE=" + size, 552)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check_each(MUST, "RFC 1870 §5", {
    "empty": b"SIZE=", "alone": b"SIZE", "negative": b"SIZE=-1", "plus": b"SIZE=+1", "hex": b"SIZE=0x10",
    "letters": b"SIZE=ten", "mixed": b"SIZE=10k", "fraction": b"SIZE=1.5", "21_digits": b"SIZE=" + b"1" * 21,
    "100_digits": b"SIZE=" + b"9" * 100, "comma": b"SIZE=1,000"})
def broken_size_is_refused(world, parameter):
    "A size that is no number of 1 to 20 digits is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555, 552)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check(MUST, "RFC 1870 §6.3")
def wrong_size_does_not_matter_within_the_limit(world):
    "A message larger than declared is taken or refused at its end, and the session stays in step."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box, mail_parameters=b" SIZE=1")
        reply = session.data(TEXT + b".\r\n", 250, 552)
        session.is_quiet()
    expect(len(box.messages()) == (reply.code == 250), "the reply is not true")


# --- ENHANCEDSTATUSCODES, RFC 2034

@check(MUST, "RFC 2034 §4")
def replies_have_enhanced_codes(world):
    "Every 2xx, 4xx and 5xx but those of greeting and hello has a code of its class in every line."
    lines = [b"NOOP", b"RSET", b"HELP", b"VRFY a", b"EXPN a", b"XYZZY", b"MAIL", b"MAIL FROM:<a@client.test>",
             b"MAIL FROM:<a@client.test>", b"RCPT TO:<a@foreign.test>", b"DATA", b"RCPT TO:<a@example.com>",
             b"DATA x", b"STARTTLS", b"AUTH", b"LHLO x", b"QUIT x", b""]
    with world.session() as session:
        for line in lines:
            session.command(line)
        session.data(TEXT + b".\r\n")
        session.quit()


@check_each(MUST, "RFC 2034 §4", {
    "ehlo": b"EHLO client.test", "helo": b"HELO client.test", "no_name": b"EHLO", "hostile": b"EHLO \x01"})
def hello_has_no_enhanced_code(world, line):
    "No reply to EHLO or HELO has an enhanced code, refusals included."
    with world.session() as session:
        session.hello_command(line)


@check(MUST, "RFC 2034 §4")
def intermediate_reply_has_no_enhanced_code(world):
    "354 has no enhanced code."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.send(b"DATA\r\n")
        session.reply(354, has_enhanced_code=False)


@check_each(SHOULD, "RFC 3463, RFC 5248", {
    "mail": (b"MAIL FROM:<a@client.test>", b"2.1.0"), "argument": (b"RSET x", b"5.5.4"),
    "sequence": (b"DATA", b"5.5.1"), "too_big": (b"MAIL FROM:<a@b.c> SIZE=99999999", b"5.3.4"),
    "parameter": (b"MAIL FROM:<a@b.c> X=1", b"5.5.4"), "utf8": (b"MAIL FROM:<\xc3\xa9@b.c>", b"5.6.7"),
    "quit": (b"QUIT", b"2.0.0"), "reset": (b"RSET", b"2.0.0"), "noop": (b"NOOP", b"2.0.0")})
def enhanced_code_is_the_registered_one(world, case):
    "The enhanced code is the one that is registered for this."
    line, code = case
    with world.session() as session:
        found = session.command(line).enhanced_code()
        expect(found == code, f"{found!r}")


@check_each(SHOULD, "RFC 3463, RFC 5248", {
    "ours": (b"a@example.com", b"2.1.5"), "foreign": (b"a@foreign.test", b"5.7.1")})
def enhanced_code_of_rcpt(world, case):
    "A recipient is answered with 2.1.5, or 5.7.1 (or 5.1.x) when it is not ours."
    address, code = case
    with world.session() as session:
        session.envelope()
        found = session.command(b"RCPT TO:<" + address + b">").enhanced_code()
        expect(found == code or (code == b"5.7.1" and found.startswith(b"5.1.")), f"{found!r}")


# --- PIPELINING, RFC 2920

def transaction(box, text=TEXT):
    return (b"MAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address + b">\r\nDATA\r\n", text + b".\r\n")


@check(MUST, "RFC 2920 §3.2")
def group_is_answered_in_order(world):
    "A group in one write gets its replies, one each, in order."
    box = world.mailbox()
    with world.session() as session:
        envelope, text = transaction(box)
        session.send(envelope)
        session.replies(250, 250, 354)
        session.send(text)
        session.reply(250)
    box.only_message()


@check(MUST, "RFC 2920 §3.2")
def group_of_mixed_fates(world):
    "Within a group each recipient has its own verdict, and DATA goes on with those that were taken."
    box = world.mailbox()
    with world.session() as session:
        session.send(b"MAIL FROM:<a@client.test>\r\nRCPT TO:<a@foreign.test>\r\nRCPT TO:<" + box.address
                     + b">\r\nRCPT TO:broken\r\nNOOP\r\nRCPT TO:<b@foreign.test>\r\nDATA\r\n")
        refused = (550, 551, 553, 554)
        session.replies(250, refused, 250, 501, 250, refused, 354)
        session.send(TEXT + b".\r\n")
        session.reply(250)
    box.holds(TEXT)


@check(MUST, "RFC 2920 §3.1")
def group_with_refused_mail(world):
    "When MAIL of a group is refused, the rest gets its replies."
    with world.session() as session:
        session.send(b"MAIL FROM:broken\r\nRCPT TO:<a@example.com>\r\nDATA\r\nNOOP\r\n")
        session.replies(501, 503, 503, 250)


@check(MUST, "RFC 2920 §3.1")
def group_with_all_recipients_refused(world):
    "When all recipients of a group are refused, DATA gets 503 or 554, or 354 and then 554."
    with world.session() as session:
        session.send(b"MAIL FROM:<a@client.test>\r\nRCPT TO:<a@foreign.test>\r\nRCPT TO:<b@foreign.test>\r\nDATA\r\n")
        refused = (550, 551, 553, 554)
        *_, last = session.replies(250, refused, refused, (354, 503, 554))
        if last.code == 354:
            session.send(b".\r\n")
            session.reply(554, 503)
        session.is_quiet()


@check(MUST, "RFC 2920 §3.2")
def commands_behind_the_end_of_data(world):
    "Commands that come with the end of data are answered, in order."
    first, second = world.mailbox(), world.mailbox()
    with world.session() as session:
        envelope, text = transaction(first)
        session.send(envelope)
        session.replies(250, 250, 354)
        next_envelope, next_text = transaction(second)
        session.send(text + next_envelope)
        session.replies(250, 250, 250, 354)
        session.send(next_text + b"NOOP\r\nQUIT\r\n")
        session.replies(250, 250, 221)
        session.ends()
    first.holds(TEXT)
    second.holds(TEXT)


@check(MUST, "RFC 2920 §3.2")
def whole_session_in_one_write(world):
    "A client that sends a whole session at once, DATA included, gets every reply."
    boxes = [world.mailbox() for _ in range(5)]
    with world.connection() as session:
        transactions = b"".join(b"".join(transaction(box)) for box in boxes)
        session.send(b"EHLO client.test\r\n" + transactions + b"QUIT\r\n")
        session.greet().reply(250, has_enhanced_code=False)
        session.replies(*[250, 250, 354, 250] * 5, 221)
        session.ends()
    for box in boxes:
        box.holds(TEXT)


@check(MUST, "RFC 2920 §3.2")
def half_closed_session_is_answered(world):
    "A client that closes its side after a whole session gets every reply all the same."
    box = world.mailbox()
    with world.connection() as session:
        session.send(b"EHLO client.test\r\n" + b"".join(transaction(box)) + b"QUIT\r\n")
        session.half_close()
        session.greet().reply(250, has_enhanced_code=False)
        session.replies(250, 250, 354, 250, 221)
        session.ends()
    box.holds(TEXT)


@check(HARDENING, "RFC 2920 §3.2")
def half_closed_without_quit_is_answered(world):
    "The same without QUIT: what was complete is answered, then the server closes."
    box = world.mailbox()
    with world.session() as session:
        session.send(b"".join(transaction(box)))
        session.half_close()
        session.replies(250, 250, 354, 250)
        said = session.rest()
        expect(said == b"" or said.startswith(b"421 "), f"said {said!r}")
    box.holds(TEXT)


@check(MUST, "RFC 2920 §3.2")
def transaction_cut_at_every_octet(world):
    "A transaction means the same wherever the network cuts it in two."
    box = world.mailbox()
    whole = b"".join(transaction(box, b"A: b\r\n\r\n..x\r\n")) + b"NOOP\r\n"
    with world.session() as session:
        for cut in range(1, len(whole)):
            session.send_piece(whole[:cut])
            session.send(whole[cut:])
            session.replies(250, 250, 354, 250, 250)
    box.holds(*[b"A: b\r\n\r\n.x\r\n"] * (len(whole) - 1))


@check(MUST, "RFC 2920 §3.2")
def transaction_octet_by_octet(world):
    "A session means the same when each octet comes alone."
    box = world.mailbox()
    with world.connection() as session:
        for octet in b"EHLO client.test\r\n" + b"".join(transaction(box)) + b"QUIT\r\n":
            session.send_piece(bytes([octet]))
        session.greet().reply(250, has_enhanced_code=False)
        session.replies(250, 250, 354, 250, 221)
    box.holds(TEXT)


@check(MUST, "RFC 2920 §3.2")
def many_recipients_in_one_write(world):
    "Ninety recipients and their message in one write are answered in order."
    boxes = [world.mailbox() for _ in range(90)]
    with world.session() as session:
        session.send(b"MAIL FROM:<a@client.test>\r\n"
                     + b"".join(b"RCPT TO:<" + box.address + b">\r\n" for box in boxes)
                     + b"DATA\r\n" + TEXT + b".\r\nRSET\r\n")
        session.replies(250, *[250] * 90, 354, 250, 250)
    for box in boxes:
        box.holds(TEXT)


@check(HARDENING, "RFC 2920 §3.2")
def client_that_reads_late_gets_all(world):
    "Replies to many commands wait for a client that writes first and reads later."
    box = world.mailbox()
    with world.session() as session:
        for _ in range(20):
            session.send(b"".join(transaction(box)) * 5)
        session.replies(*[250, 250, 354, 250] * 100)
    expect(len(box.messages()) == 100, f"{len(box.messages())} of 100 messages")


@check(MUST, "RFC 5321 §4.3.1")
def talking_before_the_greeting(world):
    "What a client says before the greeting is answered after it, or the session is refused."
    with world.connection() as session:
        session.send(b"EHLO client.test\r\nNOOP\r\n")
        if session.reply(220, 554, 421, has_enhanced_code=None).code == 220:
            session.reply(250)
            session.reply(250)


# --- CHUNKING and BINARYMIME, RFC 3030

def chunk(octets, last=False):
    return b"BDAT %d%b\r\n%b" % (len(octets), b" LAST" if last else b"", octets)


@check_each(MUST, "RFC 3030 §2", {
    "one": [TEXT], "two": [TEXT[:10], TEXT[10:]], "cut_crlf": [TEXT[:15], TEXT[15:16], TEXT[16:]],
    "octets": [TEXT[i:i + 1] for i in range(len(TEXT))], "empty_last": [TEXT, b""], "empty_first": [b"", TEXT],
    "empty_between": [TEXT[:7], b"", b"", TEXT[7:]]})
def message_in_chunks(world, chunks):
    "A message in chunks is stored as one; every chunk gets its 250."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        for octets in chunks[:-1]:
            session.send(chunk(octets))
            session.reply(250)
        session.send(chunk(chunks[-1], last=True))
        session.reply(250)
    box.holds(TEXT)


@check(MUST, "RFC 3030 §2")
def empty_message_in_chunks(world):
    "BDAT 0 LAST alone gets one reply; what is answered with 250 is stored."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(b"", last=True))
        reply = session.reply(250, 550, 554)
        session.is_quiet()
    expect(len(box.messages()) == (reply.code == 250), "the reply is not true")


@check(MUST, "RFC 3030 §2, RFC 2920")
def pipelined_chunks(world):
    "Chunks and the commands around them in one write are answered in order."
    box, second = world.mailbox(), world.mailbox()
    with world.session() as session:
        session.send(b"MAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address + b">\r\n" + chunk(TEXT[:9])
                     + chunk(TEXT[9:]) + chunk(b"", last=True) + b"MAIL FROM:<>\r\nRCPT TO:<" + second.address
                     + b">\r\n" + chunk(TEXT, last=True) + b"NOOP\r\n")
        session.replies(*[250] * 9)
    box.holds(TEXT)
    second.holds(TEXT)


@check(MUST, "RFC 3030 §2")
def chunked_transaction_cut_at_every_octet(world):
    "A transaction by BDAT means the same wherever the network cuts it."
    box = world.mailbox()
    whole = (b"MAIL FROM:<>\r\nRCPT TO:<" + box.address + b">\r\n" + chunk(b"A: b\r\n\r\n") + chunk(b"x\r\n", last=True)
             + b"NOOP\r\n")
    with world.session() as session:
        for cut in range(1, len(whole)):
            session.send_piece(whole[:cut])
            session.send(whole[cut:])
            session.replies(*[250] * 5)
    box.holds(*[b"A: b\r\n\r\nx\r\n"] * (len(whole) - 1))


@check_each(MUST, "RFC 3030 §2", {
    "dot": b"Subject: x\r\n\r\n.\r\nafter\r\n", "dots": b"Subject: x\r\n\r\n..\r\n...\r\n", "dot_first": b".A: b\r\n\r\n",
    "commands": b"A: b\r\n\r\n.\r\nMAIL FROM:<a@b.c>\r\nQUIT\r\n"})
def chunks_know_no_dots(world, text):
    "Dots mean nothing in BDAT: nothing is un-stuffed, nothing ends."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(text, last=True))
        session.reply(250)
        session.is_quiet()
    box.holds(text)


@check_each(MUST, "RFC 3030 §3", {
    "all_octets": bytes(range(256)), "nul": b"\0" * 100, "bare_lf": b"a\nb\n.\nc", "bare_cr": b"a\rb\r.\rc",
    "no_line_end": b"x" * 5000, "crlf_dot_crlf": b"\r\n.\r\n\r\n.\r\n"})
def binary_message_is_stored_as_sent(world, body):
    "With BODY=BINARYMIME every octet is stored as it is."
    box = world.mailbox()
    text = b"Content-Transfer-Encoding: binary\r\n\r\n" + body
    with world.session() as session:
        session.envelope(box, mail_parameters=b" BODY=BINARYMIME")
        half = len(text) // 2
        session.send(chunk(text[:half]) + chunk(text[half:], last=True))
        session.replies(250, 250)
    box.holds(text)


@check(MUST, "RFC 3030 §3")
def binary_message_by_data_is_503(world):
    "DATA with BODY=BINARYMIME is refused with 503."
    with world.session() as session:
        session.envelope(world.mailbox(), mail_parameters=b" BODY=BINARYMIME")
        session.command(b"DATA", 503)
        session.is_quiet()


@check(MUST, "RFC 3030 §2")
def data_after_chunk_is_503(world):
    "DATA after BDAT within one transaction is refused with 503, and starts no data."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(TEXT))
        session.reply(250)
        session.command(b"DATA", 503)
        session.is_quiet()
        session.command(b"RSET", 250)
        session.deliver(box)
    box.only_message()


@check_each(HARDENING, "RFC 3030 §2", {
    "mail": b"MAIL FROM:<x@client.test>", "rcpt": b"RCPT TO:<late@example.com>"})
def envelope_after_chunk_is_refused(world, line):
    "MAIL and RCPT between chunks are refused with 503."
    box = world.mailbox()
    late = world.mailbox_at(b"late@example.com")
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(TEXT))
        session.reply(250)
        session.command(line, 503)
    late.is_empty()


@check(MUST, "RFC 3030 §2")
def chunk_after_last_is_503(world):
    "BDAT after BDAT LAST is refused with 503, and its octets are dropped."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(TEXT, last=True) + chunk(b"QUIT\r\n", last=True) + b"NOOP\r\n")
        session.replies(250, 503, 250)
    box.holds(TEXT)


@check_each(MUST, "RFC 3030 §2", {"before_hello": 0, "before_mail": 1, "before_rcpt": 2, "refused_rcpt": 3})
def chunk_without_transaction_is_drained(world, depth):
    "BDAT out of order gets its 5xx after exactly its octets were dropped: none is a command."
    poison = b"QUIT\r\nMAIL FROM:<evil@client.test>\r\n"
    with world.connection() as session:
        session.greet()
        if depth > 0:
            session.ehlo()
        if depth > 1:
            session.envelope()
        if depth > 2:
            session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
        session.send(chunk(poison) + chunk(poison, last=True) + b"HELP\r\n")
        session.replies((503, 554), (503, 554), 214)


@check(MUST, "RFC 3030 §2")
def chunks_behind_a_failed_one_are_dropped(world):
    "After a chunk that failed, those in the pipeline are dropped, and nothing is stored."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        big = b"x" * (MOST_OCTETS + 1)
        session.send(chunk(TEXT) + chunk(big) + chunk(b"RSET\r\nQUIT\r\n") + chunk(b"end", last=True) + b"HELP\r\n")
        session.replies(250, 552, REFUSALS, REFUSALS, 214)
        session.command(b"RSET", 250)
        session.deliver(box)
    box.holds(TEXT)


@check_each(MUST, "RFC 3030 §2, RFC 1870", {
    "one": [MOST_OCTETS + 1], "two": [MOST_OCTETS, 1], "many": [50_000, 50_000, 50_000]})
def chunks_over_the_limit_are_552(world, sizes):
    "Chunks that go over the limit together are refused with 552 after their octets, and not stored."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(b"".join(chunk(b"x" * size, last=index == len(sizes) - 1) for index, size in enumerate(sizes)))
        session.replies(*[250] * (len(sizes) - 1), 552)
        session.is_quiet()
    box.is_empty()


@check(MUST, "RFC 3030 §2, RFC 1870")
def refused_chunks_end_their_transaction(world):
    "After a refused last chunk the next message goes well."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(b"x" * (MOST_OCTETS + 1), last=True))
        session.reply(552)
        session.command(b"RSET", 250)
        session.deliver(box)
    box.holds(b"Subject: hello\r\n\r\nhello\r\n")


@check_each(MUST, "RFC 3030 §2", {
    "rset": b"RSET", "ehlo": b"EHLO client.test"})
def chunks_are_forgotten_after(world, line):
    "RSET or EHLO between chunks forgets them."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(b"Subject: forgotten\r\n"))
        session.reply(250)
        session.send(line + b"\r\n")
        session.reply(250, has_enhanced_code=not line.startswith(b"EHLO"))
        session.send(chunk(b"x", last=True))
        session.reply(503)
        session.deliver(box)
    box.holds(TEXT)


@check_each(MUST, "RFC 3030 §2", {"noop": b"NOOP", "vrfy": b"VRFY a", "unknown": b"XYZZY", "help": b"HELP"})
def chunks_survive(world, line):
    "What has no effect on a transaction has none between chunks."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(TEXT[:5]))
        session.reply(250)
        session.command(line)
        session.send(chunk(TEXT[5:], last=True))
        session.reply(250)
    box.holds(TEXT)


@check(MUST, "RFC 3030 §2")
def quit_between_chunks_stores_nothing(world):
    "QUIT between chunks stores nothing."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(TEXT))
        session.reply(250)
        session.quit()
    box.is_empty()


@check_each(HARDENING, "RFC 3030 §2", {
    "in_chunk": b"BDAT 100 LAST\r\nSubject: x\r\n", "between": b"BDAT 4\r\nx: y", "before_last": b"BDAT 4 LAST\r\nx: ",
    "line": b"BDAT 0 LAST"})
def leaving_within_chunks_stores_nothing(world, octets):
    "A client that leaves before the last octet of the last chunk has sent nothing."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(octets)
        session.half_close()
        session.rest()
    box.is_empty()


POISON = b"MAIL FROM:<evil@client.test>\r\n"


@check_each(HARDENING, "RFC 3030 §2", {
    "none": b"BDAT", "space": b"BDAT ", "letters": b"BDAT abc", "negative": b"BDAT -1", "plus": b"BDAT +5",
    "hex": b"BDAT 0x10", "fraction": b"BDAT 1.5", "last_alone": b"BDAT LAST", "2^64": b"BDAT 18446744073709551616",
    "2^64_and_5": b"BDAT 18446744073709551621 LAST", "100_digits": b"BDAT " + b"9" * 100, "comma": b"BDAT 1,000",
    "nul": b"BDAT 5\0", "tab": b"BDAT\t5", "bare_lf": b"BDAT 5\n", "bare_cr": b"BDAT 5\r",
    "too_long": b"BDAT " + b" " * 20_000 + b"5", "zeros": b"BDAT " + b"0" * 20_000 + b"5", "full_width": "BDAT ５".encode()})
def chunk_of_unreadable_size_is_safe(world, line):
    """After a size that cannot be read the octets that follow are no commands: the server closes, or
    goes on only where nothing could follow."""
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(b"RSET", 250)
        session.send(line + b"\r\n" + POISON + b"RCPT TO:<" + box.address + b">\r\nDATA\r\nA: b\r\n\r\n.\r\n")
        said = replies_until_the_end(session)
        expect(said[0].code // 100 in (4, 5), f"it was taken: {said[0]}")
        expect(all(reply.code not in (250, 354) for reply in said), f"{said}")
    box.is_empty()


def replies_until_the_end(session):
    session.half_close()
    replies = []
    try:
        while True:
            replies.append(session.reply())
    except Closed:
        return replies


@check_each(HARDENING, "RFC 3030 §2", {
    "wrong_word": b"BDAT 6 FIRST", "run_on": b"BDAT 6LAST", "two_words": b"BDAT 6 LAST LAST", "two_sizes": b"BDAT 6 6"})
def chunk_with_odd_end_marker_is_safe(world, line):
    "A readable size with something odd behind it: its octets are dropped, or the server closes."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.send(line + b"\r\nQUIT\r\n" + b"HELP\r\n")
        replies = replies_until_the_end(session)
        expect(replies[0].code // 100 in (4, 5), f"it was taken: {replies[0]}")
        expect(all(reply.code != 221 for reply in replies), "an octet of the chunk was a command")


@check_each(MUST, "RFC 3030 §2", {
    "lower": b"bdat 6 last", "mixed": b"bDaT 6 LaSt", "zeros": b"BDAT 0000006 LAST", "spaces_behind": b"BDAT 6 LAST  "})
def chunk_command_in_any_case(world, line):
    "BDAT and LAST match in any case; leading zeros and trailing space change nothing."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(line + b"\r\nA: b\r\n")
        session.reply(250)
    box.holds(b"A: b\r\n")


@check_each(HARDENING, "RFC 3030 §2, SMTP smuggling", {
    "lf": b"A: b\n\nx\r\n", "cr": b"A: b\r\rx\r\n", "lf.lf": b"A: b\r\n\r\nx\n.\nMAIL FROM:<>\r\n",
    "nul": b"A: b\r\n\r\n\0\r\n", "cut": b"A: b\r\n\r\nx\r"})
def bare_line_ends_in_text_chunks(world, text):
    "Text by BDAT with a bare CR or LF, or NUL, is refused, or stored as it is; nothing in it is executed."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(text, last=True))
        reply = session.reply(250, *REFUSALS)
        session.is_quiet()
    box.holds(*([text] if reply.code == 250 else []))


@check_each(HARDENING, "RFC 3030 §2, SMTP smuggling", {
    "lf": (b"A: b\r\n\r\na", b"\nb\r\n"), "cr_then_x": (b"A: b\r\n\r\na\r", b"b\r\n"), "crlf": (b"A: b\r\n\r\na\r", b"\nb\r\n")})
def line_end_cut_by_chunks(world, case):
    "A CRLF cut by the border of two chunks is a CRLF; a bare CR or LF at the border is a bare one."
    first, second = case
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send(chunk(first) + chunk(second, last=True))
        session.reply(250, *REFUSALS)
        reply = session.reply(250, *REFUSALS)
        session.is_quiet()
    if b"\r\n" in (first + second).removeprefix(b"A: b\r\n\r\n")[1:3]:
        expect(reply.code == 250, f"a CRLF was refused: {reply}")
    box.holds(*([first + second] if reply.code == 250 else []))


@check(HARDENING, "RFC 3030 §2")
def huge_declared_chunk_is_refused_before_its_end(world):
    "A chunk declared as larger than anything allowed is refused or cut off; memory does not grow."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.send(b"BDAT 9223372036854775807 LAST\r\n" + b"QUIT\r\n" * 100)
        replies = replies_until_the_end(session)
        expect(all(reply.code // 100 in (4, 5) for reply in replies), f"{replies}")


# --- 8BITMIME, RFC 6152

@check_each(MUST, "RFC 6152 §3, RFC 3030 §3", {"7bit": b"7BIT", "8bit": b"8BITMIME", "binary": b"BINARYMIME"})
def body_value_is_taken(world, value):
    "BODY takes the values that are offered."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> BODY=" + value, 250)


@check_each(MUST, "RFC 6152 §2", {"word": b"BODY=9BIT", "empty": b"BODY=", "alone": b"BODY", "list": b"BODY=7BIT,8BITMIME"})
def broken_body_is_refused(world, parameter):
    "BODY with another value, or none, is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555, 504)


# --- DSN, RFC 3461

@check_each(MUST, "RFC 3461 §4.1", {
    "never": b"NEVER", "success": b"SUCCESS", "failure": b"FAILURE", "delay": b"DELAY", "two": b"SUCCESS,FAILURE",
    "three": b"SUCCESS,FAILURE,DELAY", "order": b"DELAY,SUCCESS", "case": b"success,Failure"})
def notify_is_taken(world, value):
    "NOTIFY takes NEVER, or a list of the others."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> NOTIFY=" + value, 250)


@check_each(MUST, "RFC 3461 §4.1", {
    "never_and": b"NOTIFY=NEVER,FAILURE", "and_never": b"NOTIFY=SUCCESS,NEVER", "empty": b"NOTIFY=", "alone": b"NOTIFY",
    "unknown": b"NOTIFY=ALWAYS", "comma_last": b"NOTIFY=SUCCESS,", "comma_first": b"NOTIFY=,SUCCESS",
    "commas": b"NOTIFY=SUCCESS,,DELAY", "semicolon": b"NOTIFY=SUCCESS;DELAY", "twice": b"NOTIFY=NEVER NOTIFY=NEVER",
    "space": b"NOTIFY=SUCCESS, DELAY"})
def broken_notify_is_501(world, parameter):
    "NEVER with others, unknown words, empty lists and repetitions are refused with 501."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> " + parameter, 501, 555)
        session.command(b"DATA", 503, 554)


@check_each(MUST, "RFC 3461 §4.2", {
    "plain": b"rfc822;a@b.test", "encoded": b"rfc822;a+2Bb@c.test", "equals": b"rfc822;a+3Db@c.test",
    "space": b"rfc822;a+20b@c.test", "other_type": b"x400;abc", "utf8_type": b"utf-8;a@b.test",
    "500": b"rfc822;" + b"a" * 493})
def orcpt_is_taken(world, value):
    "ORCPT takes a type and xtext of up to 500 characters in all."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> ORCPT=" + value, 250)


@check_each(MUST, "RFC 3461 §4.2, §5, hidden line ends", {
    "no_type": b"ORCPT=a@b.test", "empty": b"ORCPT=", "alone": b"ORCPT", "empty_type": b"ORCPT=;a@b.test",
    "bare_plus": b"ORCPT=rfc822;a+b@c.test", "plus_last": b"ORCPT=rfc822;a+", "one_digit": b"ORCPT=rfc822;a+2",
    "no_hex": b"ORCPT=rfc822;a+GGb", "crlf": b"ORCPT=rfc822;a+0D+0Ab", "lf": b"ORCPT=rfc822;a+0Ab",
    "cr": b"ORCPT=rfc822;a+0Db", "nul": b"ORCPT=rfc822;a+00b", "equals": b"ORCPT=rfc822;a=b",
    "twice": b"ORCPT=rfc822;a@b.c ORCPT=rfc822;a@b.c", "501": b"ORCPT=rfc822;" + b"a" * 494, "delete": b"ORCPT=rfc822;a+7F"})
def broken_orcpt_is_501(world, parameter):
    "ORCPT that is no type and xtext, too long, twice, or hides control octets, is refused."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> " + parameter, 501, 555)
        session.command(b"DATA", 503, 554)


@check_each(MUST, "RFC 3461 §4.4", {
    "plain": b"QQ314159", "encoded": b"a+2Bb+3Dc", "100": b"e" * 100, "punctuation": b"<a@b>;(c)"})
def envid_is_taken(world, value):
    "ENVID takes xtext of up to 100 characters."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> ENVID=" + value, 250)


@check_each(MUST, "RFC 3461 §4.4, hidden line ends", {
    "empty": b"ENVID=", "alone": b"ENVID", "101": b"ENVID=" + b"e" * 101, "bare_plus": b"ENVID=a+b",
    "crlf": b"ENVID=a+0D+0Ab", "lf": b"ENVID=a+0A", "nul": b"ENVID=+00", "equals": b"ENVID=a=b", "one_digit": b"ENVID=a+2",
    "escape": b"ENVID=+1B"})
def broken_envid_is_501(world, parameter):
    "ENVID that is no xtext, too long, or hides control octets, is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check_each(MUST, "RFC 3461 §4.3", {"full": b"FULL", "hdrs": b"HDRS"})
def ret_is_taken(world, value):
    "RET takes FULL and HDRS."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> RET=" + value, 250)


@check_each(MUST, "RFC 3461 §4.3", {"word": b"RET=BODY", "empty": b"RET=", "alone": b"RET", "list": b"RET=FULL,HDRS"})
def broken_ret_is_501(world, parameter):
    "RET with another value, or none, is refused."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555)


@check(MUST, "RFC 3461 §4")
def all_dsn_parameters_together(world):
    "A message with all parameters of DSN is delivered."
    box = world.mailbox()
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> RET=HDRS ENVID=x+20y SIZE=100 BODY=8BITMIME SMTPUTF8", 250)
        session.command(b"RCPT TO:<" + box.address + b"> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@b.test", 250)
        session.data(TEXT + b".\r\n")
    box.holds(TEXT)


# --- LIMITS, RFC 9422

@check(MUST, "RFC 9422 §3")
def limits_are_names_and_numbers(world):
    "LIMITS lists NAME=VALUE; RCPTMAX and MAILMAX are numbers of up to six digits, without leading zero."
    with world.connection() as session:
        for limit in session.greet().ehlo().keywords()[b"LIMITS"]:
            name, equals, value = limit.partition(b"=")
            expect(equals and name.replace(b"-", b"").isalnum(), f"{limit!r}")
            if name.upper() in (b"RCPTMAX", b"MAILMAX"):
                expect(value.isdigit() and len(value) <= 6 and not value.startswith(b"0"), f"{limit!r}")


@check(MUST, "RFC 9422 §4")
def limits_tell_the_truth(world):
    "RCPTMAX and MAILMAX are the limits that are configured."
    with world.connection("small") as session:
        limits = session.greet().ehlo().keywords()[b"LIMITS"]
        expect(b"RCPTMAX=%d" % MOST_RECIPIENTS in limits and b"MAILMAX=2" in limits, f"{limits!r}")


@check(MUST, "RFC 9422 §4.1")
def mail_beyond_mailmax_is_refused(world):
    "A transaction beyond MAILMAX is refused with 4xx."
    with world.session("small") as session:
        for _ in range(2):
            session.deliver(world.mailbox_at(b"mailmax@example.com", "small"))
        session.command(b"MAIL FROM:<a@client.test>", 421, 450, 451, 452)
