// Dice: all chance of a simulated world, from one seed.
#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"
#include "ringpost/base/random.h"
#include "ringpost/testing/faults.h"

namespace ringpost::testing::internal {

class Dice {
 public:
  Dice(uint64_t seed, const Faults& faults_of_world) : faults(faults_of_world), random(seed) {}

  // Whether a fault of this probability strikes now; counted when it does. One that is off draws
  // nothing, so that it leaves the course of the others alone.
  bool Strikes(double probability, size_t FaultCounts::* count) {
    if (probability <= 0) return false;
    const double drawn = static_cast<double>(random.Next() >> 11) * 0x1p-53;
    if (drawn >= probability) return false;
    ++(counts.*count);
    return true;
  }
  absl::Duration Draw(const Latency& latency) {
    const int64_t shortest = absl::ToInt64Nanoseconds(latency.shortest);
    const int64_t longest = absl::ToInt64Nanoseconds(latency.longest);
    if (longest <= shortest) return latency.shortest;
    return absl::Nanoseconds(
        shortest + static_cast<int64_t>(random.Below(static_cast<uint64_t>(longest - shortest))));
  }
  // 1 to `bytes`.
  size_t Cut(size_t bytes) { return 1 + static_cast<size_t>(random.Below(bytes)); }

  const Faults faults;
  FaultCounts counts;
  Random random;
};

}  // namespace ringpost::testing::internal
