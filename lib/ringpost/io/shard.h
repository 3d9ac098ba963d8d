// Shard: one thread, one reactor, one run queue, one timer wheel. An object lives and dies on its
// shard; shards talk by Post().
//
//   auto reactor = UringReactor::Create({});
//   Shard shard(**reactor, /*index=*/0, /*seed=*/1);
//   shard.scope().Spawn(Serve(shard));
//   shard.Run();                 // until Stop()
//
// Threads: that of Run(), but for Post() and Stop().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/base/random.h"
#include "ringpost/coro/run_queue.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/io/reactor.h"
#include "ringpost/io/timer_wheel.h"

namespace ringpost::io {

// Work that is cut in slices, so that others get their turn in between: derive from it, and ask
// for the shard's next turn.
class TurnSlice : public ListLink {
 public:
  // Once for each time that it was asked for; may ask again, for the turn behind this one.
  virtual void OnTurn() = 0;

 protected:
  ~TurnSlice() = default;
};

class Shard {
 public:
  Shard(Reactor& reactor, size_t index, uint64_t seed);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  Reactor& reactor() { return reactor_; }
  TimerWheel& timers() { return timers_; }
  TaskScope& scope() { return scope_; }
  Random& random() { return random_; }
  RunQueue& run_queue() { return run_queue_; }
  size_t index() const { return index_; }
  Instant Now() const { return reactor_.Now(); }
  absl::Time WallNow() const { return reactor_.WallNow(); }

  // Runs `call` on the shard's thread in its next turn. From any thread; calls of one thread keep
  // their order.
  void Post(std::function<void()> call);

  // Turns until Stop(). The shard belongs to the calling thread from here on.
  void Run();
  // From any thread.
  void Stop();
  // `slice` gets its OnTurn() at the start of the next turn, which comes as soon as what is ready
  // has run and the kernel was asked for what is new. Nothing when it has been asked for already.
  void AtNextTurn(TurnSlice& slice);
  // How many turns have begun.
  uint64_t turn_count() const { return turn_count_; }
  // One turn: runs what is ready, then polls, at most until `until`.
  void Turn(Instant until = Instant::Never());

 private:
  void RunPosted();
  void RunSlices();

  Reactor& reactor_;
  const size_t index_;
  Random random_;
  RunQueue run_queue_;
  TimerWheel timers_;
  TaskScope scope_;
  IntrusiveList<TurnSlice> slices_;
  uint64_t turn_count_ = 0;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::atomic<bool> has_posted_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace ringpost::io
