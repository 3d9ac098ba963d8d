#include "ringpost/coro/run_queue.h"

#include <utility>

#include "ringpost/base/check.h"

namespace ringpost {
namespace {

thread_local RunQueue* current_run_queue = nullptr;

}  // namespace

size_t RunQueue::RunReady(size_t limit) {
  size_t ran_count = 0;
  while (next_ < ready_.size() && ran_count < limit) {
    const std::coroutine_handle<> ready = ready_[next_++];
    ++ran_count;
    ready.resume();
  }
  if (next_ == ready_.size()) {
    ready_.clear();
    next_ = 0;
  }
  return ran_count;
}

RunQueue& CurrentRunQueue() {
  Check(current_run_queue != nullptr, "a coroutine waits outside of a shard's loop");
  return *current_run_queue;
}

ScopedRunQueue::ScopedRunQueue(RunQueue& queue)
    : previous_(std::exchange(current_run_queue, &queue)) {}

ScopedRunQueue::~ScopedRunQueue() { current_run_queue = previous_; }

}  // namespace ringpost
