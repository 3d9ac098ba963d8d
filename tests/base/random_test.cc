#include "ringpost/base/random.h"

#include <array>
#include <set>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(Random, RepeatsItselfFromASeed) {
  Random a(42), b(42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), b.Next());
}

// The first outputs of splitmix64 for state 0 and 1234567, from its authors' reference code.
TEST(Random, IsSplitMix64) {
  EXPECT_EQ(Random(0).Next(), 0xe220a8397b1dcdafu);
  EXPECT_EQ(Random(1234567).Next(), 6457827717110365317u);
}

TEST(Random, DiffersBySeed) {
  std::set<uint64_t> first_values;
  for (uint64_t seed = 0; seed < 1000; ++seed) first_values.insert(Random(seed).Next());
  EXPECT_EQ(first_values.size(), 1000u);
}

TEST(Random, StaysBelowItsBoundAndReachesAllOfIt) {
  Random random(7);
  std::array<int, 6> counts = {};
  for (int i = 0; i < 6000; ++i) ++counts.at(random.Below(6));
  for (const int count : counts) EXPECT_GT(count, 800);
}

TEST(Random, BelowZeroIsZero) { EXPECT_EQ(Random(1).Below(0), 0u); }

TEST(Random, OneInOneIsAlwaysTrue) {
  Random random(3);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(random.OneIn(1));
}

}  // namespace
}  // namespace ringpost
