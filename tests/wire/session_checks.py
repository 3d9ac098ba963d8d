"""Greeting, commands, their order and their replies: RFC 5321 §3, §4.1 to §4.3, §4.5."""

from servers import MOST_RECIPIENTS
from wire import (DOMAIN, HARDENING, MUST, SENDER, SHOULD, check, check_each, expect)


# --- Greeting and hello

@check(MUST, "RFC 5321 §3.1")
def greeting_is_220_with_a_name(world):
    "The server speaks first: 220 and its name, as one word."
    with world.connection() as session:
        reply = session.reply(220, has_enhanced_code=False)
        expect(reply.lines[0].split(b" ")[0], f"no name in {reply}")


@check(SHOULD, "RFC 5321 §4.3.1")
def greeting_names_a_host(world):
    "The first word of the greeting is a domain or an address literal."
    with world.connection() as session:
        name = session.reply(220, has_enhanced_code=False).lines[0].split(b" ")[0]
        expect(is_domain_or_literal(name), f"{name!r} is no host's name")


@check(SHOULD, "RFC 5321 §3.1")
def greeting_says_esmtp(world):
    "A server that has extensions says ESMTP in its greeting."
    with world.connection() as session:
        expect(b"ESMTP" in session.reply(220).lines[0].split(b" "), "the greeting has no ESMTP")


@check(MUST, "RFC 5321 §4.1.1.1")
def ehlo_names_the_server_first(world):
    "The first line of the reply to EHLO begins with the server's name, the same as in the greeting."
    with world.connection() as session:
        greeting = session.reply(220).lines[0].split(b" ")[0]
        name = session.ehlo().lines[0].split(b" ")[0]
        expect(name == greeting, f"greeting of {greeting!r}, EHLO of {name!r}")


@check(MUST, "RFC 5321 §4.1.1.1")
def ehlo_lines_are_keywords(world):
    "Each further line is a keyword of letters, digits and hyphens, with printable parameters."
    with world.connection() as session:
        for line in session.greet().ehlo().lines[1:]:
            keyword, *parameters = line.split(b" ")
            expect(keyword.replace(b"-", b"").isalnum() and not keyword.startswith(b"-"), line)
            expect(all(parameters), f"an empty parameter in {line!r}")


@check(MUST, "RFC 5321 §4.1.1.1")
def ehlo_keywords_are_told_once(world):
    "No keyword stands twice in the reply to EHLO."
    with world.connection() as session:
        names = [line.split(b" ")[0].upper() for line in session.greet().ehlo().lines[1:]]
        expect(len(names) == len(set(names)), f"repeated: {names}")


@check_each(MUST, "RFC 5321 §2.2.1, RFC 1870, 2034, 2920, 3030, 3461, 6152, 6531, 9422", {
    name: name.encode() for name in
    ("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME",
     "DSN", "LIMITS")})
def ehlo_offers(world, keyword):
    "EHLO offers the extension."
    with world.connection() as session:
        expect(keyword in session.greet().ehlo().keywords(), f"no {keyword!r}")


@check_each(MUST, "RFC 2920 §2, RFC 2034 §4, RFC 3030 §2, RFC 6152 §2, RFC 6531 §3.1, RFC 3461 §4", {
    name: name.encode() for name in
    ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "BINARYMIME", "DSN")})
def ehlo_keyword_has_no_parameter(world, keyword):
    "The keyword of this extension has no parameter."
    with world.connection() as session:
        parameters = session.greet().ehlo().keywords()[keyword]
        expect(parameters == [], f"{keyword!r} has {parameters!r}")


@check_each(MUST, "RFC 5321 §4.2.4", {
    name: name.encode() for name in ("EXPN", "HELP", "VRFY", "STARTTLS", "AUTH", "ETRN", "BDAT", "TURN")})
def ehlo_offers_only_what_is_implemented(world, keyword):
    "A command that EHLO lists is not answered with 500 or 502."
    with world.session() as session:
        offered = session.ehlo().keywords()
        if keyword in offered:
            reply = session.command(keyword + b" someone")
            expect(reply.code not in (500, 502), f"offered, and answered with {reply}")


@check(MUST, "RFC 5321 §4.1.1.1")
def helo_is_answered(world):
    "HELO is supported, and answered with 250 in one line."
    with world.connection() as session:
        reply = session.greet().hello_command(b"HELO client.test", 250)
        expect(len(reply.lines) == 1, f"HELO got {reply}")


@check(MUST, "RFC 5321 §4.1.1.1")
def helo_session_delivers(world):
    "A session opened by HELO delivers a message."
    box = world.mailbox()
    with world.connection() as session:
        session.greet().hello_command(b"HELO client.test", 250)
        session.deliver(box)
    box.holds(b"Subject: hello\r\n\r\nhello\r\n")


@check_each(MUST, "RFC 5321 §2.4, §4.1.1.1", {
    "lower": b"ehlo client.test", "mixed": b"eHlO client.test", "helo": b"hElO client.test"})
def hello_verb_in_any_case(world, line):
    "EHLO and HELO are known in any case."
    with world.connection() as session:
        session.greet().hello_command(line, 250)


@check_each(MUST, "RFC 5321 §4.1.1.1, §4.1.3", {
    "domain": b"mx.client.test", "one_label": b"client", "digits": b"123.client.test",
    "ipv4_literal": b"[192.0.2.1]", "ipv6_literal": b"[IPv6:2001:db8::1]",
    "ipv4_in_ipv6": b"[IPv6:::ffff:192.0.2.1]", "hyphens": b"a--b.client.test", "63_octets": b"d" * 63 + b".test",
    "a_label": b"xn--bcher-kva.example", "upper": b"CLIENT.TEST"})
def ehlo_takes_name(world, name):
    "EHLO takes a domain or an address literal."
    with world.connection() as session:
        session.greet().hello_command(b"EHLO " + name, 250)


@check_each(MUST, "RFC 5321 §4.1.4", {"ehlo": b"EHLO", "helo": b"HELO", "ehlo_space": b"EHLO ",
                                      "helo_spaces": b"HELO   "})
def hello_without_name_is_501(world, line):
    "EHLO and HELO need an argument."
    with world.connection() as session:
        session.greet().hello_command(line, 501)


@check_each(MUST, "RFC 5321 §4.1.2, §4.1.4", {
    "underscore": b"EHLO my_host", "underscore_helo": b"HELO my_host.test", "punctuation": b"EHLO host!.test",
    "two_names": b"EHLO one two", "hyphen_first": b"EHLO -a.test", "dots_run": b"EHLO a..test",
    "address": b"EHLO <a@b.test>", "bad_literal": b"EHLO [300.0.0.1]", "untagged_ipv6": b"EHLO [::1]",
    "unclosed_literal": b"EHLO [192.0.2.1", "percent": b"HELO %", "star": b"EHLO *"})
def ehlo_refuses_name(world, line):
    "A name that is no domain and no address literal is refused with 501."
    with world.connection() as session:
        session.greet().hello_command(line, 501)


@check_each(HARDENING, "RFC 5321 §4.1.2", {
    "nul": b"EHLO a\0b", "escape": b"EHLO a\x1b[31m", "delete": b"EHLO a\x7fb", "tab": b"EHLO a\tb.test",
    "latin1": b"EHLO b\xe4r.test", "utf8": "EHLO bär.test".encode(), "bell": b"HELO \x07"})
def hello_with_hostile_octets_is_refused(world, line):
    "A name with control or 8-bit octets is refused, and nothing of it comes back raw."
    with world.connection() as session:
        session.greet().hello_command(line, 501, 500)
        session.hello_command(b"EHLO client.test", 250)


@check(MUST, "RFC 5321 §4.1.4")
def refused_ehlo_changes_nothing(world):
    "After a refused EHLO the server is in the state it was in: the transaction stands."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.hello_command(b"EHLO", 501)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    box.holds(b"Subject: x\r\n\r\n")


@check_each(MUST, "RFC 5321 §4.1.4", {"ehlo": b"EHLO again.test", "helo": b"HELO again.test"})
def second_hello_clears_the_transaction(world, line):
    "A second EHLO or HELO clears the transaction as RSET does."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.hello_command(line, 250)
        session.command(b"RCPT TO:<a@example.com>", 503)
        session.command(b"DATA", 503)


@check(MUST, "RFC 5321 §4.1.4")
def second_ehlo_allows_mail(world):
    "A session goes on as usual after a second EHLO."
    box = world.mailbox()
    with world.session() as session:
        session.ehlo()
        session.deliver(box)
    box.only_message()


# --- Order of commands

@check_each(MUST, "RFC 5321 §4.1.4", {
    "mail": b"MAIL FROM:<a@client.test>", "rcpt": b"RCPT TO:<a@example.com>", "data": b"DATA"})
def transaction_needs_hello(world, line):
    "A mail transaction needs EHLO or HELO first: 503."
    with world.connection() as session:
        session.greet().command(line, 503)


@check_each(SHOULD, "RFC 5321 §4.1.4", {
    "noop": (b"NOOP", 250), "rset": (b"RSET", 250), "help": (b"HELP", 214), "vrfy": (b"VRFY a", 252),
    "expn": (b"EXPN a", (252, 550, 502)), "quit": (b"QUIT", 221)})
def command_before_hello(world, case):
    "What needs no transaction is answered before EHLO."
    line, codes = case
    with world.connection() as session:
        session.greet().command(line, *(codes if isinstance(codes, tuple) else (codes,)))


@check(MUST, "RFC 5321 §4.1.4")
def rcpt_needs_mail(world):
    "RCPT without MAIL is answered with 503."
    with world.session() as session:
        session.command(b"RCPT TO:<a@example.com>", 503)


@check(MUST, "RFC 5321 §4.1.4")
def data_needs_mail(world):
    "DATA without MAIL is answered with 503."
    with world.session() as session:
        session.command(b"DATA", 503)


@check(MUST, "RFC 5321 §3.3")
def data_needs_rcpt(world):
    "DATA without a recipient is answered with 503 or 554."
    with world.session() as session:
        session.envelope()
        session.command(b"DATA", 503, 554)


@check(MUST, "RFC 5321 §4.1.4")
def nested_mail_is_503(world):
    "MAIL within a transaction is answered with 503, and the transaction stands."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(b"MAIL FROM:<other@client.test>", 503)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    expect(SENDER in box.only_message().split(b"\n")[0], "the second MAIL took effect")


@check(MUST, "RFC 5321 §4.1.4")
def refused_mail_opens_nothing(world):
    "After a refused MAIL there is no transaction, and another MAIL is taken."
    with world.session() as session:
        session.command(b"MAIL FROM:<a b@client.test>", 501, 553)
        session.command(b"RCPT TO:<a@example.com>", 503)
        session.command(b"MAIL FROM:<a@client.test>", 250)


@check(MUST, "RFC 5321 §3.3")
def refused_rcpt_keeps_the_others(world):
    "A refused recipient does not touch the accepted ones."
    box, other = world.mailbox(), world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(b"RCPT TO:<a@foreign.test>", 550, 551, 553, 554)
        session.command(b"RCPT TO:<" + other.address + b">", 250)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    box.holds(b"Subject: x\r\n\r\n")
    other.holds(b"Subject: x\r\n\r\n")


@check(MUST, "RFC 5321 §4.1.1.5")
def rset_clears_the_transaction(world):
    "RSET forgets sender and recipients."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.command(b"RSET", 250)
        session.command(b"DATA", 503)
        session.command(b"RCPT TO:<a@example.com>", 503)
        session.command(b"MAIL FROM:<a@client.test>", 250)


@check(MUST, "RFC 5321 §4.1.1.5")
def rset_keeps_the_connection(world):
    "RSET never closes the connection and keeps the hello."
    box = world.mailbox()
    with world.session() as session:
        for _ in range(20):
            session.command(b"RSET", 250)
        session.deliver(box)
    box.only_message()


@check(MUST, "RFC 5321 §4.1.1.5")
def rset_drops_earlier_recipients(world):
    "A recipient of before RSET gets nothing of the next message."
    before, after = world.mailbox(), world.mailbox()
    with world.session() as session:
        session.envelope(before)
        session.command(b"RSET", 250)
        session.deliver(after)
    before.is_empty()
    after.only_message()


@check(MUST, "RFC 5321 §4.1.1.4")
def message_ends_the_transaction(world):
    "After the end of data nothing of the transaction is left."
    with world.session() as session:
        session.deliver(world.mailbox())
        session.command(b"RCPT TO:<a@example.com>", 503)
        session.command(b"DATA", 503)


@check(MUST, "RFC 5321 §3.3")
def several_messages_in_one_session(world):
    "A session delivers one message after another."
    boxes = [world.mailbox() for _ in range(3)]
    with world.session() as session:
        for box in boxes:
            session.deliver(box)
        session.quit()
    for box in boxes:
        box.only_message()


@check_each(MUST, "RFC 5321 §4.1.1.6 to §4.1.1.9", {
    "noop": b"NOOP", "help": b"HELP", "vrfy": b"VRFY someone", "expn": b"EXPN list", "unknown": b"XYZZY",
    "syntax": b"RCPT TO:"})
def transaction_survives(world, line):
    "Commands without effect on the buffers leave the transaction as it is."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(line)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    box.only_message()


# --- Verbs and their arguments

@check_each(MUST, "RFC 5321 §2.4", {
    "mail": b"mail from:<a@client.test>", "mixed": b"mAiL fRoM:<a@client.test>",
    "spaces_behind": b"MAIL FROM:<a@client.test>  ", "tab_behind": b"MAIL FROM:<a@client.test>\t"})
def mail_in_any_case_and_with_trailing_space(world, line):
    "Verbs match in any case, and white space at the end of a line is tolerated."
    with world.session() as session:
        session.command(line, 250)


@check_each(SHOULD, "RFC 5321 §4.1.1", {
    "noop": (b"NOOP  ", 250), "rset": (b"RSET \t ", 250), "data": (b"DATA ", 503), "quit": (b"QUIT ", 221),
    "help": (b"HELP ", 214), "ehlo": (b"EHLO client.test  ", 250)})
def trailing_white_space_is_tolerated(world, case):
    "White space before the CRLF changes nothing."
    line, code = case
    with world.session() as session:
        session.send(line + b"\r\n")
        session.reply(code, has_enhanced_code=None if not line.startswith(b"EHLO") else False)


@check_each(MUST, "RFC 5321 §2.4", {
    "noop": (b"noop", 250), "rset": (b"rSeT", 250), "vrfy": (b"vrfy a", 252), "help": (b"help", 214),
    "quit": (b"quit", 221), "data": (b"data", 503), "rcpt": (b"rcpt to:<a@example.com>", 503)})
def verb_in_any_case(world, case):
    "Verbs match in any case."
    line, code = case
    with world.session() as session:
        session.command(line, code)


@check_each(SHOULD, "RFC 5321 §4.1.1, §4.3.2", {
    "rset": b"RSET now", "quit": b"QUIT now"})
def argument_where_none_belongs_is_501(world, line):
    "RSET and QUIT with an argument are refused with 501, and not carried out."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.command(line, 501)
        session.command(b"RCPT TO:<a@example.com>", 250)


@check(SHOULD, "RFC 5321 §4.1.1, §4.3.2")
def data_with_argument_is_501(world):
    "DATA with an argument is refused with 501."
    with world.session() as session:
        session.envelope(world.mailbox())
        session.command(b"DATA now", 501)
        session.is_quiet()


@check(SHOULD, "RFC 5321 §4.1.1.9")
def noop_ignores_its_argument(world):
    "NOOP ignores its argument."
    with world.session() as session:
        session.command(b"NOOP nothing to see", 250)


@check_each(MUST, "RFC 5321 §4.1.1", {
    "mail": b"MAIL", "mail_space": b"MAIL ", "mail_from": b"MAIL FROM", "mail_colon": b"MAIL FROM:",
    "mail_to": b"MAIL TO:<a@client.test>", "mail_run_on": b"MAIL FROM<a@client.test>",
    "mail_path": b"MAIL <a@client.test>", "mail_equals": b"MAIL FROM=<a@client.test>",
    "mail_space_before_colon": b"MAIL FROM :<a@client.test>"})
def incomplete_mail_is_501(world, line):
    "MAIL without FROM:, or without a path, is a syntax error."
    with world.session() as session:
        session.command(line, 501, 500, 555)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check_each(MUST, "RFC 5321 §4.1.1", {
    "rcpt": b"RCPT", "rcpt_to": b"RCPT TO", "rcpt_colon": b"RCPT TO:", "rcpt_from": b"RCPT FROM:<a@example.com>",
    "rcpt_path": b"RCPT <a@example.com>", "rcpt_null": b"RCPT TO:<>"})
def incomplete_rcpt_is_refused(world, line):
    "RCPT without TO:, or without a path, or with the null path, is refused."
    with world.session() as session:
        session.envelope()
        session.command(line, 501, 500, 550, 553)
        session.command(b"DATA", 503, 554)


@check_each(MUST, "RFC 5321 §4.2.4, §4.3.2", {
    "word": b"XYZZY", "verb_and_argument": b"FOO BAR", "private": b"XPRIVATE", "digits": b"12345",
    "punctuation": b"!!!", "colon": b"MAILFROM:<a@client.test>", "long": b"NOOPNOOP",
    "prefix": b"NOO", "ehlo_run_on": b"EHLOclient.test"})
def unknown_command_is_500(world, line):
    "A command that is not known is answered with 500."
    with world.session() as session:
        session.command(line, 500)
        session.is_quiet()


@check_each(HARDENING, "RFC 5321 §4.1.1", {
    "nul": b"NO\0OP", "nul_behind": b"NOOP\0", "high": b"\xff\xfe\xfd", "utf8": "ÑOOP".encode(),
    "empty": b"", "space": b" ", "space_before": b" NOOP", "tab_between": b"QUIT\tnow", "delete": b"\x7f",
    "telnet": b"\xff\xf4\xff\xfd\x06NOOP"})
def odd_line_gets_one_reply(world, line):
    "A line of odd octets gets exactly one reply of 5xx; none of it comes back raw."
    with world.session() as session:
        session.command(line, 500, 501, 502)
        session.is_quiet()


@check_each(SHOULD, "RFC 5321 §4.2.4, §3.3", {
    "send": b"SEND FROM:<a@client.test>", "soml": b"SOML FROM:<a@client.test>",
    "saml": b"SAML FROM:<a@client.test>", "turn": b"TURN"})
def obsolete_command_is_refused(world, line):
    "SEND, SOML, SAML and TURN are refused with 500 or 502."
    with world.session() as session:
        session.command(line, 500, 502)


@check_each(HARDENING, "RFC 5321 §4.1.1", {
    "starttls": b"STARTTLS", "auth": b"AUTH PLAIN AGEAYg==", "xclient": b"XCLIENT ADDR=1.2.3.4",
    "etrn": b"ETRN example.com", "burl": b"BURL imap://x", "lhlo": b"LHLO client.test"})
def what_is_not_offered_is_refused(world, line):
    "A command of an extension that is not offered is refused."
    with world.session() as session:
        verb = line.split(b" ")[0]
        if verb not in session.ehlo().keywords():
            session.command(line, 500, 502, 503)
            session.is_quiet()


@check(SHOULD, "RFC 5321 §4.1.1.8")
def help_is_answered(world):
    "HELP is answered with 211 or 214."
    with world.session() as session:
        session.command(b"HELP", 211, 214)


@check(SHOULD, "RFC 5321 §4.1.1.8")
def help_with_argument(world):
    "HELP with an argument gets help or 504."
    with world.session() as session:
        session.command(b"HELP MAIL", 211, 214, 502, 504)


@check_each(MUST, "RFC 5321 §3.5.3, §4.5.1", {
    "user": b"VRFY someone", "address": b"VRFY someone@example.com", "postmaster": b"VRFY postmaster",
    "quoted": b'VRFY "some one"', "path": b"VRFY <someone@example.com>",
    "foreign": b"VRFY someone@foreign.test"})
def vrfy_is_implemented(world, line):
    "VRFY is answered with 252, or with a verdict; never with 500 or 502."
    with world.session() as session:
        session.command(line, 250, 251, 252, 550, 551, 553)


@check(HARDENING, "RFC 5321 §7.3")
def vrfy_tells_nothing(world):
    "VRFY does not tell addresses that exist from those that do not."
    with world.session("listed") as session:
        known = session.command(b"VRFY listed@example.com").code
        unknown = session.command(b"VRFY nobody@example.com").code
        expect(known == unknown == 252, f"known {known}, unknown {unknown}")


@check_each(MUST, "RFC 5321 §4.1.1.6, §4.1.1.7", {"vrfy": b"VRFY", "expn": b"EXPN", "vrfy_space": b"VRFY "})
def vrfy_and_expn_need_an_argument(world, line):
    "VRFY and EXPN without an argument are refused."
    with world.session() as session:
        session.command(line, 501, 502)


@check(SHOULD, "RFC 5321 §3.5.3")
def expn_is_refused_or_unverified(world):
    "EXPN, which expands nothing here, is never answered with 250."
    with world.session() as session:
        session.command(b"EXPN staff", 252, 502, 550)


# --- The end

@check(MUST, "RFC 5321 §4.1.1.10")
def quit_is_answered_and_closes(world):
    "QUIT is answered with 221, then the connection ends."
    with world.session() as session:
        session.quit()


@check(MUST, "RFC 5321 §4.1.1.10")
def quit_in_a_transaction_aborts_it(world):
    "QUIT within a transaction delivers nothing."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.quit()
    box.is_empty()


@check(SHOULD, "RFC 5321 §4.2.3")
def quit_names_the_server(world):
    "The reply to QUIT names the server (behind the enhanced code)."
    with world.connection() as session:
        name = session.reply(220).lines[0].split(b" ")[0]
        session.ehlo()
        expect(name in session.command(b"QUIT", 221).lines[0], "221 without the server's name")


@check(HARDENING, "RFC 2920 §3.1")
def nothing_behind_quit_is_executed(world):
    "What a client pipelines behind QUIT is neither answered nor carried out."
    box = world.mailbox()
    with world.session() as session:
        session.send(b"QUIT\r\nMAIL FROM:<a@client.test>\r\nRCPT TO:<" + box.address
                     + b">\r\nBDAT 4 LAST\r\nx: y")
        session.reply(221)
        session.ends()
    box.is_empty()


@check(MUST, "RFC 5321 §4.1.1.5")
def leaving_without_quit_is_survived(world):
    "A client that closes in mid-transaction leaves nothing behind."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
    with world.session() as session:
        session.deliver(world.mailbox())
    box.is_empty()


@check(MUST, "RFC 5321 §4.2")
def every_command_gets_one_reply(world):
    "Forty commands of all kinds get forty replies, in their order."
    lines = [(b"NOOP", 250), (b"XYZZY", 500), (b"VRFY a", 252), (b"RSET", 250), (b"DATA", 503)]
    with world.session() as session:
        for _ in range(4):
            for line, code in lines:
                session.command(line, code)
            session.deliver(world.mailbox())
        session.is_quiet()


# --- Sizes

@check(MUST, "RFC 5321 §4.5.3.1.4")
def command_line_of_512_octets(world):
    "A command line of 512 octets with its CRLF is taken."
    with world.session() as session:
        session.command(b"NOOP " + b"x" * (512 - 7), 250)


@check_each(HARDENING, "RFC 5321 §4.5.3.1.9", {
    "noop": b"NOOP ", "ehlo": b"EHLO ", "mail": b"MAIL FROM:<", "unknown": b"", "rcpt": b"RCPT TO:<"})
def overlong_line_gets_one_reply(world, verb):
    "A line of 20,000 octets gets one reply of 500, and its tail is not run as a command."
    box = world.mailbox()
    with world.session() as session:
        session.send(verb + b"x" * 20_000 + b" QUIT\r\n")
        session.reply(500, has_enhanced_code=False if verb == b"EHLO " else None)
        session.is_quiet()
        session.deliver(box)
    box.only_message()


@check_each(HARDENING, "RFC 5321 §4.5.3.1.9", {
    str(octets): octets for octets in (512, 513, 998, 1000, 1001, 1024, 2048, 4095, 4096, 4097, 4098, 8192,
                                       16384, 16385, 65535, 65536, 65537)})
def tail_of_a_long_line_is_no_command(world, octets):
    "Whatever the length at which a line is too long, what follows in it is not a command."
    box = world.mailbox()
    tail = b"MAIL FROM:<a@client.test>"
    with world.session() as session:
        session.send(b"NOOP " + b"x" * (octets - 5) + tail + b"\r\nRCPT TO:<" + box.address + b">\r\nHELP\r\n")
        session.reply(250, 500)
        session.reply(503)
        session.reply(214)


@check(HARDENING, "RFC 5321 §4.5.3.1.9")
def overlong_line_in_pieces(world):
    "An over-long line that comes in many pieces gets one reply, at its end."
    with world.session() as session:
        for _ in range(40):
            session.send_piece(b"x" * 1000)
        session.send_piece(b"\r")
        session.send_piece(b"\n")
        session.reply(500)
        session.is_quiet()


@check(MUST, "RFC 5321 §4.5.3.1.8")
def hundred_recipients(world):
    "A hundred recipients are taken, and each gets the message."
    boxes = [world.mailbox() for _ in range(100)]
    with world.session() as session:
        session.deliver(*boxes)
    for box in boxes:
        box.only_message()


@check(MUST, "RFC 5321 §4.5.3.1.10")
def too_many_recipients_is_452(world):
    "A recipient beyond the limit is refused with 452; those before it get the message."
    with world.session("small") as session:
        boxes = [world.mailbox_at(b"crowd%d@%b" % (i, DOMAIN), "small") for i in range(MOST_RECIPIENTS)]
        session.envelope(*boxes)
        session.command(b"RCPT TO:<onemore@example.com>", 452)
        session.command(b"RCPT TO:<onemore@example.com>", 452)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    for box in boxes:
        box.holds(b"Subject: x\r\n\r\n")
    world.mailbox_at(b"onemore@example.com", "small").is_empty()


def is_domain_or_literal(name):
    labels = name.split(b".")
    is_domain = all(label.replace(b"-", b"").isalnum() for label in labels)
    return is_domain or (name.startswith(b"[") and name.endswith(b"]"))
