// UTF-8 of RFC 3629, one sequence at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringpost::smtp::internal {

constexpr bool IsUtf8Continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Octets of the well-formed sequence at the start of `text`: 1 for ASCII, 2 to 4 for others, 0 when
// it is overlong, a surrogate, over U+10FFFF, cut short, or no start of a sequence.
size_t Utf8SequenceLength(std::string_view text);

}  // namespace ringpost::smtp::internal
