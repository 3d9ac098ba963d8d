#include "ringpost/smtp/internal/text_scan.h"

#include <algorithm>
#include <cstring>

namespace ringpost::smtp::internal {
namespace {

size_t Find(std::string_view text, char octet) {
  if (text.empty()) return 0;
  const void* const found = std::memchr(text.data(), octet, text.size());
  return found == nullptr ? text.size()
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

// Octets before the first CR, LF or NUL.
size_t PlainLineOctets(std::string_view text) {
  text = text.substr(0, Find(text, '\n'));
  text = text.substr(0, Find(text, '\r'));
  return Find(text, '\0');
}

}  // namespace

TextScan ScanPlainText(std::string_view text, size_t line_octets_before,
                       size_t longest_line_octets) {
  TextScan scan{0, line_octets_before};
  for (;;) {
    const std::string_view rest = text.substr(scan.plain_octets);
    const size_t room = longest_line_octets - std::min(longest_line_octets, scan.line_octets);
    const size_t line = PlainLineOctets(rest);
    const bool is_whole = rest.substr(line).starts_with("\r\n");
    if (!is_whole || line + 2 > room) {
      const size_t taken = std::min(line, room);
      return {scan.plain_octets + taken, scan.line_octets + taken};
    }
    scan = {scan.plain_octets + line + 2, 0};
    if (rest.substr(line + 2).starts_with('.')) return scan;
  }
}

}  // namespace ringpost::smtp::internal
