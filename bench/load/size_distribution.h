// SizeDistribution: how big the messages of a run are, as --size says it.
//
//   1KiB                         all alike
//   1KiB..100KiB                 evenly between the two
//   exp:10KiB                    exponential, with that mean
//   1KiB:70,100KiB:25,5MiB:5     a size and its weight, ...
//
// A distribution is drawn as a bounded number of sizes, each with its weight: they lie at the
// middle of equal shares of the distribution, so its mean and shape are kept and a run holds few
// messages. Limits: kLargestMessageOctets each; kMostSizes sizes, fewer when they would add up to
// more than kLargestTotalOctets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ringpost::load {

struct WeightedSize {
  uint64_t octets = 0;
  double weight = 1;

  friend bool operator==(const WeightedSize&, const WeightedSize&) = default;
};

inline constexpr uint64_t kLargestMessageOctets = uint64_t{1} << 30;
inline constexpr uint64_t kLargestTotalOctets = uint64_t{64} << 20;
inline constexpr size_t kMostSizes = 256;

// Errors: InvalidArgument, with a text that says what is expected.
absl::StatusOr<std::vector<WeightedSize>> ParseSizes(std::string_view text);

}  // namespace ringpost::load
