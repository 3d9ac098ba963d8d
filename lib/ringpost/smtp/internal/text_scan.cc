#include "ringpost/smtp/internal/text_scan.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ringpost::smtp::internal {
namespace {

// Two scans. Mail is almost wholly lines without a flaw, and PlainStrides() does no more than see
// that: stride by stride it tells yes or no. Where it says no, and at the edges, Scanner looks at
// blocks with one bit for each octet, and finds the very octet.

constexpr size_t kBlockOctets = 64;
constexpr size_t kStrideOctets = 128;

#if defined(__SSE2__)

class Block {
 public:
  explicit Block(const char* octets) { std::memcpy(parts_, octets, sizeof parts_); }

  uint64_t MaskOf(unsigned char octet) const {
    return Bits(0, octet) | Bits(1, octet) << 16 | Bits(2, octet) << 32 | Bits(3, octet) << 48;
  }
  bool HasNul() const {
    const Vector smallest = Smaller(Smaller(parts_[0], parts_[1]), Smaller(parts_[2], parts_[3]));
    return MoveMask(smallest == 0) != 0;
  }

 private:
  using Vector = unsigned char __attribute__((vector_size(16)));

  static Vector Smaller(Vector a, Vector b) { return a < b ? a : b; }
  template <typename Comparison>
  static uint64_t MoveMask(Comparison equal) {
    using Signed = char __attribute__((vector_size(16)));
    return static_cast<uint16_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<Signed>(equal)));
  }
  uint64_t Bits(size_t part, unsigned char octet) const { return MoveMask(parts_[part] == octet); }

  Vector parts_[kBlockOctets / sizeof(Vector)];
};

#else

class Block {
 public:
  explicit Block(const char* octets) {
    for (size_t i = 0; i < kBlockOctets; ++i) {
      parts_[i / 8] |= uint64_t{static_cast<unsigned char>(octets[i])} << (8 * (i % 8));
    }
  }

  uint64_t MaskOf(unsigned char octet) const {
    constexpr uint64_t kOnes = 0x0101010101010101u;
    constexpr uint64_t kLowBits = 0x7f * kOnes;
    uint64_t mask = 0;
    for (size_t i = 0; i < kBlockOctets / 8; ++i) {
      const uint64_t part = parts_[i] ^ (kOnes * octet);
      // 0x80 in each octet that is zero; the multiplication gathers those bits in one octet.
      const uint64_t zero = ~(((part & kLowBits) + kLowBits) | part | kLowBits);
      mask |= (((zero >> 7) * 0x0102040810204080u) >> 56) << (8 * i);
    }
    return mask;
  }
  bool HasNul() const { return MaskOf('\0') != 0; }

 private:
  uint64_t parts_[kBlockOctets / 8] = {};
};

#endif

using Vector32 = unsigned char __attribute__((vector_size(32)));

inline bool HasBits(const auto& vector) {
  uint64_t parts[4];
  static_assert(sizeof parts == sizeof vector);
  std::memcpy(parts, &vector, sizeof parts);
  return (parts[0] | parts[1] | parts[2] | parts[3]) != 0;
}

struct Strides {
  size_t octets = 0;
  size_t lines_end_before = 0;  // no line feed stands from here on; 0: none at all
};

// Octets at the front, whole strides of them, in which every CR is followed and every LF preceded
// by the other, no NUL stands, no line starts with a dot, and no line gets longer than it may: the
// first by `room` octets, those that start in the strides by `longest`. A CR at their very end is
// not decided. The octet before the first is read.
[[gnu::always_inline]] inline Strides PlainStrides(const char* octets, size_t size, size_t room,
                                                   size_t longest) {
  size_t taken = 0;
  size_t lines_end_before = 0;
  // `room` counts from the first octet.
  for (; taken + kStrideOctets <= std::min(size, room); taken += kStrideOctets) {
    decltype(Vector32{} == Vector32{}) wrong{};
    decltype(wrong) line_feeds{};
    for (size_t i = 0; i < kStrideOctets; i += sizeof(Vector32)) {
      Vector32 here;
      Vector32 before;
      std::memcpy(&here, octets + taken + i, sizeof here);
      std::memcpy(&before, octets + taken + i - 1, sizeof before);
      const auto is_line_feed = here == '\n';
      wrong |= is_line_feed ^ (before == '\r');
      wrong |= (before == '\n') & (here == '.');
      wrong |= here == 0;
      line_feeds |= is_line_feed;
    }
    if (HasBits(wrong)) break;
    // The line behind it starts here at the earliest.
    if (HasBits(line_feeds)) {
      room = taken + longest;
      lines_end_before = taken + kStrideOctets;
    }
  }
  return {taken, lines_end_before};
}

using StrideScan = Strides (*)(const char* octets, size_t size, size_t room, size_t longest);

Strides PlainStridesPortably(const char* octets, size_t size, size_t room, size_t longest) {
  return PlainStrides(octets, size, room, longest);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] Strides PlainStridesByAvx2(const char* octets, size_t size, size_t room,
                                                   size_t longest) {
  return PlainStrides(octets, size, room, longest);
}

StrideScan BestStrideScan() {
  return __builtin_cpu_supports("avx2") ? PlainStridesByAvx2 : PlainStridesPortably;
}
#else
StrideScan BestStrideScan() { return PlainStridesPortably; }
#endif

size_t LowestBit(uint64_t mask) { return static_cast<size_t>(std::countr_zero(mask)); }

class Scanner {
 public:
  Scanner(std::string_view text, size_t line_octets_before, TextScanStops stops,
          StrideScan plain_strides)
      : plain_strides_(plain_strides),
        octets_(text.data()),
        size_(text.size()),
        stops_(stops),
        line_octets_before_(line_octets_before),
        longest_(std::min(stops.longest_line_octets, SIZE_MAX / 4)),
        line_limit_(longest_ - std::min(longest_, line_octets_before)) {}

  TextScan Scan() {
    size_t at = 0;
    while (at + kBlockOctets <= size_) {
      if (!TakeBlock(Block(octets_ + at), at, kBlockOctets)) return ScanTo(stop_);
      at += kBlockOctets;
      at += TakeStrides(at);
    }
    if (at == size_) return ScanTo(size_);
    char padded[kBlockOctets];
    std::memset(padded, ' ', sizeof padded);
    std::memcpy(padded, octets_ + at, size_ - at);
    return ScanTo(TakeBlock(Block(padded), at, size_ - at) ? size_ : stop_);
  }

 private:
  // Looks through the octets from `at` on. False when it stopped among them, at stop_.
  bool TakeBlock(const Block& block, size_t at, size_t block_octets) {
    const uint64_t cr = block.MaskOf('\r');
    const uint64_t lf = block.MaskOf('\n');
    const size_t next = at + kBlockOctets;
    const uint64_t after_cr = cr << 1 | uint64_t{is_after_cr_};
    const uint64_t before_lf = lf >> 1 | uint64_t{next < size_ && octets_[next] == '\n'} << 63;
    is_after_cr_ = cr >> 63 != 0;
    uint64_t suspects = 0;
    if (stops_.bare_cr) suspects |= cr & ~before_lf;
    if (stops_.bare_lf) suspects |= lf & ~after_cr;
    if (stops_.nul && block.HasNul()) [[unlikely]]
      suspects |= block.MaskOf('\0');
    stop_ = at + std::min(LowestBit(suspects), block_octets);
    // The LF of each CRLF.
    for (uint64_t line_ends = lf & after_cr; line_ends != 0; line_ends &= line_ends - 1) {
      const size_t line_end = at + LowestBit(line_ends) + 1;
      if (line_end > stop_ || line_end > line_limit_) break;
      line_start_ = line_end;
      line_octets_before_ = 0;
      line_limit_ = line_end + longest_;
      if (line_end < size_ && octets_[line_end] == '.') [[unlikely]] {
        stop_ = line_end;
        return false;
      }
    }
    if (stop_ > line_limit_) [[unlikely]] {
      StopAtLineLimit();
      return false;
    }
    return stop_ == at + block_octets;
  }

  // How many octets from `at` on are strides without a flaw. What is before them has been taken.
  size_t TakeStrides(size_t at) {
    // Lines that both start and end in one stride are not counted.
    if (longest_ < kStrideOctets) return 0;
    const Strides plain =
        plain_strides_(octets_ + at, size_ - at, line_limit_ - std::min(line_limit_, at), longest_);
    std::string_view strides(octets_ + at, plain.octets);
    // What their last octets are is decided by those behind them: left for the next block.
    if (strides.ends_with('\n')) strides.remove_suffix(1);
    if (strides.ends_with('\r')) strides.remove_suffix(1);
    if (const size_t line_feed = strides.substr(0, plain.lines_end_before).rfind('\n');
        line_feed != std::string_view::npos) {
      line_start_ = at + line_feed + 1;
      line_octets_before_ = 0;
      line_limit_ = line_start_ + longest_;
    }
    if (!strides.empty()) is_after_cr_ = false;
    return strides.size();
  }

  // Never between a CR and its LF.
  void StopAtLineLimit() {
    stop_ = line_limit_;
    if (stop_ > line_start_ && octets_[stop_ - 1] == '\r' && octets_[stop_] == '\n') --stop_;
  }

  TextScan ScanTo(size_t end) const { return {end, line_octets_before_ + end - line_start_}; }

  StrideScan plain_strides_;
  const char* octets_;
  size_t size_;
  TextScanStops stops_;
  // The current line: where it starts in the text, what came of it before the text, and the
  // position where it is too long.
  size_t line_start_ = 0;
  size_t line_octets_before_;
  size_t longest_;
  size_t line_limit_;
  bool is_after_cr_ = false;
  size_t stop_ = 0;
};

TextScan ScanWith(StrideScan plain_strides, std::string_view text, size_t line_octets_before,
                  TextScanStops stops) {
  // Without it the octet behind the text is never a LF that belongs to it.
  if (text.ends_with('\r')) text.remove_suffix(1);
  return Scanner(text, line_octets_before, stops, plain_strides).Scan();
}

}  // namespace

TextScan ScanPlainText(std::string_view text, size_t line_octets_before, TextScanStops stops) {
  static const StrideScan best = BestStrideScan();
  return ScanWith(best, text, line_octets_before, stops);
}

TextScan ScanPlainTextPortably(std::string_view text, size_t line_octets_before,
                               TextScanStops stops) {
  return ScanWith(PlainStridesPortably, text, line_octets_before, stops);
}

}  // namespace ringpost::smtp::internal
