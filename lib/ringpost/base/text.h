// Text building over std::string_view (Debian's abseil has its own string_view, which StrCat
// wants).
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost {

// Concat("a", view, 12): the pieces in one string, integers in decimal.
template <typename... Pieces>
std::string Concat(const Pieces&... pieces);

// Appends each piece to `out`.
template <typename... Pieces>
void Append(std::string& out, const Pieces&... pieces);

// The decimal number that `text` is, whole; nullopt on an empty text, a sign, another character, or
// a value over 2^64 - 1.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// Implementation.

inline void AppendPiece(std::string& out, std::string_view piece) { out.append(piece); }
inline void AppendPiece(std::string& out, char piece) { out.push_back(piece); }
template <std::integral Number>
  requires(!std::same_as<Number, char> && !std::same_as<Number, bool>)
void AppendPiece(std::string& out, Number piece) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, piece).ptr;
  out.append(digits, static_cast<size_t>(end - digits));
}

template <typename... Pieces>
void Append(std::string& out, const Pieces&... pieces) {
  (AppendPiece(out, pieces), ...);
}

template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  std::string out;
  Append(out, pieces...);
  return out;
}

inline std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace ringpost
