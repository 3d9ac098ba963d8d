// SyncWait: runs a task to its end on the calling thread, for tests and for the start of a program.
//
//   int value = SyncWait(Compute());
//
// It drives the run queue alone: a task that waits for I/O or time needs a shard (io::Shard::Run,
// or testing::RunTask). CHECKs when nothing is left to run and the task has not ended.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/coro/run_queue.h"
#include "ringpost/coro/task.h"

namespace ringpost {

namespace internal {

class RootOwner final : public TaskOwner {
 public:
  bool ended() const { return ended_; }

 private:
  void OnTaskEnd(std::coroutine_handle<>) noexcept override { ended_ = true; }

  bool ended_ = false;
};

}  // namespace internal

// Starts `task` and calls `turn()` until it has ended.
template <typename T, typename Turn>
T RunToEnd(Task<T>& task, Turn turn) {
  internal::RootOwner owner;
  if (task.await_ready()) return task.await_resume();
  const auto handle = std::move(task).Release();
  handle.promise().set_owner(&owner);
  handle.resume();
  while (!owner.ended()) turn();
  if constexpr (std::is_void_v<T>) {
    handle.destroy();
  } else {
    T result = handle.promise().TakeResult();
    handle.destroy();
    return result;
  }
}

template <typename T>
T SyncWait(Task<T> task) {
  RunQueue queue;
  ScopedRunQueue scoped(queue);
  return RunToEnd(task, [&queue] {
    Check(queue.RunReady() > 0, "SyncWait: the task waits for something that nobody will do");
  });
}

}  // namespace ringpost
