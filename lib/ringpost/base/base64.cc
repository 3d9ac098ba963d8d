#include "ringpost/base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringpost {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> kDigits = [] {
  std::array<uint8_t, 256> digits = {};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  return digits;
}();

constexpr uint8_t DigitOf(char c) { return kDigits[static_cast<uint8_t>(c)]; }
constexpr uint32_t OctetAt(std::string_view octets, size_t i) {
  return i < octets.size() ? static_cast<uint8_t>(octets[i]) : 0;
}

}  // namespace

std::string EncodeBase64(std::string_view octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (size_t i = 0; i < octets.size(); i += 3) {
    const uint32_t group =
        OctetAt(octets, i) << 16 | OctetAt(octets, i + 1) << 8 | OctetAt(octets, i + 2);
    const size_t rest = octets.size() - i;
    text.push_back(kAlphabet[group >> 18]);
    text.push_back(kAlphabet[group >> 12 & 63]);
    text.push_back(rest > 1 ? kAlphabet[group >> 6 & 63] : '=');
    text.push_back(rest > 2 ? kAlphabet[group & 63] : '=');
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char c : digits) {
    const uint8_t digit = DigitOf(c);
    if (digit == kNoDigit) return std::nullopt;
    pending = (pending << 6 | digit) & 0xffff;
    pending_bits += 6;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      octets.push_back(static_cast<char>(pending >> pending_bits));
    }
  }
  const uint32_t behind = pending & ((1u << pending_bits) - 1);
  if (behind != 0) return std::nullopt;
  return octets;
}

}  // namespace ringpost
