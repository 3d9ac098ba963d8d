#include "sink/end_of_data.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ringpost::sink {
namespace internal {

size_t FindEndOfDataPortably(std::string_view octets) {
  if (octets.size() < kEndOfData.size()) return std::string_view::npos;
  const void* const found =
      memmem(octets.data(), octets.size(), kEndOfData.data(), kEndOfData.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - octets.data()) + kEndOfData.size();
}

#if defined(__x86_64__)

namespace {

constexpr size_t kPartOctets = sizeof(__m256i);
constexpr size_t kStrideOctets = 4 * kPartOctets;

// 0xff for each of the octets from `at` on that is a LF with a dot behind it.
__attribute__((target("avx2"))) inline __m256i LineStartsWithDot(const char* at) {
  const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 1));
  return _mm256_and_si256(_mm256_cmpeq_epi8(here, _mm256_set1_epi8('\n')),
                          _mm256_cmpeq_epi8(next, _mm256_set1_epi8('.')));
}

// The end behind one of the LFs in the part that starts at `at`; nullptr when there is none.
__attribute__((target("avx2"))) const char* EndInPart(const char* at) {
  auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(LineStartsWithDot(at)));
  for (; mask != 0; mask &= mask - 1) {
    const char* const start = at + __builtin_ctz(mask) - 1;
    if (std::memcmp(start, kEndOfData.data(), kEndOfData.size()) == 0) {
      return start + kEndOfData.size();
    }
  }
  return nullptr;
}

}  // namespace

bool HasWideScan() { return __builtin_cpu_supports("avx2"); }

// The LF at the first octet needs no look: a CR is before the one that counts.
__attribute__((target("avx2"))) size_t FindEndOfDataWidely(std::string_view octets) {
  // Of the end of data, behind its first LF.
  constexpr size_t kBehindOctets = kEndOfData.size() - 2;
  if (octets.size() < 1 + kPartOctets + kBehindOctets) return FindEndOfDataPortably(octets);
  const char* const start = octets.data();
  const char* const last_part = start + octets.size() - kPartOctets - kBehindOctets;
  const char* at = start + 1;
  for (; at + kStrideOctets <= last_part + kPartOctets; at += kStrideOctets) {
    const __m256i found =
        _mm256_or_si256(_mm256_or_si256(LineStartsWithDot(at), LineStartsWithDot(at + kPartOctets)),
                        _mm256_or_si256(LineStartsWithDot(at + 2 * kPartOctets),
                                        LineStartsWithDot(at + 3 * kPartOctets)));
    if (_mm256_testz_si256(found, found)) [[likely]]
      continue;
    for (size_t part = 0; part < kStrideOctets; part += kPartOctets) {
      if (const char* const end = EndInPart(at + part)) return static_cast<size_t>(end - start);
    }
  }
  for (; at < last_part; at += kPartOctets) {
    if (const char* const end = EndInPart(at)) return static_cast<size_t>(end - start);
  }
  // What it shares with the part before has no end of data in it.
  const char* const end = EndInPart(last_part);
  return end == nullptr ? std::string_view::npos : static_cast<size_t>(end - start);
}

#else

bool HasWideScan() { return false; }
size_t FindEndOfDataWidely(std::string_view octets) { return FindEndOfDataPortably(octets); }

#endif

}  // namespace internal

size_t FindEndOfData(std::string_view octets) {
  static const auto kQuickest =
      internal::HasWideScan() ? internal::FindEndOfDataWidely : internal::FindEndOfDataPortably;
  return kQuickest(octets);
}

}  // namespace ringpost::sink
