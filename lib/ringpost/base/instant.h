// Instant: a point on the monotonic clock, in nanoseconds. Deadlines are Instants; they never jump
// with the wall clock. Wall time (dates in headers, log lines) is absl::Time.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace ringpost {

struct Instant {
  int64_t nanoseconds = 0;

  static constexpr Instant Never() { return {std::numeric_limits<int64_t>::max()}; }

  friend constexpr auto operator<=>(Instant, Instant) = default;

  // Saturates at Never().
  friend Instant operator+(Instant start, absl::Duration length) {
    const int64_t add = absl::ToInt64Nanoseconds(length);
    int64_t sum;
    if (__builtin_add_overflow(start.nanoseconds, add, &sum)) return Never();
    return {sum};
  }
  friend absl::Duration operator-(Instant end, Instant start) {
    return absl::Nanoseconds(end.nanoseconds - start.nanoseconds);
  }
};

}  // namespace ringpost
