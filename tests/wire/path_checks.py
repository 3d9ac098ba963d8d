"""Reverse-paths, forward-paths, and whose mail is taken: RFC 5321 §4.1.2, §4.1.3, §4.5; RFC 6531 §3.3."""

import pathlib

from servers import LISTED, QUOTED
from wire import HARDENING, MUST, SHOULD, check, check_each, expect

LONGEST_LOCAL_PART = b"l" * 64
LONGEST_DOMAIN = b".".join([b"d" * 63] * 3) + b"." + b"d" * 61  # 253 octets
# With the brackets and the @, 256 octets.
LONGEST_PATH = b"l" * 64 + b"@" + b".".join([b"d" * 63] * 2) + b"." + b"d" * 61


@check_each(MUST, "RFC 5321 §4.1.2, §4.1.3", {
    "null": b"<>", "plain": b"<user@client.test>", "dots": b"<first.last@client.test>",
    "plus": b"<user+tag@client.test>", "atext": b"<!#$%&'*/=?^_`{|}~-@client.test>",
    "quoted": b'<"user"@client.test>', "quoted_space": b'<"a b"@client.test>',
    "quoted_at": b'<"a@b"@client.test>', "quoted_angle": b'<"a>b<c"@client.test>',
    "quoted_pair": b'<"a\\"b"@client.test>', "quoted_backslash": b'<"a\\\\"@client.test>',
    "quoted_empty": b'<""@client.test>', "quoted_pair_space": b'<"a\\ b"@client.test>',
    "quoted_dots": b'<"..a.."@client.test>', "quoted_comma_colon": b'<"a,b:c;d"@client.test>',
    "one_label": b"<user@localhost>", "digits": b"<1@2.test>", "upper": b"<USER@CLIENT.TEST>",
    "a_label": b"<user@xn--bcher-kva.example>", "ipv4": b"<user@[192.0.2.1]>",
    "ipv4_bounds": b"<user@[0.255.0.255]>",
    "ipv6_full": b"<user@[IPv6:2001:db8:1:2:3:4:5:6]>", "ipv6_compressed": b"<user@[IPv6:2001:db8::1]>",
    "ipv6_any": b"<user@[IPv6:::]>", "ipv6_loopback": b"<user@[IPv6:::1]>",
    "ipv6_trailing": b"<user@[IPv6:2001:db8::]>", "ipv6_v4": b"<user@[IPv6:::ffff:192.0.2.1]>",
    "ipv6_v4_full": b"<user@[IPv6:1:2:3:4:5:6:192.0.2.1]>", "ipv6_tag_case": b"<user@[ipv6:2001:db8::1]>",
    "source_route": b"<@relay.test:user@client.test>",
    "long_source_route": b"<@a.test,@b.test,@c.test:user@client.test>",
    "local_64": b"<" + LONGEST_LOCAL_PART + b"@client.test>", "label_63": b"<a@" + b"d" * 63 + b".test>",
    "path_256": b"<" + LONGEST_PATH + b">"})
def path_is_accepted(world, path):
    "A path of correct syntax is taken as reverse-path."
    with world.session() as session:
        session.command(b"MAIL FROM:" + path, 250)


BROKEN_PATHS = {
    "bare": b"user@client.test", "no_closing": b"<user@client.test", "no_opening": b"user@client.test>",
    "double_brackets": b"<<user@client.test>>", "text_behind": b"<user@client.test>x",
    "name_before": b"User <user@client.test>", "no_domain": b"<user@>", "no_local_part": b"<@client.test>",
    "local_only": b"<user>", "space_in_local": b"<a b@client.test>", "space_in_domain": b"<a@client test>",
    "space_at_start": b"< user@client.test>", "space_at_end": b"<user@client.test >",
    "two_ats": b"<a@b@client.test>", "dot_first": b"<.user@client.test>", "dot_last": b"<user.@client.test>",
    "dots_run": b"<a..b@client.test>", "domain_dot_first": b"<user@.client.test>",
    "domain_dots_run": b"<user@client..test>", "domain_hyphen_first": b"<user@-client.test>",
    "domain_hyphen_last": b"<user@client-.test>", "domain_punctuation": b"<user@client!.test>",
    "domain_slash": b"<user@client/../../etc>", "comma": b"<a,b@client.test>", "semicolon": b"<a;b@client.test>",
    "colon": b"<a:b@client.test>", "parentheses": b"<a(b)@client.test>", "backslash": b"<a\\b@client.test>",
    "unclosed_quote": b'<"a@client.test>', "quote_inside": b'<a"b"@client.test>',
    "text_behind_quote": b'<"a"b@client.test>', "lone_backslash": b'<"a\\"@client.test>',
    "nul": b"<a\0b@client.test>", "nul_quoted": b'<"a\0b"@client.test>', "delete": b"<a\x7fb@client.test>",
    "delete_quoted": b'<"a\x7fb"@client.test>', "escape": b"<a\x1bb@client.test>", "tab": b'<"a\tb"@client.test>',
    "tab_quoted_pair": b'<"a\\\tb"@client.test>', "nul_in_domain": b"<a@client\0.test>",
    "literal_unclosed": b"<a@[192.0.2.1>", "literal_empty": b"<a@[]>", "literal_text": b"<a@[client]>",
    "ipv4_256": b"<a@[256.0.2.1]>", "ipv4_short": b"<a@[192.0.2]>", "ipv4_long": b"<a@[192.0.2.1.5]>",
    "ipv4_huge": b"<a@[1920.0.2.1]>", "ipv4_space": b"<a@[ 192.0.2.1]>", "ipv4_sign": b"<a@[-1.0.2.1]>",
    "ipv6_untagged": b"<a@[2001:db8::1]>", "ipv6_short": b"<a@[IPv6:1:2:3]>",
    "ipv6_long": b"<a@[IPv6:1:2:3:4:5:6:7:8:9]>", "ipv6_two_gaps": b"<a@[IPv6:1::2::3]>",
    "ipv6_five_digits": b"<a@[IPv6:12345::1]>", "ipv6_letters": b"<a@[IPv6:xyz::1]>",
    "ipv6_colon_last": b"<a@[IPv6:1:2:3:4:5:6:7:]>", "ipv6_zone": b"<a@[IPv6:fe80::1%eth0]>",
    "ipv6_prefix": b"<a@[IPv6:fe80::/10]>", "ipv6_v4_bad": b"<a@[IPv6:::ffff:999.0.2.1]>",
    "ipv6_empty": b"<a@[IPv6:]>",
    "route_no_colon": b"<@relay.test user@client.test>", "route_no_at": b"<relay.test:user@client.test>",
    "route_empty": b"<@:user@client.test>", "route_comma_last": b"<@a.test,:user@client.test>",
    "route_alone": b"<@relay.test:>", "8bit": b"<us\xe9r@client.test>", "utf8": "<usér@client.test>".encode(),
    "utf8_domain": "<user@bücher.test>".encode()}


@check_each(MUST, "RFC 5321 §4.1.2, §4.1.3, §4.1.4", BROKEN_PATHS)
def broken_reverse_path_is_refused(world, path):
    "A reverse-path of wrong syntax is refused with 501 (550 or 553 for 8-bit), and opens nothing."
    with world.session() as session:
        session.command(b"MAIL FROM:" + path, 501, 553, 550, 555)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check_each(MUST, "RFC 5321 §4.1.2, §4.1.3", {
    name: path.replace(b"client.test", b"example.com") for name, path in BROKEN_PATHS.items()})
def broken_forward_path_is_refused(world, path):
    "A forward-path of wrong syntax is refused, and is no recipient."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:" + path, 501, 553, 550, 555)
        session.command(b"DATA", 503, 554)


@check_each(HARDENING, "RFC 5321 §4.5.3.1", {
    "local_part": b"<" + b"l" * 400 + b"@client.test>", "label": b"<a@" + b"d" * 64 + b".test>",
    "domain": b"<a@" + b"d.".join([b"d" * 50] * 6) + b".test>", "path": b"<" + b"@r.test," * 60 + b"@r.test:a@b.c>"})
def overlong_path_is_answered(world, path):
    "A path far over the limits is answered in order, and the session goes on."
    with world.session() as session:
        session.command(b"MAIL FROM:" + path, 250, 501, 553, 500, 552)
        session.is_quiet()


@check(SHOULD, "RFC 5321 §4.5.3.1.1")
def local_part_of_65_octets_is_no_recipient(world):
    "A local part that no mailbox can have is refused, or delivered: the reply is kept."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<" + b"l" * 65 + b"@example.com>", 250, 501, 550, 553)
        session.is_quiet()


@check(MUST, "RFC 5321 §4.5.3.1.3")
def recipient_of_64_octets_gets_its_message(world):
    "A recipient with a local part of 64 octets gets its message."
    box = world.mailbox_at(b"q" * 64 + b"@example.com")
    with world.session() as session:
        session.deliver(box)
    box.only_message()


@check(MUST, "RFC 5321 §4.5.5")
def null_reverse_path_delivers(world):
    "A message from <> is delivered, with Return-Path: <>."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box, sender=b"")
        session.data(b"Subject: bounce\r\n\r\n.\r\n")
    first = box.only_message().split(b"\n")[0].strip()
    expect(first == b"Return-Path: <>", f"it begins with {first!r}")


@check_each(MUST, "RFC 5321 §4.1.1.3, §4.5.1", {
    "bare": b"<postmaster>", "bare_mixed": b"<PostMaster>", "bare_upper": b"<POSTMASTER>",
    "domain": b"<postmaster@example.com>", "domain_mixed": b"<Postmaster@Example.COM>"})
def postmaster_is_accepted(world, path):
    "Mail for postmaster is always taken, in any case, with and without a domain of ours."
    for server in ("main", "listed"):
        with world.session(server) as session:
            session.envelope()
            session.command(b"RCPT TO:" + path, 250)
            session.data(b"Subject: help\r\n\r\n.\r\n")


@check(MUST, "RFC 5321 §4.5.1")
def postmaster_of_every_domain(world):
    "postmaster is taken at each of the domains."
    with world.session() as session:
        session.envelope(b"postmaster@example.com", b"postmaster@example.net")


@check(MUST, "RFC 5321 §4.5.1")
def postmaster_of_others_is_foreign(world):
    "postmaster at another's domain is not ours."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<postmaster@foreign.test>", 550, 551, 553, 554)


@check(MUST, "RFC 5321 §4.1.1.3, App. C")
def source_route_to_us_is_ignored(world):
    "A source route before an address of ours is recognised, and ignored or refused for policy."
    box = world.mailbox()
    with world.session() as session:
        session.envelope()
        reply = session.command(b"RCPT TO:<@relay.test,@b.test:" + box.address + b">", 250, 550, 551)
        if reply.code == 250:
            session.data(b"Subject: x\r\n\r\n.\r\n")
            box.only_message()


@check(MUST, "RFC 5321 §4.1.2")
def quoted_forms_are_one_mailbox(world):
    "All quoted forms of a local part are the same mailbox."
    box = world.mailbox()
    local, domain = box.address.split(b"@")
    with world.session() as session:
        session.deliver(b'"' + local + b'"@' + domain)
        session.deliver(b'"' + b"".join(b"\\%c" % octet for octet in local) + b'"@' + domain)
    expect(len(box.messages()) == 2, f"{len(box.messages())} of 2 messages came to the unquoted form")


@check(MUST, "RFC 5321 §4.1.2")
def quoted_mailbox_is_found(world):
    "A listed address with a quoted local part is taken in each of its quoted forms."
    with world.session("listed") as session:
        session.envelope(QUOTED)
        session.command(b'RCPT TO:<"two\\ words"@example.com>', 250)
        session.command(b'RCPT TO:<"twowords"@example.com>', 550)


@check(MUST, "RFC 5321 §2.4")
def domain_matches_in_any_case(world):
    "A domain of ours is ours in any case."
    box = world.mailbox()
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<" + box.address.replace(b"example.com", b"eXaMPLE.Com") + b">", 250)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    box.only_message()


# --- Not an open relay

FOREIGN = {
    "plain": b"<user@foreign.test>", "subdomain": b"<user@mail.example.com>", "superdomain": b"<user@com>",
    "suffix": b"<user@notexample.com>", "prefix": b"<user@example.com.foreign.test>",
    "source_route": b"<@example.com:user@foreign.test>",
    "source_route_twice": b"<@example.com,@example.com:user@foreign.test>",
    "literal": b"<user@[192.0.2.1]>", "literal_loopback": b"<user@[127.0.0.1]>",
    "literal_ipv6": b"<user@[IPv6:::1]>", "localhost": b"<user@localhost>", "mixed_case": b"<user@FoReIgN.TeSt>",
    "quoted_at": b'<"user@example.com"@foreign.test>', "bare": b"<user>", "root": b"<root>"}


@check_each(HARDENING, "RFC 5321 §3.6.1, §7.1", FOREIGN)
def foreign_recipient_is_refused(world, path):
    "An address that is not ours is refused for good, whoever asks."
    for server in ("main", "listed"):
        with world.session(server) as session:
            session.envelope()
            session.command(b"RCPT TO:" + path, 550, 551, 553, 554, 501)
            session.command(b"DATA", 503, 554)


@check_each(HARDENING, "RFC 5321 §3.6.1, §7.1", {
    "percent": b"<user%foreign.test@example.com>", "quoted_at": b'<"user@foreign.test"@example.com>',
    "bang": b"<foreign.test!user@example.com>", "quoted_route": b'<"@foreign.test:user"@example.com>',
    "double_percent": b"<user%foreign.test%example.com@example.com>",
    "bang_and_percent": b"<foreign.test!user%other.test@example.com>",
    "escaped_at": b'<"user\\@foreign.test"@example.com>', "unlisted": b"<nobody@example.com>"})
def hidden_foreign_recipient_is_refused(world, path):
    "What hides another address in a local part of ours is only a local part, and nobody has it."
    with world.session("listed") as session:
        session.envelope()
        session.command(b"RCPT TO:" + path, 550, 551, 553, 554, 501)
        session.command(b"DATA", 503, 554)


@check_each(HARDENING, "RFC 5321 §4.1.2", {
    "com": b"<listed@example.com.>", "foreign": b"<user@foreign.test.>"})
def trailing_dot_in_domain_is_refused(world, path):
    "A domain with a trailing dot is a syntax error and opens no relay."
    with world.session("listed") as session:
        session.envelope()
        session.command(b"RCPT TO:" + path, 501, 550, 553, 554)


@check(HARDENING, "RFC 5321 §7.1")
def sender_of_ours_opens_no_relay(world):
    "A reverse-path of ours, or the null one, opens no relay."
    for sender in (LISTED, b"", b"postmaster@example.com"):
        with world.session("listed") as session:
            session.envelope(sender=sender)
            session.command(b"RCPT TO:<user@foreign.test>", 550, 551, 553, 554)


@check(MUST, "RFC 5321 §3.3")
def only_listed_recipients_are_taken(world):
    "With a list of recipients, these alone are taken, in any case."
    with world.session("listed") as session:
        session.envelope(LISTED, LISTED.upper())
        session.command(b"RCPT TO:<nobody@example.com>", 550)


@check_each(HARDENING, "path of a Maildir", {
    "parent": b'<"../escaped"@example.com>', "absolute": b'<"/tmp/escaped"@example.com>',
    "slash": b"<a/b@example.com>", "dot_dot": b'<".."@example.com>', "dot": b'<"."@example.com>',
    "tilde": b"<~root@example.com>", "new": b'<"../main/x/new"@example.com>', "empty": b'<""@example.com>',
    "plus_parent": b'<"a+../../escaped"@example.com>', "braces": b"<{address}@example.com>"})
def local_part_does_not_escape_the_mail_folder(world, path):
    "A local part that looks like a path stays below the folder of mail, or is refused."
    folder = pathlib.Path(world.servers["main"].mail_folder)
    around = sorted(entry.name for entry in folder.parent.iterdir())
    with world.session() as session:
        session.envelope()
        if session.command(b"RCPT TO:" + path).code == 250:
            session.command(b"DATA", 354)
            session.send(b"Subject: x\r\n\r\n.\r\n")
            session.reply()
    expect(sorted(entry.name for entry in folder.parent.iterdir()) == around, "something is beside the folder")
    expect(not pathlib.Path("/tmp/escaped").exists(), "something is in /tmp")
    expect(not (folder / "new").exists(), "the folder of mail became a mailbox")


# --- SMTPUTF8

@check_each(MUST, "RFC 6531 §3.3, §3.4", {
    "sender": "<usér@client.test>", "domain": "<user@bücher.example>", "both": "<пользователь@пример.example>",
    "quoted": '<"ü b"@client.test>', "emoji": "<😀@client.test>", "ascii": "<user@client.test>",
    "four_octets": "<\U0010fffd@client.test>", "two_octets": "<\u0080@client.test>"})
def utf8_reverse_path_with_smtputf8(world, path):
    "With SMTPUTF8 a path may have UTF-8 in its local part and its domain."
    with world.session() as session:
        session.command(b"MAIL FROM:" + path.encode() + b" SMTPUTF8", 250)


@check(MUST, "RFC 6531 §3.4")
def utf8_recipient_gets_its_message(world):
    "A recipient with UTF-8 in its local part gets the message."
    box = world.mailbox_at("usér-ключ@example.com".encode())
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> SMTPUTF8", 250)
        session.command(b"RCPT TO:<" + box.address + b">", 250)
        session.data("Subject: grüß\r\n\r\nß\r\n.\r\n".encode())
    box.holds("Subject: grüß\r\n\r\nß\r\n".encode())


INVALID_UTF8 = {
    "lone_continuation": b"a\x80", "truncated_2": b"a\xc3", "truncated_3": b"a\xe2\x82", "truncated_4": b"a\xf0\x9f\x98",
    "overlong_2": b"a\xc0\xaf", "overlong_3": b"a\xe0\x80\xaf", "overlong_4": b"a\xf0\x80\x80\xaf",
    "overlong_nul": b"a\xc0\x80", "surrogate": b"a\xed\xa0\x80", "too_high": b"a\xf4\x90\x80\x80",
    "five_octets": b"a\xf8\x88\x80\x80\x80", "ff": b"a\xff", "latin1": b"caf\xe9"}


@check_each(MUST, "RFC 6531 §3.3, RFC 3629 §3", INVALID_UTF8)
def invalid_utf8_in_paths_is_refused(world, octets):
    "Octets that are no UTF-8 are refused even with SMTPUTF8."
    with world.session() as session:
        for path in (b"<" + octets + b"@client.test>", b'<"' + octets + b'"@client.test>',
                     b"<a@" + octets + b".test>"):
            session.command(b"MAIL FROM:" + path + b" SMTPUTF8", 501, 550, 553)
        session.command(b"MAIL FROM:<a@client.test> SMTPUTF8", 250)
        session.command(b"RCPT TO:<" + octets + b"@example.com>", 501, 550, 553)


@check_each(MUST, "RFC 6531 §3.4, §3.5", {
    "mail": "MAIL FROM:<usér@client.test>", "mail_domain": "MAIL FROM:<user@bücher.example>",
    "mail_body": "MAIL FROM:<usér@client.test> BODY=8BITMIME"})
def utf8_reverse_path_without_smtputf8_is_refused(world, line):
    "Without SMTPUTF8 a path with UTF-8 is refused."
    with world.session() as session:
        session.command(line.encode(), 501, 550, 553)
        session.command(b"RCPT TO:<a@example.com>", 503)


@check(MUST, "RFC 6531 §3.5")
def utf8_recipient_without_smtputf8_is_refused(world):
    "Without SMTPUTF8 at MAIL, a recipient with UTF-8 is refused."
    with world.session() as session:
        session.envelope()
        session.command("RCPT TO:<usér@example.com>".encode(), 501, 550, 553)


@check_each(MUST, "RFC 6531 §3.4", {
    "value": b"SMTPUTF8=1", "empty": b"SMTPUTF8=", "twice": b"SMTPUTF8 SMTPUTF8"})
def smtputf8_takes_no_value(world, parameter):
    "SMTPUTF8 has no value, and stands once."
    with world.session() as session:
        session.command(b"MAIL FROM:<a@client.test> " + parameter, 501, 555)


@check(MUST, "RFC 6531 §3.4")
def smtputf8_does_not_belong_to_rcpt(world):
    "SMTPUTF8 at RCPT is refused."
    with world.session() as session:
        session.envelope()
        session.command(b"RCPT TO:<a@example.com> SMTPUTF8", 501, 555)


@check(MUST, "RFC 6531 §3.4")
def smtputf8_in_any_case_and_order(world):
    "SMTPUTF8 is known in any case and in any place among the parameters."
    with world.session() as session:
        for parameters in (b"smtputf8 BODY=8BITMIME", b"BODY=8BITMIME SmtpUtf8 SIZE=5"):
            session.command("MAIL FROM:<é@client.test> ".encode() + parameters, 250)
            session.command(b"RSET", 250)


@check_each(MUST, "RFC 6531 §3.7.4.2", {
    "vrfy": "VRFY usér SMTPUTF8", "vrfy_ascii": "VRFY user SMTPUTF8", "vrfy_address": "VRFY usér@example.com SMTPUTF8"})
def vrfy_takes_smtputf8(world, line):
    "VRFY takes SMTPUTF8."
    with world.session() as session:
        session.command(line.encode(), 252, 250, 550, 553)


@check(MUST, "RFC 6531 §3.7.4.2")
def expn_takes_smtputf8(world):
    "EXPN with SMTPUTF8 gets the answer of EXPN."
    with world.session() as session:
        session.command("EXPN lísta SMTPUTF8".encode(), 252, 550, 502)


@check(SHOULD, "RFC 6531 §3.7.4.2")
def vrfy_utf8_without_smtputf8_is_refused(world):
    "VRFY of a name with UTF-8, without SMTPUTF8, is refused, or answered without UTF-8."
    with world.session() as session:
        session.command("VRFY usér".encode(), 252, 501, 550, 553)


@check_each(HARDENING, "RFC 5321 §2.4", {
    "long_s": "RſET", "kelvin": "QUIT \u212a", "long_s_rset": "RſEt", "dotless_i": "QUıT", "full_width": "ＮＯＯＰ"})
def lookalike_keyword_is_unknown(world, line):
    "Keywords match in ASCII alone: letters that fold to ASCII ones are not they."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.command(line.encode(), 500, 501, 502)
        session.data(b"Subject: x\r\n\r\n.\r\n")
    box.only_message()


@check(HARDENING, "RFC 3030 §2")
def lookalike_last_is_not_last(world):
    "`LAſT` is not LAST: the message is not ended by it."
    box = world.mailbox()
    with world.session() as session:
        session.envelope(box)
        session.send("BDAT 4 LAſT\r\nx: y".encode())
        reply = session.reply()
        expect(reply.code >= 400, f"it was taken: {reply}")
    box.is_empty()
