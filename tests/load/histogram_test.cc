#include "load/histogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/base/random.h"

namespace ringpost::load {
namespace {

constexpr int64_t kHour = int64_t{3'600'000'000'000};

int64_t ExactQuantile(const std::vector<int64_t>& sorted, double quantile) {
  const double rank = std::ceil(quantile * static_cast<double>(sorted.size()));
  return sorted[std::max<size_t>(static_cast<size_t>(rank), 1) - 1];
}

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.ValueAtQuantile(0.5), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.smallest(), 0);
}

TEST(Histogram, BucketsFollowEachOtherWithoutGap) {
  const size_t last = Histogram::IndexOf(kHour);
  EXPECT_EQ(Histogram::IndexOf(0), 0u);
  for (size_t index = 0; index < last; ++index) {
    const int64_t highest = Histogram::HighestOf(index);
    ASSERT_EQ(Histogram::IndexOf(highest), index);
    ASSERT_EQ(Histogram::IndexOf(highest + 1), index + 1);
  }
}

TEST(Histogram, QuantilesAreThoseOfTheSamples) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Histogram histogram;
    std::vector<int64_t> samples;
    for (int i = 0; i < 20'000; ++i) {
      // Every magnitude from a nanosecond to an hour.
      const auto bits = random.Below(42);
      samples.push_back(static_cast<int64_t>(random.Below(uint64_t{1} << bits)) % kHour);
      histogram.Record(samples.back());
    }
    std::sort(samples.begin(), samples.end());
    for (const double quantile : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      const int64_t exact = ExactQuantile(samples, quantile);
      const int64_t told = histogram.ValueAtQuantile(quantile);
      EXPECT_GE(told, exact) << quantile;
      EXPECT_LE(told, exact + std::max<int64_t>(exact / 1000, 64)) << quantile;
    }
    EXPECT_EQ(histogram.largest(), samples.back());
    EXPECT_EQ(histogram.smallest(), samples.front());
    EXPECT_EQ(histogram.count(), samples.size());
  }
}

TEST(Histogram, TheMeanIsExact) {
  Histogram histogram;
  for (const int64_t value : {1'000'001, 2'000'002, 6'000'006}) histogram.Record(value);
  EXPECT_DOUBLE_EQ(histogram.mean(), 3'000'003);
}

TEST(Histogram, MergedIsAsIfRecordedInOne) {
  Random random(7);
  Histogram one, other, both;
  for (int i = 0; i < 5000; ++i) {
    const auto value = static_cast<int64_t>(random.Below(1'000'000'000));
    (i % 3 == 0 ? one : other).Record(value);
    both.Record(value);
  }
  one.Merge(other);
  EXPECT_TRUE(std::equal(one.counts().begin(), one.counts().end(), both.counts().begin()));
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.mean(), both.mean());
  EXPECT_EQ(one.smallest(), both.smallest());
  EXPECT_EQ(one.largest(), both.largest());
}

TEST(Histogram, MergingAnEmptyOneChangesNothing) {
  Histogram histogram;
  histogram.Record(5000);
  histogram.Merge(Histogram());
  EXPECT_EQ(histogram.smallest(), 5000);
  Histogram empty;
  empty.Merge(histogram);
  EXPECT_EQ(empty.smallest(), 5000);
}

TEST(Histogram, WhatIsOutOfRangeIsKeptInRange) {
  Histogram histogram;
  histogram.Record(-5);
  histogram.Record(3 * kHour);
  EXPECT_EQ(histogram.smallest(), 0);
  EXPECT_EQ(histogram.largest(), 3 * kHour);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_GE(histogram.ValueAtQuantile(1), kHour);
}

TEST(Histogram, ClearForgetsAll) {
  Histogram histogram;
  histogram.Record(5000);
  histogram.Clear();
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.ValueAtQuantile(1), 0);
  histogram.Record(9000);
  EXPECT_EQ(histogram.smallest(), 9000);
}

}  // namespace
}  // namespace ringpost::load
