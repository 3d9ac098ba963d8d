#include "load/report/progress_text.h"

#include <gtest/gtest.h>

namespace ringpost::load {
namespace {

TEST(ProgressText, TellsHowFarTheRunIs) {
  Progress progress = {.elapsed = absl::Milliseconds(4260), .planned = absl::Seconds(10)};
  EXPECT_EQ(PlaceText(progress), "42 %  0:04 of 0:10");
  progress.planned_messages = 100;
  progress.accepted = 70;
  progress.refused = 10;
  EXPECT_EQ(PlaceText(progress), "80 %  0:04 of 0:10");
  progress.elapsed = absl::Seconds(11);
  EXPECT_EQ(ShareDone(progress), 1);
  progress.elapsed = absl::Milliseconds(-1);
  EXPECT_EQ(PlaceText(progress), "warming up");
  EXPECT_EQ(ShareDone({}), 0);
}

TEST(ProgressText, TellsWhatThereIs) {
  Progress progress = {.accepted = 131'060,
                       .open_connections = 50,
                       .per_second = 31'248,
                       .p50_us = 1500,
                       .p99_us = 4120};
  EXPECT_EQ(ProgressText(progress),
            "31,248/s · p50 1.50 ms · p99 4.12 ms · 131,060 accepted · 50 connections");
  progress.refused = 1;
  progress.failed = 2;
  progress.errors = 3;
  progress.backlog = 4;
  progress.rate_per_second = 32'000;
  EXPECT_EQ(ProgressText(progress),
            "31,248/s of 32,000/s · p50 1.50 ms · p99 4.12 ms · 131,060 accepted · 1 refused · "
            "2 failed · 3 dropped · 4 waiting · 50 connections");
  EXPECT_EQ(ProgressText({}), "0.0/s · 0 accepted");
}

TEST(ProgressText, TellsOfSessionsWhereThereAreNoMessages) {
  const Progress progress = {.planned_messages = 2000,
                             .sessions = 1500,
                             .sends_no_message = true,
                             .per_second = 750,
                             .p50_us = 1500,
                             .p99_us = 4120};
  EXPECT_EQ(ProgressText(progress), "750/s · p50 1.50 ms · p99 4.12 ms · 1,500 sessions");
  EXPECT_EQ(ShareDone(progress), 0.75);
}

TEST(ProgressText, OfAStep) {
  EXPECT_EQ(
      StepText(
          {.rate_per_second = 4000, .achieved_per_second = 3990, .p50_us = 520, .p99_us = 1100}),
      "tried 4,000/s: 3,990/s, p50 520 µs, p99 1.10 ms, too slow");
}

}  // namespace
}  // namespace ringpost::load
