// The trace fields of RFC 5321 §4.4: Received, which every server puts on top, and Return-Path,
// which the final delivery puts above it.
//
//   std::string header;
//   AppendReceived(header, {.hello_name = session.hello_name, ...});
//
// What a client chose (its HELO name, a recipient) can add no line, comment or clause of its own.
// Limits: a HELO name is cut at kLongestHelloName octets; no line is longer than 998 (RFC 5322
// §2.1.1). No allocation beyond the growth of the string.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringpost::message {

inline constexpr size_t kLongestHelloName = 255;  // that of a domain, RFC 5321 §4.5.3.1.2

struct Received {
  // As the client said it. Octets that no domain or address literal has become '?'.
  std::string_view hello_name;
  // With brackets, "[192.0.2.1]" or "[IPv6:2001:db8::1]"; empty for a client without one (a Unix
  // socket).
  std::string_view client_address_literal;
  // Ours.
  std::string_view host_name;
  // RFC 3848, RFC 6531 §4.3: "SMTP", "ESMTP", "UTF8SMTP", "LMTP", ...
  std::string_view protocol_keyword;
  // "TLSv1.3", "TLS_AES_128_GCM_SHA256" and the bits of its key: told as Postfix does, in a
  // comment, and in the clause of RFC 8314 §4.3. Empty: the session was plain.
  std::string_view tls_version = {};
  std::string_view tls_cipher_suite = {};
  int tls_key_bits = 0;
  // An atom: letters, digits, '-', '_', '.'.
  std::string_view id;
  // Without angle brackets; only when the message has exactly one recipient, so that nobody learns
  // of a blind copy. Empty: no `for` clause.
  std::string_view only_recipient;
  // Of date_time.h.
  std::string_view date_time;
};

// The whole field, folded, with its CRLFs.
void AppendReceived(std::string& out, const Received& received);

// `reverse_path` without angle brackets, quotes kept; empty for the null path.
void AppendReturnPath(std::string& out, std::string_view reverse_path);

}  // namespace ringpost::message
