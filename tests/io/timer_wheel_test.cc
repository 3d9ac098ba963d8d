#include "ringpost/io/timer_wheel.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ringpost/base/random.h"

namespace ringpost::io {
namespace {

constexpr Instant kStart{1'000'000'000'123};
constexpr absl::Duration kTick = absl::Nanoseconds(TimerWheel::kTickNanoseconds);

class TestTimer final : public Timer {
 public:
  explicit TestTimer(const Instant& now) : now_(now) {}

  void OnTimer() override {
    ++fired_count;
    fired_at = now_;
    if (sets_again != nullptr) sets_again->Set(*this, now_ + again_after);
    if (clears != nullptr) clears->Clear();
  }

  int fired_count = 0;
  Instant fired_at;
  TimerWheel* sets_again = nullptr;
  absl::Duration again_after;
  Timer* clears = nullptr;

 private:
  const Instant& now_;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  void AdvanceTo(Instant instant) {
    now_ = instant;
    wheel_.Advance(now_);
  }
  void AdvanceBy(absl::Duration length) { AdvanceTo(now_ + length); }
  // As a shard does: from one NextDue() to the next.
  void RunUntil(Instant until) {
    while (wheel_.NextDue() <= until) {
      const Instant next = wheel_.NextDue();
      EXPECT_GT(next, now_) << "a wheel that has something to do now, again and again";
      if (next <= now_) return;
      AdvanceTo(next);
    }
    AdvanceTo(until);
  }

  Instant now_ = kStart;
  TimerWheel wheel_{kStart};
};

TEST_F(TimerWheelTest, FiresOnceAndNotBeforeItsInstant) {
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Milliseconds(50));
  AdvanceBy(absl::Milliseconds(49));
  EXPECT_EQ(timer.fired_count, 0);
  AdvanceBy(absl::Milliseconds(1) + kTick);
  EXPECT_EQ(timer.fired_count, 1);
  EXPECT_FALSE(timer.is_set());
  AdvanceBy(absl::Hours(1));
  EXPECT_EQ(timer.fired_count, 1);
}

TEST_F(TimerWheelTest, HasNothingToDoWithoutTimers) {
  EXPECT_EQ(wheel_.NextDue(), Instant::Never());
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Seconds(1));
  EXPECT_NE(wheel_.NextDue(), Instant::Never());
  timer.Clear();
  EXPECT_EQ(wheel_.NextDue(), Instant::Never());
}

TEST_F(TimerWheelTest, AClearedTimerDoesNotFire) {
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Milliseconds(50));
  timer.Clear();
  AdvanceBy(absl::Seconds(1));
  EXPECT_EQ(timer.fired_count, 0);
}

TEST_F(TimerWheelTest, ADestroyedTimerDoesNotFire) {
  {
    TestTimer timer(now_);
    wheel_.Set(timer, kStart + absl::Milliseconds(50));
  }
  AdvanceBy(absl::Seconds(1));
  EXPECT_EQ(wheel_.NextDue(), Instant::Never());
}

TEST_F(TimerWheelTest, SettingAgainMoves) {
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Milliseconds(50));
  wheel_.Set(timer, kStart + absl::Milliseconds(500));
  AdvanceBy(absl::Milliseconds(300));
  EXPECT_EQ(timer.fired_count, 0);
  AdvanceBy(absl::Milliseconds(300));
  EXPECT_EQ(timer.fired_count, 1);
}

TEST_F(TimerWheelTest, NeverClears) {
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Milliseconds(50));
  wheel_.Set(timer, Instant::Never());
  EXPECT_FALSE(timer.is_set());
}

TEST_F(TimerWheelTest, WhatIsOverdueFiresSoon) {
  TestTimer timer(now_);
  wheel_.Set(timer, Instant{1});
  AdvanceBy(2 * kTick);
  EXPECT_EQ(timer.fired_count, 1);
}

TEST_F(TimerWheelTest, ATimerMaySetItselfAgain) {
  TestTimer timer(now_);
  timer.sets_again = &wheel_;
  timer.again_after = absl::Milliseconds(100);
  wheel_.Set(timer, kStart + absl::Milliseconds(100));
  RunUntil(kStart + absl::Seconds(10));
  EXPECT_GT(timer.fired_count, 90);
  EXPECT_LE(timer.fired_count, 100);
}

TEST_F(TimerWheelTest, ATimerMayClearAnotherOfTheSameTick) {
  TestTimer first(now_), second(now_);
  first.clears = &second;
  wheel_.Set(first, kStart + absl::Milliseconds(40));
  wheel_.Set(second, kStart + absl::Milliseconds(40));
  AdvanceBy(absl::Seconds(1));
  EXPECT_EQ(first.fired_count, 1);
  EXPECT_EQ(second.fired_count, 0);
}

TEST_F(TimerWheelTest, FiresFarBeyondItsHorizon) {
  TestTimer timer(now_);
  wheel_.Set(timer, kStart + absl::Hours(100));
  RunUntil(kStart + (absl::Hours(100) - absl::Milliseconds(1)));
  EXPECT_EQ(timer.fired_count, 0);
  RunUntil(kStart + absl::Hours(100) + kTick);
  EXPECT_EQ(timer.fired_count, 1);
}

// Every distance on every level, from starts that do not lie on a slot's edge: each timer fires in
// the tick after its instant, whichever way time goes there.
TEST_F(TimerWheelTest, FiresEachOfManyInItsTick) {
  Random random(11);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<TestTimer>> timers;
    for (int i = 0; i < 300; ++i) {
      const auto reach = static_cast<uint64_t>(1) << (22 + random.Below(27));
      timers.push_back(std::make_unique<TestTimer>(now_));
      wheel_.Set(*timers.back(),
                 now_ + absl::Nanoseconds(static_cast<int64_t>(random.Below(reach)) + 1));
    }
    while (wheel_.NextDue() != Instant::Never()) {
      const Instant next = wheel_.NextDue();
      ASSERT_GT(next, now_);
      // Sometimes other work wakes the shard in between.
      AdvanceTo(random.OneIn(3) ? now_ + (next - now_) / 2 : next);
    }
    for (const auto& timer : timers) {
      ASSERT_EQ(timer->fired_count, 1);
      EXPECT_GE(timer->fired_at, timer->due());
      EXPECT_LE(timer->fired_at, timer->due() + kTick);
    }
  }
}

}  // namespace
}  // namespace ringpost::io
