// Flights: the operations that are under way, and the completions that Poll() will tell.
//
// Whoever works on a flight looks at has_ended() first: a cancelled one has its last completion
// queued, and nothing more may happen for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/io/reactor.h"

namespace ringpost::testing::internal {

class Flight {
 public:
  Flight(io::Operation& operation, int descriptor)
      : operation_(&operation), descriptor_(descriptor) {}

  const io::Request& request() const { return operation_->request; }
  // The last completion is queued or told.
  bool has_ended() const { return has_ended_; }

 private:
  friend class Flights;

  io::Operation* operation_;
  const int descriptor_;
  bool has_ended_ = false;
};
using FlightPtr = std::shared_ptr<Flight>;

class Flights {
 public:
  struct Told {
    FlightPtr flight;
    io::Completion completion;
  };

  // `descriptor`: the one it works on, or -1.
  FlightPtr Start(io::Operation& operation, int descriptor) {
    auto flight = std::make_shared<Flight>(operation, descriptor);
    by_operation_[&operation] = flight;
    if (descriptor >= 0) ++count_on_[descriptor];
    return flight;
  }
  FlightPtr Of(io::Operation& operation) const { return by_operation_.at(&operation); }
  bool AnyOn(int descriptor) const { return count_on_.contains(descriptor); }
  size_t count() const { return by_operation_.size(); }

  void End(const FlightPtr& flight, int32_t result) {
    Check(!flight->has_ended_, "an operation ends once");
    flight->has_ended_ = true;
    queue_.push_back({flight, {.result = result}});
  }
  void TellMore(const FlightPtr& flight, io::Completion completion) {
    Check(!flight->has_ended_, "an operation that has ended is told nothing more");
    completion.more = true;
    queue_.push_back({flight, std::move(completion)});
  }

  bool HasQueued() const { return !queue_.empty(); }
  std::deque<Told> TakeQueued() { return std::exchange(queue_, {}); }
  // The flight is over; its operation may be submitted again, or go.
  io::Operation& Land(const Told& told) {
    const FlightPtr& flight = told.flight;
    if (!told.completion.more) {
      by_operation_.erase(flight->operation_);
      const auto on = count_on_.find(flight->descriptor_);
      if (on != count_on_.end() && --on->second == 0) count_on_.erase(on);
    }
    return *flight->operation_;
  }

 private:
  std::unordered_map<io::Operation*, FlightPtr> by_operation_;
  std::unordered_map<int, size_t> count_on_;
  std::deque<Told> queue_;
};

}  // namespace ringpost::testing::internal
