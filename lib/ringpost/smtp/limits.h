// Limits and Strictness: what a session puts up with, as data. Octets count the CRLF.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringpost::smtp {

struct Limits {
  // RFC 5321 §4.5.3.1.4 asks for 512, and each extension adds (SMTPUTF8, DSN). A longer line gets
  // 500 and is skipped.
  size_t command_line_octets = 4096;
  // An AUTH command while AUTH is offered, and each response to a challenge: RFC 4954 §4 and §4.1
  // ask for 12,288. A longer one gets 500 5.5.6 and ends the exchange.
  size_t authentication_line_octets = 12288;
  // RFC 5321 §4.5.3.1.6 asks for 1000; mail with longer lines is common enough that all rivals take
  // it. A longer line refuses the message with 554 5.6.0. Not applied to BDAT.
  size_t text_line_octets = 64 * 1024;
  // SIZE (RFC 1870); 0: no limit. Checked at MAIL, while the body comes in, and at its end.
  uint64_t message_octets = 64ull << 20;
  // What is read and thrown away of a refused body before the session is ended with 421.
  uint64_t discarded_octets = 64ull << 20;
  // Per transaction; more get 452 4.5.3 (RFC 5321 §4.5.3.1.10 asks for at least 100).
  size_t recipients = 1000;
  // Recipients handed to the application at once, at most.
  size_t recipient_batch = 128;
  // Transactions in one session; then 421 (LIMITS MAILMAX, RFC 9422). 0: no limit.
  size_t messages = 0;
  // Replies of 5xx since the last accepted message; the next one ends the session with 421 4.7.0.
  size_t errors = 20;
  // Of them, commands that nobody knows.
  size_t unknown_commands = 10;
  // AUTHs that AnswerAuth() refuses, in one session, STARTTLS or not; the next one ends it with
  // 421 4.7.0. RFC 4954 §4 leaves the number to the server.
  size_t authentication_failures = 3;
  // NOOP, RSET, VRFY, EXPN, HELP, EHLO again, STARTTLS, AUTH: commands that carry no mail, since
  // the last message.
  size_t idle_commands = 100;
};

// What to do with something that the RFC forbids and some clients send.
enum class Leniency : uint8_t {
  kReject,     // refuse the message or the command
  kNormalise,  // turn it into what was meant (bare LF and bare CR become CRLF in the stored text)
  kAllow,      // pass it on as it is; never an end of line, never an end of data
};

struct Strictness {
  // CR not followed by LF, in DATA (RFC 5321 §2.3.8: MUST NOT). SMTP smuggling lives here.
  Leniency bare_cr = Leniency::kReject;
  // LF not preceded by CR, in DATA. Whatever is chosen, only CRLF.CRLF ends the data.
  Leniency bare_lf = Leniency::kReject;
  // NUL in DATA without BODY=BINARYMIME. kNormalise drops the octet.
  Leniency nul = Leniency::kReject;
  // "MAIL FROM: <a@b>", with blanks around the path: RFC 5321 §3.3 forbids them, old clients send
  // them.
  bool allow_space_before_path = true;
  // EHLO and HELO arguments that are neither a domain nor an address literal, as Windows and
  // appliances send them (bare host names with underscores). RFC 5321 §4.1.2: MUST be refused with
  // 501.
  bool allow_any_hello_name = false;
};

}  // namespace ringpost::smtp
