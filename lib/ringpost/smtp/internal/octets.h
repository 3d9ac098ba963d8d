// What kinds of octets a text has, eight octets at a step: every command line is looked through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ringpost::smtp::internal {

struct OctetKinds {
  bool has_control;    // 0-31 or 127
  bool has_non_ascii;  // over 127
};

inline OctetKinds KindsOf(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighBits = 0x80 * kOnes;
  uint64_t control = 0;
  uint64_t non_ascii = 0;
  const auto look_at = [&](uint64_t octets) {
    const uint64_t low = octets & ~kHighBits;
    // In each octet the high bit: of low + 0x60 when it is 32 or more, of low + 1 when it is 127.
    control |= (~(low + 0x60 * kOnes) | (low + kOnes)) & ~octets;
    non_ascii |= octets;
  };
  for (; text.size() >= 8; text.remove_prefix(8)) {
    uint64_t octets;
    std::memcpy(&octets, text.data(), 8);
    look_at(octets);
  }
  if (!text.empty()) {
    uint64_t octets = ' ' * kOnes;
    std::memcpy(&octets, text.data(), text.size());
    look_at(octets);
  }
  return {(control & kHighBits) != 0, (non_ascii & kHighBits) != 0};
}

inline bool IsAllAscii(std::string_view text) { return !KindsOf(text).has_non_ascii; }

}  // namespace ringpost::smtp::internal
