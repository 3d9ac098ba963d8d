// RunTask: runs a task on a shard to its end, and gives its result. For tests.
//
//   absl::StatusOr<File> file = RunTask(shard, CreateFile(shard, "x", {}));
//
// Limits: a task that has not ended within `bound` (of the shard's own time: virtual under a
// SimulatedReactor) is stuck, and ends the process with a message.
#pragma once

#include <algorithm>
#include <source_location>
#include <type_traits>

#include "absl/time/time.h"
#include "ringpost/base/check.h"
#include "ringpost/coro/sync_wait.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/shard.h"

namespace ringpost::testing {

namespace internal {

// A turn of the shard runs what is ready and then polls: the end of the task must not be waited
// over.
template <typename T>
Task<T> RunAndWake(io::Shard& shard, Task<T>& task) {
  if constexpr (std::is_void_v<T>) {
    co_await task;
    shard.reactor().Wake();
  } else {
    T result = co_await task;
    shard.reactor().Wake();
    co_return result;
  }
}

}  // namespace internal

template <typename T>
T RunTask(io::Shard& shard, Task<T> task, absl::Duration bound = absl::Seconds(60),
          std::source_location where = std::source_location::current()) {
  const ScopedRunQueue scoped(shard.run_queue());
  const Instant until = shard.Now() + bound;
  Task<T> root = internal::RunAndWake(shard, task);
  return RunToEnd(root, [&] {
    Check(shard.Now() < until, "RunTask: the task is stuck", where);
    shard.Turn(until);
  });
}

// Turns until `condition()` holds.
template <typename Condition>
void RunUntil(io::Shard& shard, Condition condition, absl::Duration bound = absl::Seconds(60),
              std::source_location where = std::source_location::current()) {
  const Instant until = shard.Now() + bound;
  while (!condition()) {
    Check(shard.Now() < until, "RunUntil: the condition never held", where);
    // In steps: what a turn runs may fulfil the condition, and then nothing may be left to poll
    // for.
    shard.Turn(std::min(until, shard.Now() + absl::Milliseconds(1)));
  }
}

}  // namespace ringpost::testing
