// Text building over std::string_view (Debian's abseil has its own string_view, which StrCat
// wants).
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/base/check.h"

namespace ringpost {

// Concat("a", view, 12): the pieces in one string, integers in decimal.
template <typename... Pieces>
std::string Concat(const Pieces&... pieces);

// Appends each piece to `out`.
template <typename... Pieces>
void Append(std::string& out, const Pieces&... pieces);

// Short texts put together on the stack, for where a string would be grown for nothing.
//
//   TextBuffer<200> buffer;
//   const std::string_view address = buffer.Add(local_part, '@', domain);
//
// Limits: CHECKs that there is room; an integer wants kMostDigits.
template <size_t kRoom>
class TextBuffer {
 public:
  // The pieces as one text, valid as long as the buffer.
  template <typename... Pieces>
  std::string_view Add(const Pieces&... pieces);
  // All that was added.
  std::string_view text() const { return {octets_.data(), size_}; }

 private:
  size_t size_ = 0;
  std::array<char, kRoom> octets_;
};
inline constexpr size_t kMostDigits = 20;

// The decimal number that `text` is, whole; nullopt on an empty text, a sign, another character, or
// a value over 2^64 - 1.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// Implementation.

namespace internal {

template <typename Number>
concept PieceNumber =
    std::integral<Number> && !std::same_as<Number, char> && !std::same_as<Number, bool>;

inline size_t RoomForPiece(std::string_view piece) { return piece.size(); }
inline size_t RoomForPiece(char) { return 1; }
size_t RoomForPiece(PieceNumber auto) { return kMostDigits; }

inline char* WritePiece(char* at, std::string_view piece) {
  return at + piece.copy(at, piece.size());
}
inline char* WritePiece(char* at, char piece) {
  *at = piece;
  return at + 1;
}
char* WritePiece(char* at, PieceNumber auto piece) {
  return std::to_chars(at, at + kMostDigits, piece).ptr;
}

inline void AppendPiece(std::string& out, std::string_view piece) { out.append(piece); }
inline void AppendPiece(std::string& out, char piece) { out.push_back(piece); }
void AppendPiece(std::string& out, PieceNumber auto piece) {
  char digits[kMostDigits];
  out.append(digits, static_cast<size_t>(WritePiece(digits, piece) - digits));
}

}  // namespace internal

// Inlined, so that the lengths of literals are known.
template <typename... Pieces>
[[gnu::always_inline]] inline void Append(std::string& out, const Pieces&... pieces) {
  // Written on the stack first, so that the string grows once.
  constexpr size_t kUsualOctets = 256;
  if ((internal::RoomForPiece(pieces) + ... + 0) > kUsualOctets) {
    (internal::AppendPiece(out, pieces), ...);
    return;
  }
  char octets[kUsualOctets];
  char* end = octets;
  ((end = internal::WritePiece(end, pieces)), ...);
  out.append(octets, static_cast<size_t>(end - octets));
}

template <size_t kRoom>
template <typename... Pieces>
[[gnu::always_inline]] inline std::string_view TextBuffer<kRoom>::Add(const Pieces&... pieces) {
  Check((internal::RoomForPiece(pieces) + ... + 0) <= kRoom - size_, "a text buffer that is full");
  char* const start = octets_.data() + size_;
  char* end = start;
  ((end = internal::WritePiece(end, pieces)), ...);
  size_ = static_cast<size_t>(end - octets_.data());
  return {start, static_cast<size_t>(end - start)};
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
