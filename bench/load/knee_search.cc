#include "load/knee_search.h"

#include <algorithm>
#include <cmath>

namespace ringpost::load {

void KneeSearch::Report(bool passed) {
  if (passed) {
    highest_passed_ = std::max(highest_passed_, rate_);
  } else {
    lowest_failed_ = lowest_failed_ == 0 ? rate_ : std::min(lowest_failed_, rate_);
  }
  ++step_count_;
  if (lowest_failed_ == 0) {
    rate_ *= 2;
  } else if (highest_passed_ == 0) {
    rate_ /= 2;
  } else {
    rate_ = std::sqrt(highest_passed_ * lowest_failed_);
  }
  const bool is_narrow =
      lowest_failed_ > 0 && highest_passed_ > 0 && lowest_failed_ <= highest_passed_ * kPrecision;
  has_ended_ = is_narrow || step_count_ == kMostSteps || rate_ < kLowestRate;
}

}  // namespace ringpost::load
