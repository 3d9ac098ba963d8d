#include "ringpost/smtp/internal/text_scan.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ringpost::smtp::internal {
namespace {

// Sixty-four octets at a time: one bit for each, the first octet the lowest bit.
constexpr size_t kBlockOctets = 64;

#if defined(__SSE2__)

uint64_t MaskOf(const char* block, char octet) {
  using Vector = char __attribute__((vector_size(16)));
  uint64_t mask = 0;
  for (size_t i = 0; i < kBlockOctets; i += sizeof(Vector)) {
    Vector part;
    std::memcpy(&part, block + i, sizeof part);
    const auto equal = reinterpret_cast<Vector>(part == octet);
    mask |= uint64_t{static_cast<uint16_t>(__builtin_ia32_pmovmskb128(equal))} << i;
  }
  return mask;
}

#else

uint64_t MaskOf(const char* block, char octet) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kLowBits = 0x7f7f7f7f7f7f7f7fu;
  const uint64_t pattern = kOnes * static_cast<unsigned char>(octet);
  uint64_t mask = 0;
  for (size_t i = 0; i < kBlockOctets; i += 8) {
    uint64_t part = 0;
    for (size_t j = 0; j < 8; ++j) {
      part |= uint64_t{static_cast<unsigned char>(block[i + j])} << (8 * j);
    }
    part ^= pattern;
    // 0x80 in each octet of `part` that is zero; the multiplication gathers those bits in one
    // octet.
    const uint64_t zero = ~(((part & kLowBits) + kLowBits) | part | kLowBits);
    mask |= (((zero >> 7) * 0x0102040810204080u) >> 56) << i;
  }
  return mask;
}

#endif

// One block of a text, and what stands on either side of it.
struct Block {
  uint64_t line_ends;  // the LF of each CRLF
  uint64_t suspects;   // octets that need a closer look, but for line length and dots
};

Block ReadBlock(const char* octets, bool is_after_cr, bool is_before_lf, TextScanStops stops) {
  const uint64_t cr = MaskOf(octets, '\r');
  const uint64_t lf = MaskOf(octets, '\n');
  const uint64_t after_cr = (cr << 1) | uint64_t{is_after_cr};
  const uint64_t before_lf = (lf >> 1) | (uint64_t{is_before_lf} << 63);
  Block block{.line_ends = lf & after_cr, .suspects = 0};
  if (stops.bare_cr) block.suspects |= cr & ~before_lf;
  if (stops.bare_lf) block.suspects |= lf & ~after_cr;
  if (stops.nul) block.suspects |= MaskOf(octets, '\0');
  return block;
}

size_t LowestBit(uint64_t mask) { return static_cast<size_t>(std::countr_zero(mask)); }

}  // namespace

TextScan ScanPlainText(std::string_view text, size_t line_octets_before, TextScanStops stops) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  const char* const octets = text.data();
  const size_t size = text.size();
  const size_t longest = stops.longest_line_octets;
  // Where the current line began, with what came of it before the text: positions from there on.
  size_t line_start = 0;
  size_t line_octets = line_octets_before;
  const auto line_octets_at = [&](size_t position) { return line_octets + position - line_start; };
  // A CR that ended the text is gone from it, so the octet behind the text may be one: never a LF.
  for (size_t at = 0; at < size; at += kBlockOctets) {
    const size_t block_octets = std::min(kBlockOctets, size - at);
    char padded[kBlockOctets];
    const char* block_start = octets + at;
    if (block_octets < kBlockOctets) {
      std::memset(padded, ' ', sizeof padded);
      std::memcpy(padded, block_start, block_octets);
      block_start = padded;
    }
    const size_t next = at + kBlockOctets;
    Block block = ReadBlock(block_start, at > 0 && octets[at - 1] == '\r',
                            next < size && octets[next] == '\n', stops);
    const size_t stop = at + std::min(LowestBit(block.suspects), block_octets);
    while (block.line_ends != 0) {
      const size_t line_end = at + LowestBit(block.line_ends) + 1;
      if (line_end > stop) break;
      if (line_octets_at(line_end) > longest) break;
      line_start = line_end;
      line_octets = 0;
      if (line_end < size && octets[line_end] == '.') return {line_end, 0};
      block.line_ends &= block.line_ends - 1;
    }
    if (line_octets_at(stop) > longest) {
      size_t room = longest - std::min(longest, line_octets);
      // Never between a CR and its LF.
      if (room > 0 && octets[line_start + room - 1] == '\r') --room;
      return {line_start + room, line_octets + room};
    }
    if (stop < at + block_octets) return {stop, line_octets_at(stop)};
  }
  return {size, line_octets_at(size)};
}

}  // namespace ringpost::smtp::internal
