#include "ringpost/base/instant.h"

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(Instant, AddsAndSubtractsDurations) {
  const Instant start{1'000};
  EXPECT_EQ(start + absl::Nanoseconds(5), Instant{1'005});
  EXPECT_EQ(Instant{1'005} - start, absl::Nanoseconds(5));
  EXPECT_EQ(start - Instant{1'005}, absl::Nanoseconds(-5));
}

TEST(Instant, SaturatesAtNever) {
  EXPECT_EQ(Instant::Never() + absl::Seconds(1), Instant::Never());
  EXPECT_EQ(Instant{1} + absl::InfiniteDuration(), Instant::Never());
}

TEST(Instant, NeverIsTheLastOfAll) {
  EXPECT_LT(Instant{1}, Instant::Never());
  EXPECT_LT(Instant{1} + absl::Hours(24 * 365 * 100), Instant::Never());
}

}  // namespace
}  // namespace ringpost
