// Pacer: when each message of an open loop is due. With a ramp the rate grows evenly from nothing.
//
//   Pacer pacer({.start = now, .rate_per_second = 1000, .ramp_up = absl::Seconds(5)});
//   while (pacer.next_due() <= now) Begin(pacer.TakeDue());
//
// Instants follow from the number of a message alone, so that none is lost and no error adds up,
// however late it is asked. Several pacers share a rate: each takes every `stride`th message, from
// `first` on.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "ringpost/base/instant.h"

namespace ringpost::load {

struct PacerOptions {
  Instant start = {};
  double rate_per_second = 1;
  absl::Duration ramp_up = absl::ZeroDuration();
  uint64_t first = 0;
  uint64_t stride = 1;
};

class Pacer {
 public:
  explicit Pacer(const PacerOptions& options);

  Instant next_due() const { return next_due_; }
  Instant TakeDue();
  // How many are due at `now` and not taken.
  uint64_t DueCount(Instant now) const;

 private:
  Instant DueOf(uint64_t number) const;
  double NumberAt(double seconds) const;

  PacerOptions options_;
  double ramp_seconds_;
  uint64_t next_;
  Instant next_due_;
};

}  // namespace ringpost::load
