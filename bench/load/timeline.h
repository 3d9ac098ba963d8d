// Timeline: makes seconds of the intervals that a Monitor gives, and tells a view how it goes.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "load/monitor.h"
#include "load/options.h"
#include "load/progress.h"

namespace ringpost::load {

class Timeline {
 public:
  // `window_begin`: as wall time, when it is planned. `view` may be null.
  Timeline(const LoadOptions& options, absl::Time window_begin, ProgressView* view);

  void Add(const Interval& interval);
  // The second that has begun, if anything was in it. `duration` is that of the window.
  void End(absl::Duration duration);

  const std::vector<SecondResult>& seconds() const { return seconds_; }

 private:
  void TellProgress(const Interval& interval);
  void EndSecond(double second);

  const LoadOptions& options_;
  const absl::Time window_begin_;
  ProgressView* const view_;
  std::vector<SecondResult> seconds_;
  Histogram second_;
  Counts last_counts_;         // at the last interval
  Counts last_second_counts_;  // at the last second
};

}  // namespace ringpost::load
