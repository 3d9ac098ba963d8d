// ProgressView: told how a run goes, while it goes.
//
// Threads: the one that waits for the run, never a shard's; a view may take its time.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "load/histogram.h"
#include "load/results.h"

namespace ringpost::load {

struct Progress {
  absl::Duration elapsed = {};  // since the window began; negative in the warm-up
  absl::Duration planned = {};  // length of the window
  uint64_t planned_messages = 0;
  // Since the window began.
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t failed = 0;
  uint64_t sessions = 0;  // completed, of a run without messages
  uint64_t errors = 0;    // connections that ended before their time
  uint64_t open_connections = 0;
  uint64_t backlog = 0;           // messages that are due and not begun (open loop)
  bool sends_no_message = false;  // sessions are what the figures are of
  // Since the last call.
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  double max_us = 0;
  // Of a search (--find-max): the rate that is being tried; else that of --rate, or 0.
  double rate_per_second = 0;

  bool is_warming_up() const { return elapsed < absl::ZeroDuration(); }
};

class ProgressView {
 public:
  virtual ~ProgressView() = default;

  // Some five times a second.
  virtual void OnProgress(const Progress& progress) = 0;
  // Each whole second of the window, with the latency of its messages. `start` is wall time.
  virtual void OnSecond(absl::Time start, const SecondResult& second,
                        const Histogram& messages) = 0;
  // A step of --find-max has ended.
  virtual void OnStep(const FindMaxStep& step) = 0;
  // The run has ended: clears what it drew. Called once.
  virtual void OnEnd() = 0;
};

}  // namespace ringpost::load
