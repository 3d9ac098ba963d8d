#include "load/results.h"

#include <set>

#include "gtest/gtest.h"

namespace ringpost::load {
namespace {

TEST(Results, EveryNameIsThereAndItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kPhaseCount; ++i) names.insert(Name(static_cast<Phase>(i)));
  EXPECT_EQ(names.size(), kPhaseCount);
  EXPECT_EQ(Name(Phase::kQuit), "quit");
  names.clear();
  for (size_t i = 0; i < kErrorKindCount; ++i) names.insert(Name(static_cast<ErrorKind>(i)));
  EXPECT_EQ(names.size(), kErrorKindCount);
  EXPECT_EQ(Name(ErrorKind::kOther), "other");
  EXPECT_EQ(Name(Mode::kIdle), "idle");
}

TEST(Results, ASummaryIsInMicroseconds) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Record(i * 1'000'000);
  const Latency latency = Summarize(histogram);
  EXPECT_EQ(latency.count, 1000u);
  EXPECT_NEAR(latency.mean_us, 500'500, 1);
  EXPECT_NEAR(latency.p50_us, 500'000, 500);
  EXPECT_NEAR(latency.p90_us, 900'000, 900);
  EXPECT_NEAR(latency.p99_us, 990'000, 990);
  EXPECT_NEAR(latency.p999_us, 999'000, 999);
  EXPECT_EQ(latency.max_us, 1'000'000);
}

TEST(Results, ACurveRisesToTheLargest) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Record(i * 1'000'000);
  const auto curve = QuantileCurve(histogram);
  ASSERT_GT(curve.size(), 20u);
  EXPECT_EQ(curve.front().first, 0);
  for (size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GT(curve[i].first, curve[i - 1].first);
    EXPECT_GE(curve[i].second, curve[i - 1].second);
  }
  EXPECT_EQ(curve.back(), std::make_pair(1.0, 1'000'000.0));
  EXPECT_TRUE(QuantileCurve(Histogram()).empty());
}

}  // namespace
}  // namespace ringpost::load
