// What ScanPlainText() must find, for its test and its fuzz target.
#pragma once

#include <cstddef>
#include <string_view>

#include "ringpost/smtp/internal/text_scan.h"

namespace ringpost::smtp::internal {

// One octet after the other.
inline TextScan ScanByReference(std::string_view text, size_t line_octets, TextScanStops stops) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_pair = text.substr(i).starts_with("\r\n");
    const bool is_bare_cr = text[i] == '\r' && !is_pair;
    if ((is_bare_cr && (stops.bare_cr || i + 1 == text.size())) ||
        (text[i] == '\n' && stops.bare_lf) || (text[i] == '\0' && stops.nul)) {
      return {i, line_octets};
    }
    line_octets += is_pair ? 2 : 1;
    if (line_octets > stops.longest_line_octets) return {i, line_octets - (is_pair ? 2 : 1)};
    if (!is_pair) continue;
    ++i;
    line_octets = 0;
    if (text.substr(i + 1).starts_with('.')) return {i + 1, 0};
  }
  return {text.size(), line_octets};
}

}  // namespace ringpost::smtp::internal
