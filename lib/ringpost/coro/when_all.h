// WhenAll: several tasks at once, all joined.
//
//   Task<void> tasks[] = {Copy(a), Copy(b)};
//   co_await WhenAll(tasks);
//
// Results are written by the tasks themselves, to what the caller owns: the caller's frame outlives
// all of them.
#pragma once

#include <span>
#include <utility>

#include "ringpost/coro/task_scope.h"

namespace ringpost {

inline Task<void> WhenAll(std::span<Task<void>> tasks) {
  TaskScope scope;
  for (Task<void>& task : tasks) scope.Adopt(task);
  co_await scope.Join();
}

}  // namespace ringpost
