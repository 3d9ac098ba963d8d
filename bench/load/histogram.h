// Histogram: how often each latency came, in the layout of HdrHistogram: three significant digits
// from 64 ns to an hour, in fixed memory.
//
//   histogram.Record(absl::ToInt64Nanoseconds(latency));
//   const int64_t p99_nanoseconds = histogram.ValueAtQuantile(0.99);
//
// Count, sum, smallest and largest are exact; a quantile is at most 0.1 % (or 64 ns) above the
// exact one, never below. A latency over an hour counts as an hour in the quantiles. Limits: 220
// KiB. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ringpost::load {

class Histogram {
 public:
  // HdrHistogram's own terms, for who writes its log: values in nanoseconds.
  static constexpr int kUnitMagnitude = 6;  // the smallest step is 2^6 ns
  static constexpr int kSubBucketBits = 11;
  static constexpr int64_t kSubBucketCount = int64_t{1} << kSubBucketBits;
  static constexpr int64_t kLowestDiscernible = int64_t{1} << kUnitMagnitude;
  static constexpr int64_t kHighestTrackable = int64_t{3'600'000'000'000};
  static constexpr int kSignificantDigits = 3;

  Histogram();

  void Record(int64_t nanoseconds);
  void Merge(const Histogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // All are 0 when nothing was recorded.
  int64_t smallest() const { return count_ == 0 ? 0 : smallest_; }
  int64_t largest() const { return largest_; }
  double mean() const;
  // The value that a share of `quantile` (0 to 1) of what was recorded does not exceed.
  int64_t ValueAtQuantile(double quantile) const;

  // One counter for each bucket, in HdrHistogram's order; index 0 starts at 0 ns.
  std::span<const uint64_t> counts() const { return counts_; }
  static size_t IndexOf(int64_t nanoseconds);
  // The largest value that falls into the same bucket.
  static int64_t HighestOf(size_t index);

 private:
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  int64_t smallest_ = 0;
  int64_t largest_ = 0;
};

}  // namespace ringpost::load
