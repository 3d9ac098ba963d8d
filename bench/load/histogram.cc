#include "load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ringpost::load {
namespace {

constexpr int kHalfBits = Histogram::kSubBucketBits - 1;

// How often the width of the bucket was doubled.
int DoublingsOf(int64_t nanoseconds) {
  constexpr uint64_t kFirstMask =
      (uint64_t{1} << (Histogram::kSubBucketBits + Histogram::kUnitMagnitude)) - 1;
  const auto width =
      static_cast<int>(std::bit_width(static_cast<uint64_t>(nanoseconds) | kFirstMask));
  return width - Histogram::kSubBucketBits - Histogram::kUnitMagnitude;
}

}  // namespace

Histogram::Histogram() : counts_(IndexOf(kHighestTrackable) + 1) {}

size_t Histogram::IndexOf(int64_t nanoseconds) {
  const int doublings = DoublingsOf(nanoseconds);
  const int64_t step = nanoseconds >> (doublings + kUnitMagnitude);
  return static_cast<size_t>((int64_t{doublings} << kHalfBits) + step);
}

int64_t Histogram::HighestOf(size_t index) {
  const auto place = static_cast<int64_t>(index);
  const int64_t doublings = std::max<int64_t>((place >> kHalfBits) - 1, 0);
  const int64_t step = place - (doublings << kHalfBits);
  return ((step + 1) << (doublings + kUnitMagnitude)) - 1;
}

void Histogram::Record(int64_t nanoseconds) {
  const int64_t value = std::max<int64_t>(nanoseconds, 0);
  ++counts_[IndexOf(std::min(value, kHighestTrackable))];
  smallest_ = count_ == 0 ? value : std::min(smallest_, value);
  largest_ = std::max(largest_, value);
  ++count_;
  sum_ += static_cast<uint64_t>(value);
}

void Histogram::Merge(const Histogram& other) {
  if (other.count_ == 0) return;
  // What lies above the largest value is all zero.
  const size_t end = IndexOf(std::min(other.largest_, kHighestTrackable)) + 1;
  for (size_t i = 0; i < end; ++i) counts_[i] += other.counts_[i];
  smallest_ = count_ == 0 ? other.smallest_ : std::min(smallest_, other.smallest_);
  largest_ = std::max(largest_, other.largest_);
  count_ += other.count_;
  sum_ += other.sum_;
}

void Histogram::Clear() {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = sum_ = 0;
  smallest_ = largest_ = 0;
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

int64_t Histogram::ValueAtQuantile(double quantile) const {
  if (count_ == 0) return 0;
  const double share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_);
  const auto rank = std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(share)), 1, count_);
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(HighestOf(i), largest_);
  }
  return largest_;
}

}  // namespace ringpost::load
