// EventQueue: virtual time, and what is to happen in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "ringpost/base/instant.h"

namespace ringpost::testing::internal {

class EventQueue {
 public:
  explicit EventQueue(Instant start) : now_(start) {}

  Instant Now() const { return now_; }
  // Events of one instant happen in the order in which they were planned.
  void At(Instant when, std::function<void()> event) {
    events_.push({std::max(when, now_), next_number_++, std::move(event)});
  }
  void After(absl::Duration delay, std::function<void()> event) {
    At(now_ + delay, std::move(event));
  }

  // Never() when nothing is planned.
  Instant NextAt() const { return events_.empty() ? Instant::Never() : events_.top().when; }
  // Moves time to `instant` and lets everything until then happen.
  void RunUntil(Instant instant) {
    while (NextAt() <= instant && !events_.empty()) {
      now_ = events_.top().when;
      const std::function<void()> event = events_.top().event;
      events_.pop();
      event();
    }
    now_ = std::max(now_, instant);
  }

 private:
  struct Event {
    Instant when;
    uint64_t number;
    std::function<void()> event;

    friend bool operator<(const Event& a, const Event& b) {  // the top of the queue is the earliest
      return std::pair(a.when, a.number) > std::pair(b.when, b.number);
    }
  };

  Instant now_;
  uint64_t next_number_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace ringpost::testing::internal
