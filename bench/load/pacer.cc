#include "load/pacer.h"

#include <cmath>

namespace ringpost::load {

Pacer::Pacer(const PacerOptions& options)
    : options_(options),
      ramp_seconds_(absl::ToDoubleSeconds(options.ramp_up)),
      next_(options.first),
      next_due_(DueOf(next_)) {}

Instant Pacer::TakeDue() {
  const Instant due = next_due_;
  next_ += options_.stride;
  next_due_ = DueOf(next_);
  return due;
}

uint64_t Pacer::DueCount(Instant now) const {
  if (now < next_due_) return 0;
  const double seconds = absl::ToDoubleSeconds(now - options_.start);
  const double last = NumberAt(seconds);
  const double behind = last - static_cast<double>(next_);
  return behind < 0 ? 1 : static_cast<uint64_t>(behind / static_cast<double>(options_.stride)) + 1;
}

// The area under the rate: half of it belongs to the ramp.
Instant Pacer::DueOf(uint64_t number) const {
  const auto n = static_cast<double>(number);
  const double in_ramp = options_.rate_per_second * ramp_seconds_ / 2;
  const double seconds = n < in_ramp ? std::sqrt(2 * n * ramp_seconds_ / options_.rate_per_second)
                                     : ramp_seconds_ + (n - in_ramp) / options_.rate_per_second;
  return {options_.start.nanoseconds + std::llround(seconds * 1e9)};
}

double Pacer::NumberAt(double seconds) const {
  if (seconds < ramp_seconds_) {
    return options_.rate_per_second * seconds * seconds / (2 * ramp_seconds_);
  }
  return options_.rate_per_second * (seconds - ramp_seconds_ / 2);
}

}  // namespace ringpost::load
