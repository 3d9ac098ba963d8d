// Monitor: gathers what the shards report several times a second, for the progress view and the
// timeline.
//
//   monitor.Report(tick, counts, histogram);          // each shard, for each tick
//   for (Interval& interval : monitor.Take()) ...     // the waiting thread
//
// An interval is complete when every shard has reported its tick, or ended. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/time/time.h"
#include "load/histogram.h"
#include "load/tally.h"

namespace ringpost::load {

inline constexpr absl::Duration kTick = absl::Milliseconds(200);

struct ShardReport {
  Counts counts = {};  // since the window began
  uint64_t open_connections = 0;
  uint64_t backlog = 0;
};

struct Interval {
  // Number of its end: tick 0 is when the window begins, those before are of the warm-up.
  int64_t tick = 0;
  Counts counts = {};
  uint64_t open_connections = 0;
  uint64_t backlog = 0;
  Histogram messages;  // those that ended in the interval
};

class Monitor {
 public:
  explicit Monitor(size_t shard_count) : last_reports_(shard_count), has_ended_(shard_count) {}

  void Report(size_t shard, int64_t tick, const ShardReport& report, const Histogram& messages);
  // The shard reports no more.
  void End(size_t shard);

  // What is complete, in order.
  std::vector<std::unique_ptr<Interval>> Take();

 private:
  struct Gathering {
    std::vector<bool> has_reported;
    std::unique_ptr<Interval> interval;
  };
  bool IsComplete(const Gathering& gathering) const;

  std::mutex mutex_;
  std::map<int64_t, Gathering> gathering_;
  // One for each shard; those of one that has ended count on.
  std::vector<ShardReport> last_reports_;
  std::vector<bool> has_ended_;
};

}  // namespace ringpost::load
