#include "load/monitor.h"

#include <utility>

namespace ringpost::load {
namespace {

void Add(const ShardReport& report, Interval& interval) {
  interval.counts += report.counts;
  interval.open_connections += report.open_connections;
  interval.backlog += report.backlog;
}

}  // namespace

void Monitor::Report(size_t shard, int64_t tick, const ShardReport& report,
                     const Histogram& messages) {
  const std::lock_guard lock(mutex_);
  Gathering& gathering = gathering_[tick];
  if (gathering.interval == nullptr) {
    gathering.has_reported.resize(last_reports_.size());
    gathering.interval = std::make_unique<Interval>();
    gathering.interval->tick = tick;
  }
  gathering.has_reported[shard] = true;
  Add(report, *gathering.interval);
  gathering.interval->messages.Merge(messages);
  last_reports_[shard] = report;
}

void Monitor::End(size_t shard) {
  const std::lock_guard lock(mutex_);
  has_ended_[shard] = true;
}

std::vector<std::unique_ptr<Interval>> Monitor::Take() {
  const std::lock_guard lock(mutex_);
  std::vector<std::unique_ptr<Interval>> complete;
  while (!gathering_.empty() && IsComplete(gathering_.begin()->second)) {
    Gathering& first = gathering_.begin()->second;
    for (size_t shard = 0; shard < has_ended_.size(); ++shard) {
      if (!first.has_reported[shard]) Add(last_reports_[shard], *first.interval);
    }
    complete.push_back(std::move(first.interval));
    gathering_.erase(gathering_.begin());
  }
  return complete;
}

bool Monitor::IsComplete(const Gathering& gathering) const {
  for (size_t shard = 0; shard < has_ended_.size(); ++shard) {
    if (!gathering.has_reported[shard] && !has_ended_[shard]) return false;
  }
  return true;
}

}  // namespace ringpost::load
