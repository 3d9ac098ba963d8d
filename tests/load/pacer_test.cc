#include "load/pacer.h"

#include "gtest/gtest.h"

namespace ringpost::load {
namespace {

constexpr Instant kStart = {1'000'000'000};

double SecondsOf(Instant instant) { return absl::ToDoubleSeconds(instant - kStart); }

TEST(Pacer, MessagesAreEvenlySpaced) {
  Pacer pacer({.start = kStart, .rate_per_second = 1000});
  for (int i = 0; i < 5000; ++i) EXPECT_DOUBLE_EQ(SecondsOf(pacer.TakeDue()), i / 1000.0);
}

TEST(Pacer, NoErrorAddsUp) {
  Pacer pacer({.start = kStart, .rate_per_second = 3});
  for (int i = 0; i < 3 * 3600; ++i) pacer.TakeDue();
  EXPECT_EQ(SecondsOf(pacer.TakeDue()), 3600);
}

TEST(Pacer, ARampIsHalfTheRateForItsLength) {
  Pacer pacer({.start = kStart, .rate_per_second = 100, .ramp_up = absl::Seconds(10)});
  for (int i = 0; i < 125; ++i) pacer.TakeDue();
  EXPECT_NEAR(SecondsOf(pacer.TakeDue()), 5, 1e-6);  // a quarter of them in the first half
  for (int i = 126; i < 500; ++i) pacer.TakeDue();
  EXPECT_NEAR(SecondsOf(pacer.TakeDue()), 10, 1e-6);
  EXPECT_NEAR(SecondsOf(pacer.TakeDue()), 10.01, 1e-6);
}

TEST(Pacer, SeveralShareARate) {
  Pacer all({.start = kStart, .rate_per_second = 10});
  Pacer even({.start = kStart, .rate_per_second = 10, .first = 0, .stride = 2});
  Pacer odd({.start = kStart, .rate_per_second = 10, .first = 1, .stride = 2});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(all.TakeDue(), even.TakeDue());
    EXPECT_EQ(all.TakeDue(), odd.TakeDue());
  }
}

TEST(Pacer, CountsWhatIsDue) {
  Pacer pacer({.start = kStart, .rate_per_second = 100});
  EXPECT_EQ(pacer.DueCount({kStart.nanoseconds - 1}), 0u);
  EXPECT_EQ(pacer.DueCount(kStart + absl::Milliseconds(95)), 10u);
  for (int i = 0; i < 4; ++i) pacer.TakeDue();
  EXPECT_EQ(pacer.DueCount(kStart + absl::Milliseconds(95)), 6u);
}

}  // namespace
}  // namespace ringpost::load
