#include "ringpost/message/received.h"

#include <algorithm>
#include <array>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::message {
namespace {

// What domains, address literals and the host names of Windows have. Neither blanks, parentheses
// nor semicolons, which would end the clause; no octet over 127, which needs SMTPUTF8 to be agreed
// on before (RFC 6531 §3.7.1 has A-labels in EHLO).
constexpr std::array<bool, 256> kStandsInName = [] {
  std::array<bool, 256> stands = {};
  for (int octet = 0; octet < 128; ++octet) {
    const char c = static_cast<char>(octet);
    stands[static_cast<size_t>(octet)] =
        IsAsciiAlnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  }
  return stands;
}();

// `text` when `stands` holds for each octet; else a copy in `cleaned` with '?' for the others.
template <typename Stands>
std::string_view Clean(std::string_view text, Stands stands, std::string& cleaned) {
  if (std::all_of(text.begin(), text.end(), stands)) return text;
  cleaned = text;
  std::replace_if(cleaned.begin(), cleaned.end(), [&](char c) { return !stands(c); }, '?');
  return cleaned;
}

std::string_view CleanName(std::string_view name, std::string& cleaned) {
  if (name.empty()) return "unknown";
  const auto stands = [](char c) { return kStandsInName[static_cast<unsigned char>(c)]; };
  return Clean(name.substr(0, kLongestHelloName), stands, cleaned);
}

// A path was parsed before it got here, so this finds nothing to clean; a line break would be
// fatal.
std::string_view CleanPath(std::string_view path, std::string& cleaned) {
  return Clean(path, [](char c) { return !IsAsciiControl(c); }, cleaned);
}

// What stands behind "from". The clause of TLS comes last (RFC 5321 §4.4).
void AppendRestOfEncrypted(std::string& out, const Received& received) {
  Append(out, "\r\n\t(using ", received.tls_version, " with cipher ", received.tls_cipher_suite,
         " (", received.tls_key_bits, '/', received.tls_key_bits, " bits))\r\n\tby ",
         received.host_name, " with ", received.protocol_keyword, " id ", received.id);
  if (!received.only_recipient.empty()) {
    std::string cleaned_path;
    Append(out, "\r\n\tfor <", CleanPath(received.only_recipient, cleaned_path), '>');
  }
  Append(out, "\r\n\ttls ", received.tls_cipher_suite, "; ", received.date_time, "\r\n");
}

}  // namespace

void AppendReceived(std::string& out, const Received& received) {
  std::string cleaned_name;
  const std::string_view name = CleanName(received.hello_name, cleaned_name);
  if (received.client_address_literal.empty()) {
    Append(out, "Received: from ", name);
  } else {
    Append(out, "Received: from ", name, " (", received.client_address_literal, ')');
  }
  if (!received.tls_version.empty()) return AppendRestOfEncrypted(out, received);
  Append(out, "\r\n\tby ", received.host_name, " with ", received.protocol_keyword, " id ",
         received.id);
  if (received.only_recipient.empty()) {
    Append(out, ";\r\n\t", received.date_time, "\r\n");
  } else {
    std::string cleaned_path;
    Append(out, "\r\n\tfor <", CleanPath(received.only_recipient, cleaned_path), ">; ",
           received.date_time, "\r\n");
  }
}

void AppendReturnPath(std::string& out, std::string_view reverse_path) {
  std::string cleaned;
  Append(out, "Return-Path: <", CleanPath(reverse_path, cleaned), ">\r\n");
}

}  // namespace ringpost::message
