#include "ringpost/crypto/secure_random.h"

#include <set>

#include "gtest/gtest.h"

namespace ringpost::crypto {
namespace {

TEST(SecureRandom, GivesAsManyAsWanted) {
  for (const size_t count : {0u, 1u, 18u, 1000u}) EXPECT_EQ(RandomOctets(count).size(), count);
}

TEST(SecureRandom, DoesNotRepeatItself) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(RandomOctets(16)).second);
}

}  // namespace
}  // namespace ringpost::crypto
