#include "ringpost/testing/manual_clock.h"

#include "gtest/gtest.h"

namespace ringpost::testing {
namespace {

TEST(ManualClock, StandsStillUntilItIsMoved) {
  ManualClock clock;
  const Instant start = clock.Now();
  const absl::Time wall_start = clock.WallNow();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(absl::Minutes(5));
  EXPECT_EQ(clock.Now() - start, absl::Minutes(5));
  EXPECT_EQ(clock.WallNow() - wall_start, absl::Minutes(5));
}

TEST(ManualClock, TheWallClockMayJumpBackAlone) {
  ManualClock clock;
  const Instant start = clock.Now();
  clock.SetWall(absl::UnixEpoch());
  EXPECT_EQ(clock.WallNow(), absl::UnixEpoch());
  EXPECT_EQ(clock.Now(), start);
}

TEST(ManualClockDeathTest, TimeRunsForward) {
  EXPECT_DEATH(ManualClock().Advance(absl::Seconds(-1)), "time runs forward");
}

}  // namespace
}  // namespace ringpost::testing
