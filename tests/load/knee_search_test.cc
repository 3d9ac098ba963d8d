#include "load/knee_search.h"

#include "gtest/gtest.h"
#include "load/load_run.h"
#include "load_world.h"

namespace ringpost::load {
namespace {

TEST(KneeSearch, FindsAKneeAboveAndBelowTheFirstRate) {
  for (const double knee : {3.0, 470.0, 1000.0, 123'456.0}) {
    KneeSearch search(1000);
    while (!search.has_ended()) search.Report(search.rate() <= knee);
    EXPECT_LE(search.knee(), knee);
    EXPECT_GE(search.knee(), knee / KneeSearch::kPrecision);
  }
}

TEST(KneeSearch, EndsWhereNothingPassesAndWhereAllDoes) {
  KneeSearch none(1000);
  while (!none.has_ended()) none.Report(false);
  EXPECT_EQ(none.knee(), 0);
  KneeSearch all(1);
  int steps = 0;
  for (; !all.has_ended(); ++steps) all.Report(true);
  EXPECT_EQ(steps, KneeSearch::kMostSteps);
}

// A server that takes 10 ms for each message, one after the other, has its knee at 100 per second.
TEST(RunFindMax, FindsTheKneeOfAServer) {
  LoadOptions options;
  options.find_max = {
      .p99_bound = absl::Milliseconds(60), .step_duration = absl::Seconds(20), .first_rate = 10};
  RunControl control;
  const absl::StatusOr<Results> results =
      RunFindMax(options, {.control = control}, [](const LoadOptions& step) {
        LoadWorld world;
        world.service_time = absl::Milliseconds(10);
        world.options.connection_count = 20;
        world.options.message_limit = 1'000'000;
        world.options.rate_per_second = step.rate_per_second;
        world.options.duration = step.duration;
        world.options.warm_up = absl::Seconds(1);
        return world.Run();
      });
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(results->mode, Mode::kFindMax);
  EXPECT_NEAR(results->find_max->knee_per_second, 100, 5);
  EXPECT_NEAR(results->messages.per_second, results->find_max->knee_per_second, 2);
  EXPECT_EQ(results->find_max->steps.front().rate_per_second, 10);
}

TEST(RunFindMax, WhatFailsAStepFailsTheSearch) {
  LoadOptions options;
  options.find_max.emplace();
  RunControl control;
  const absl::StatusOr<Results> results = RunFindMax(
      options, {.control = control},
      [](const LoadOptions&) -> absl::StatusOr<Results> { return absl::UnavailableError("gone"); });
  EXPECT_TRUE(absl::IsUnavailable(results.status()));
}

TEST(RunFindMax, WhenStoppedItTellsWhatItHasFound) {
  LoadOptions options;
  options.find_max.emplace();
  RunControl control;
  int steps = 0;
  const absl::StatusOr<Results> results =
      RunFindMax(options, {.control = control}, [&](const LoadOptions& step) {
        if (++steps == 3) control.Stop();
        Results of_step;
        of_step.messages.per_second = step.rate_per_second;
        return of_step;
      });
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(results->find_max->steps.size(), 2u);
  EXPECT_EQ(results->find_max->knee_per_second, 2000);
}

}  // namespace
}  // namespace ringpost::load
