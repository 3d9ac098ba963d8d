#include "ringpost/tls/internal/zero_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace ringpost::tls::internal {
namespace {

bool IsZero(const char* page, size_t octets) {
  return page[0] == 0 && std::memcmp(page, page + 1, octets - 1) == 0;
}

}  // namespace

size_t GiveBackZeroPages(void* block, size_t octets) {
  static const auto page_octets = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  char* const begin = static_cast<char*>(block);
  const size_t misplaced = reinterpret_cast<uintptr_t>(begin) % page_octets;
  size_t given_back = 0;
  size_t at = misplaced == 0 ? 0 : page_octets - misplaced;
  while (at + page_octets <= octets) {
    size_t zeros = 0;
    while (at + zeros + page_octets <= octets && IsZero(begin + at + zeros, page_octets)) {
      zeros += page_octets;
    }
    if (zeros > 0 && madvise(begin + at, zeros, MADV_DONTNEED) == 0) given_back += zeros;
    at += zeros + page_octets;
  }
  return given_back;
}

}  // namespace ringpost::tls::internal
