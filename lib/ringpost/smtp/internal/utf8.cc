#include "ringpost/smtp/internal/utf8.h"

namespace ringpost::smtp::internal {
namespace {

struct Lead {
  size_t length;
  // What the second octet may be: this is where overlong forms, surrogates and values over U+10FFFF
  // differ from the rest (RFC 3629 §4).
  unsigned char second_first;
  unsigned char second_last;
};

constexpr Lead LeadOf(unsigned char octet) {
  if (octet < 0x80) return {1, 0, 0};
  if (octet < 0xc2) return {0, 0, 0};
  if (octet < 0xe0) return {2, 0x80, 0xbf};
  if (octet == 0xe0) return {3, 0xa0, 0xbf};
  if (octet == 0xed) return {3, 0x80, 0x9f};
  if (octet < 0xf0) return {3, 0x80, 0xbf};
  if (octet == 0xf0) return {4, 0x90, 0xbf};
  if (octet < 0xf4) return {4, 0x80, 0xbf};
  if (octet == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  const Lead lead = LeadOf(static_cast<unsigned char>(text[0]));
  if (lead.length <= 1) return lead.length;
  if (text.size() < lead.length) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.second_first || second > lead.second_last) return 0;
  for (const char c : text.substr(2, lead.length - 2)) {
    if (!IsUtf8Continuation(c)) return 0;
  }
  return lead.length;
}

}  // namespace ringpost::smtp::internal
