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
#include <functional>
#include <mutex>
#include <vector>

#include "ringpost/base/random.h"
#include "ringpost/coro/run_queue.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/io/reactor.h"
#include "ringpost/io/timer_wheel.h"

namespace ringpost::io {

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
  // One turn: runs what is ready, then polls, at most until `until`.
  void Turn(Instant until = Instant::Never());

 private:
  void RunPosted();

  Reactor& reactor_;
  const size_t index_;
  Random random_;
  RunQueue run_queue_;
  TimerWheel timers_;
  TaskScope scope_;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::atomic<bool> has_posted_ = false;
  std::atomic<bool> stopping_ = false;
};

}  // namespace ringpost::io
