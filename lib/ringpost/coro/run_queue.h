// RunQueue: the coroutines that are ready to go on. Whoever completes a wait queues its coroutine
// here; the shard's loop resumes them in order. Nothing is resumed from inside a completion, so no
// stack grows with the length of a chain, and no caller finds its object gone.
#pragma once

#include <coroutine>
#include <cstddef>
#include <vector>

namespace ringpost {

class RunQueue {
 public:
  void Push(std::coroutine_handle<> ready) { ready_.push_back(ready); }
  bool empty() const { return ready_.empty(); }

  // Resumes all that are ready, those included that become ready meanwhile, up to `limit`
  // (a chatty coroutine must not keep the loop from its I/O). Returns how many ran.
  size_t RunReady(size_t limit = 4096);

 private:
  std::vector<std::coroutine_handle<>> ready_;
  size_t next_ = 0;
};

// The run queue of this thread's loop. CHECKs that there is one.
RunQueue& CurrentRunQueue();

// Makes `queue` this thread's, for the lifetime of the object.
class ScopedRunQueue {
 public:
  explicit ScopedRunQueue(RunQueue& queue);
  ~ScopedRunQueue();
  ScopedRunQueue(const ScopedRunQueue&) = delete;
  ScopedRunQueue& operator=(const ScopedRunQueue&) = delete;

 private:
  RunQueue* previous_;
};

}  // namespace ringpost
