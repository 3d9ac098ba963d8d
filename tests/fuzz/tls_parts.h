// Where the handshakes stand in a text of fuzzing: "EHLO x\r\nSTARTTLS\r\n<TLS>EHLO x\r\n".
#pragma once

#include <algorithm>
#include <string_view>

namespace ringpost::fuzz {

// Takes what stands before the next handshake off the front of `text`, and the mark behind it.
inline std::string_view TakeTlsPart(std::string_view& text) {
  constexpr std::string_view kMark = "<TLS>";
  const std::string_view part = text.substr(0, text.find(kMark));
  text.remove_prefix(std::min(part.size() + kMark.size(), text.size()));
  return part;
}

}  // namespace ringpost::fuzz
