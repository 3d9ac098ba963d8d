// Offload: blocking or CPU-heavy work on a bounded pool of threads, awaited from a shard.
//
//   OffloadPool pool({.thread_count = 4, .queue_limit = 256});
//   absl::StatusOr<bool> good = co_await Offload(shard, pool, [&] { return CheckPassword(...); });
//
// The call runs elsewhere while the coroutine waits: it may use what the awaiting frame owns. It
// cannot be cancelled; the frame waits for its end. With thread_count 0 (under the
// SimulatedReactor) it runs in place. Limits: more than queue_limit waiting calls are refused with
// ResourceExhausted.
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "ringpost/io/shard.h"

namespace ringpost::io {

class OffloadPool {
 public:
  struct Options {
    size_t thread_count = 4;   // 0: calls run in place
    size_t queue_limit = 256;  // calls that wait for a thread
  };
  explicit OffloadPool(Options options);
  // Finishes what is queued.
  ~OffloadPool();
  OffloadPool(const OffloadPool&) = delete;
  OffloadPool& operator=(const OffloadPool&) = delete;

  // False when the queue is full. From any thread.
  bool TryRun(std::function<void()> call);
  bool runs_in_place() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <typename Call>
class [[nodiscard]] Offload {
 public:
  using Result = std::invoke_result_t<Call&>;

  Offload(Shard& shard, OffloadPool& pool, Call call)
      : shard_(shard), pool_(pool), call_(std::move(call)) {}

  bool await_ready() {
    if (!pool_.runs_in_place()) return false;
    result_.emplace(call_());
    return true;
  }
  // False (refused: go on at once) when the queue is full.
  bool await_suspend(std::coroutine_handle<> waiting) {
    return pool_.TryRun([this, waiting] {
      result_.emplace(call_());
      Shard& shard = shard_;
      shard.Post([&shard, waiting] { shard.run_queue().Push(waiting); });
    });
  }
  absl::StatusOr<Result> await_resume() {
    if (!result_.has_value())
      return absl::ResourceExhaustedError("too many calls wait for a thread");
    return std::move(*result_);
  }

 private:
  Shard& shard_;
  OffloadPool& pool_;
  Call call_;
  std::optional<Result> result_;
};

}  // namespace ringpost::io
