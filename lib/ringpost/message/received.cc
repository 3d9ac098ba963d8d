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

void AppendName(std::string& out, std::string_view name) {
  if (name.empty()) {
    out.append("unknown");
    return;
  }
  const size_t start = out.size();
  out.append(name.substr(0, kLongestHelloName));
  for (size_t i = start; i < out.size(); ++i) {
    if (!kStandsInName[static_cast<unsigned char>(out[i])]) out[i] = '?';
  }
}

// A path was parsed before it got here, so this finds nothing to clean; a line break would be
// fatal.
void AppendPath(std::string& out, std::string_view path) {
  out.push_back('<');
  const size_t start = out.size();
  out.append(path);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), IsAsciiControl, '?');
  out.push_back('>');
}

}  // namespace

void AppendReceived(std::string& out, const Received& received) {
  constexpr size_t kFixedOctets = 80;
  out.reserve(out.size() + kFixedOctets + std::min(received.hello_name.size(), kLongestHelloName) +
              received.client_address_literal.size() + received.host_name.size() +
              received.protocol_keyword.size() + received.id.size() +
              received.only_recipient.size() + received.date_time.size());
  out.append("Received: from ");
  AppendName(out, received.hello_name);
  if (!received.client_address_literal.empty()) {
    Append(out, " (", received.client_address_literal, ')');
  }
  Append(out, "\r\n\tby ", received.host_name, " with ", received.protocol_keyword, " id ",
         received.id);
  if (received.only_recipient.empty()) {
    out.append(";\r\n\t");
  } else {
    out.append("\r\n\tfor ");
    AppendPath(out, received.only_recipient);
    out.append("; ");
  }
  Append(out, received.date_time, "\r\n");
}

void AppendReturnPath(std::string& out, std::string_view reverse_path) {
  out.append("Return-Path: ");
  AppendPath(out, reverse_path);
  out.append("\r\n");
}

}  // namespace ringpost::message
