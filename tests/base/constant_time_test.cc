#include "ringpost/base/constant_time.h"

#include <string>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(ConstantTime, EqualTextsAreEqual) {
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_TRUE(EqualInConstantTime("secret", std::string("secret")));
}

TEST(ConstantTime, OneBitAnywhereDiffers) {
  const std::string secret = "0123456789abcdef";
  for (size_t i = 0; i < secret.size() * 8; ++i) {
    std::string other = secret;
    other[i / 8] = static_cast<char>(other[i / 8] ^ (1 << i % 8));
    EXPECT_FALSE(EqualInConstantTime(secret, other)) << i;
  }
}

TEST(ConstantTime, AnotherSizeDiffers) {
  EXPECT_FALSE(EqualInConstantTime("secret", "secre"));
  EXPECT_FALSE(EqualInConstantTime("", "s"));
}

}  // namespace
}  // namespace ringpost
