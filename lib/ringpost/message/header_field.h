// Header fields of RFC 5322 §2.2, as views into a header block.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringpost::message {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
// Printable ASCII but ':' (RFC 5322 §2.2).
constexpr bool IsFieldNameOctet(char c) { return c > ' ' && c < '\x7f' && c != ':'; }

namespace internal {

inline constexpr std::array<bool, 256> kStandsInFieldName = [] {
  std::array<bool, 256> stands = {};
  for (size_t octet = 0; octet < 128; ++octet) {
    stands[octet] = IsFieldNameOctet(static_cast<char>(octet));
  }
  return stands;
}();

// How many octets at the start of `text` can be part of a name.
inline size_t FieldNameOctets(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && kStandsInFieldName[static_cast<unsigned char>(text[count])]) {
    ++count;
  }
  return count;
}

}  // namespace internal

// Valid as long as the block that it was split from.
struct HeaderField {
  // Without the blanks that obsolete syntax allows before the colon (§4.5).
  std::string_view name;
  // What follows the colon: lines folded as they came, without the last line end.
  std::string_view raw_value;
  // The field wholly, with name and last line end.
  std::string_view raw_field = {};
};

// Appends the fields of `block` to `fields`, in order; stops at the empty line, or at the first
// line that belongs to no field. Lines end with CRLF or LF.
void SplitHeader(std::string_view block, std::vector<HeaderField>& fields);

// `raw_value` in one line, without line ends and without blanks at its ends (RFC 5322 §2.2.3).
std::string Unfold(std::string_view raw_value);

// Whether `name` can name a field.
bool IsFieldName(std::string_view name);

}  // namespace ringpost::message
