#include "load/timeline.h"

namespace ringpost::load {
namespace {

constexpr int64_t kTicksPerSecond = 5;
constexpr double kNanosecondsPerMicrosecond = 1000;
static_assert(kTicksPerSecond == 5, "a tick is 200 ms");

double MicrosecondsAt(const Histogram& histogram, double quantile) {
  return static_cast<double>(histogram.ValueAtQuantile(quantile)) / kNanosecondsPerMicrosecond;
}

// Of a run without messages the sessions.
uint64_t MessagesOf(const Counts& counts) {
  return counts.accepted + counts.refused + counts.failed + counts.sessions;
}

uint64_t ErrorsOf(const Counts& counts) { return counts.refused + counts.failed; }

}  // namespace

Timeline::Timeline(const LoadOptions& options, absl::Time window_begin, ProgressView* view)
    : options_(options), window_begin_(window_begin), view_(view) {}

void Timeline::Add(const Interval& interval) {
  if (view_ != nullptr) TellProgress(interval);
  last_counts_ = interval.counts;
  if (interval.tick <= 0) {
    last_second_counts_ = interval.counts;
    return;
  }
  second_.Merge(interval.messages);
  if (interval.tick % kTicksPerSecond == 0) {
    EndSecond(static_cast<double>(interval.tick) / static_cast<double>(kTicksPerSecond));
  }
}

void Timeline::End(absl::Duration duration) {
  if (!second_.empty()) EndSecond(absl::ToDoubleSeconds(duration));
}

void Timeline::TellProgress(const Interval& interval) {
  const Counts& counts = interval.counts;
  Progress progress;
  progress.elapsed = kTick * interval.tick;
  progress.planned = options_.duration;
  progress.planned_messages = options_.message_limit;
  progress.accepted = counts.accepted;
  progress.sessions = counts.sessions;
  progress.sends_no_message = options_.sends_no_message;
  progress.refused = counts.refused;
  progress.failed = counts.failed;
  progress.errors = counts.errors;
  progress.open_connections = interval.open_connections;
  progress.backlog = interval.backlog;
  progress.per_second = static_cast<double>(counts.accepted + counts.sessions -
                                            last_counts_.accepted - last_counts_.sessions) /
                        absl::ToDoubleSeconds(kTick);
  progress.p50_us = MicrosecondsAt(interval.messages, 0.5);
  progress.p99_us = MicrosecondsAt(interval.messages, 0.99);
  progress.max_us = MicrosecondsAt(interval.messages, 1);
  progress.rate_per_second = options_.rate_per_second;
  view_->OnProgress(progress);
}

void Timeline::EndSecond(double second) {
  const SecondResult result = {
      .second = second,
      .messages = MessagesOf(last_counts_) - MessagesOf(last_second_counts_),
      .p50_us = MicrosecondsAt(second_, 0.5),
      .p99_us = MicrosecondsAt(second_, 0.99),
      .errors = ErrorsOf(last_counts_) - ErrorsOf(last_second_counts_)};
  seconds_.push_back(result);
  if (view_ != nullptr) {
    const double start = seconds_.size() < 2 ? 0 : seconds_[seconds_.size() - 2].second;
    view_->OnSecond(window_begin_ + absl::Seconds(start), result, second_);
  }
  last_second_counts_ = last_counts_;
  second_.Clear();
}

}  // namespace ringpost::load
