#include "ringpost/smtp/internal/octets.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/ascii.h"

namespace ringpost::smtp::internal {
namespace {

// Each octet at each place of texts of several lengths.
TEST(OctetKinds, AreThoseOfEachOctet) {
  for (size_t length = 1; length <= 20; ++length) {
    for (size_t at = 0; at < length; ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(octet);
        const OctetKinds kinds = KindsOf(text);
        ASSERT_EQ(kinds.has_control, IsAsciiControl(text[at])) << octet << " at " << at;
        ASSERT_EQ(kinds.has_non_ascii, octet > 127) << octet << " at " << at;
      }
    }
  }
}

TEST(OctetKinds, AreNoneOfAnEmptyText) {
  EXPECT_FALSE(KindsOf("").has_control);
  EXPECT_TRUE(IsAllAscii(""));
}

TEST(OctetKinds, AreBothOfAMixedText) {
  const OctetKinds kinds = KindsOf("some text\xff\x7f");
  EXPECT_TRUE(kinds.has_control);
  EXPECT_TRUE(kinds.has_non_ascii);
}

}  // namespace
}  // namespace ringpost::smtp::internal
