// The inner loop of a body: how far a text needs no thought. All that is vectorised is here. What
// the processor can do is asked once; the portable form gives the same results, which
// tests/fuzz/text_scan_fuzz.cc sees to.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringpost::smtp::internal {

// What makes a closer look necessary. A dot at the start of a line always does.
struct TextScanStops {
  bool bare_cr;
  bool bare_lf;
  bool nul;
  size_t longest_line_octets;  // CRLF counted; a longer line stops at the first octet too many
};

struct TextScan {
  // Octets at the front of the text that need no closer look.
  size_t plain_octets;
  // Octets of the unfinished line that they end in, those before the text included; 0 after a CRLF.
  size_t line_octets;
};

// `line_octets_before` octets of the first line came before `text`, and the last of them was no CR.
// Only CRLF ends a line. A CR at the very end is not plain: what follows decides.
TextScan ScanPlainText(std::string_view text, size_t line_octets_before, TextScanStops stops);
// The same without what only some processors have. For tests.
TextScan ScanPlainTextPortably(std::string_view text, size_t line_octets_before,
                               TextScanStops stops);

}  // namespace ringpost::smtp::internal
