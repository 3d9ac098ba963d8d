// The inner loop of a body: how far a text needs no thought. All that is worth vectorising is here.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringpost::smtp::internal {

struct TextScan {
  // Octets at the front of the text in which every CR is followed and every LF preceded by the
  // other, no NUL stands, no line starts with a dot and no line is too long.
  size_t plain_octets;
  // Octets of the last line of them that are already seen, those before the text included; 0 when
  // they end with CRLF.
  size_t line_octets;
};

// `line_octets_before` octets of the first line came before `text`, the last of them no CR.
// Where plain_octets falls short of the text, the octet behind them needs a closer look.
TextScan ScanPlainText(std::string_view text, size_t line_octets_before,
                       size_t longest_line_octets);

}  // namespace ringpost::smtp::internal
