// TaskScope: the owner of background tasks. Each child is joined before the scope goes.
//
//   TaskScope scope;
//   scope.Spawn(Serve(std::move(connection)));   // arguments owned by the child
//   scope.RequestCancel();
//   co_await scope.Join();
//
// Ownership: a child may use what outlives the scope, and what it owns. A scope destroyed with live
// children is a bug of ours and CHECKs. Threads: one.
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/coro/cancellation.h"
#include "ringpost/coro/event.h"
#include "ringpost/coro/run_queue.h"
#include "ringpost/coro/task.h"

namespace ringpost {

class TaskScope final : private internal::TaskOwner {
 public:
  TaskScope() = default;
  ~TaskScope() { Check(live_count_ == 0, "TaskScope destroyed with live tasks: Join() first"); }

  // Queues `task` to start; it does not run inside Spawn().
  void Spawn(Task<void> task) { Adopt(task); }
  // The same for a task that stands in an array; `task` is empty afterwards.
  void Adopt(Task<void>& task) {
    const auto handle = std::move(task).Release();
    if (handle == nullptr) return;  // over already
    handle.promise().set_owner(this);
    ++live_count_;
    idle_.Reset();
    CurrentRunQueue().Push(handle);
  }

  // What the children were given as their token, if they were given it.
  CancelToken token() { return cancel_.token(); }
  void RequestCancel() { cancel_.Request(); }

  size_t live_count() const { return live_count_; }

  // Returns when the last child has ended. Children spawned meanwhile are waited for too.
  Task<void> Join() {
    while (live_count_ > 0) co_await idle_;
  }

 private:
  void OnTaskEnd(std::coroutine_handle<> ended) noexcept override {
    ended.destroy();
    if (--live_count_ == 0) idle_.Set();
  }

  CancelSource cancel_;
  Event idle_;
  size_t live_count_ = 0;
};

}  // namespace ringpost
