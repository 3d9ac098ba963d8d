#include "ringpost/io/shard.h"

#include <algorithm>
#include <utility>

namespace ringpost::io {

Shard::Shard(Reactor& reactor, size_t index, uint64_t seed)
    : reactor_(reactor), index_(index), random_(seed), timers_(reactor.Now()) {}

Shard::~Shard() = default;

// Woken under the lock: the shard finds the call after that alone, and may be gone as soon as it
// has.
void Shard::Post(std::function<void()> call) {
  const std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(call));
  has_posted_.store(true, std::memory_order_release);
  reactor_.Wake();
}

void Shard::Run() {
  while (!stopping_.load(std::memory_order_acquire)) Turn();
}

void Shard::Stop() {
  stopping_.store(true, std::memory_order_release);
  reactor_.Wake();
}

void Shard::Turn(Instant until) {
  const ScopedRunQueue scoped(run_queue_);
  ++turn_count_;
  RunPosted();
  if (!slices_.empty()) RunSlices();
  run_queue_.RunReady();
  const bool has_work = !run_queue_.empty() || !slices_.empty() ||
                        has_posted_.load(std::memory_order_acquire) ||
                        stopping_.load(std::memory_order_acquire);
  reactor_.Poll(has_work ? Instant{} : std::min(until, timers_.NextDue()));
  timers_.Advance(reactor_.Now());
}

void Shard::AtNextTurn(TurnSlice& slice) {
  if (!slice.linked()) slices_.PushBack(slice);
}

void Shard::RunSlices() {
  IntrusiveList<TurnSlice> slices;
  slices.TakeAll(slices_);
  while (!slices.empty()) slices.PopFront().OnTurn();
}

void Shard::RunPosted() {
  if (!has_posted_.load(std::memory_order_acquire)) return;
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(posted_mutex_);
    calls.swap(posted_);
    has_posted_.store(false, std::memory_order_release);
  }
  for (const std::function<void()>& call : calls) call();
}

}  // namespace ringpost::io
