#include "ringpost/tls/internal/zero_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost::tls::internal {
namespace {

const auto kPageOctets = static_cast<size_t>(sysconf(_SC_PAGESIZE));

class Mapping {
 public:
  explicit Mapping(size_t pages)
      : octets_(pages * kPageOctets),
        begin_(static_cast<char*>(
            mmap(nullptr, octets_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    // So that all of it is there.
    for (size_t at = 0; at < octets_; ++at) begin_[at] = 0;
  }
  ~Mapping() { munmap(begin_, octets_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* begin() const { return begin_; }
  size_t octets() const { return octets_; }
  // One letter a page.
  std::string Resident() const {
    std::vector<unsigned char> pages(octets_ / kPageOctets);
    mincore(begin_, octets_, pages.data());
    std::string text;
    for (const unsigned char page : pages) text.push_back((page & 1) != 0 ? 'x' : '-');
    return text;
  }

 private:
  const size_t octets_;
  char* const begin_;
};

TEST(ZeroPages, GoAndTheOthersStay) {
  Mapping mapping(6);
  mapping.begin()[0] = 'a';
  mapping.begin()[4 * kPageOctets - 1] = 'b';
  EXPECT_EQ(mapping.Resident(), "xxxxxx");
  EXPECT_EQ(GiveBackZeroPages(mapping.begin(), mapping.octets()), 4 * kPageOctets);
  EXPECT_EQ(mapping.Resident(), "x--x--");
  EXPECT_EQ(mapping.begin()[0], 'a');
  EXPECT_EQ(mapping.begin()[4 * kPageOctets - 1], 'b');
  for (size_t at = 1; at < 4 * kPageOctets - 1; ++at) ASSERT_EQ(mapping.begin()[at], 0);
}

TEST(ZeroPages, OfOthersAreNotTouched) {
  Mapping mapping(4);
  EXPECT_EQ(GiveBackZeroPages(mapping.begin() + 1, 3 * kPageOctets - 2), kPageOctets);
  EXPECT_EQ(mapping.Resident(), "x-xx");
  EXPECT_EQ(GiveBackZeroPages(mapping.begin(), kPageOctets - 1), 0u);
  EXPECT_EQ(GiveBackZeroPages(mapping.begin() + 1, 10), 0u);
  EXPECT_EQ(GiveBackZeroPages(mapping.begin(), 0), 0u);
}

}  // namespace
}  // namespace ringpost::tls::internal
