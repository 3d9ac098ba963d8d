// Operations as awaitables: each takes a Wait, which bounds it.
//
//   int32_t result = co_await Perform(shard, Send{socket, octets}, {.deadline = deadline});
//   absl::Status status = co_await Sleep(shard, absl::Seconds(1), {});
//
// No allocation: the operation lives in the awaiting frame. The frame is resumed after the last
// completion, so whatever the request pointed to is free to go.
#pragma once

#include <coroutine>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ringpost/coro/cancellation.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/reactor.h"
#include "ringpost/io/shard.h"
#include "ringpost/io/timer_wheel.h"

namespace ringpost::io {

// What ends a wait early: a deadline and a request to cancel.
struct Wait {
  Instant deadline = Instant::Never();
  CancelToken cancel = {};
};

// Awaits one operation with a single completion (not Accept, not Receive). The result is its own,
// or -ETIME when the deadline passed and -ECANCELED when cancelled, unless it had succeeded all the
// same.
class [[nodiscard]] Perform final : private Operation, private Timer, private CancelCallback {
 public:
  Perform(Shard& shard, Request what, Wait wait) : shard_(shard), wait_(wait) { request = what; }

  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  int32_t await_resume() const { return result_; }

 private:
  void OnCompletion(Completion completion) override;
  void OnTimer() override;
  void OnCancel() override;

  Shard& shard_;
  Wait wait_;
  std::coroutine_handle<> waiting_;
  int32_t result_ = 0;
  bool timed_out_ = false;
};

// Waits for another coroutine of the shard, with a bound: a flag that one waits for.
//
//   Signal arrived;
//   absl::Status status = co_await arrived.WaitFor(shard, {.deadline = ...});  // elsewhere:
//   Raise()
class Signal {
 public:
  // Ends the wait of the one waiter, or the next wait at once. Stays raised until Lower().
  void Raise();
  void Lower() { raised_ = false; }
  bool raised() const { return raised_; }

  class [[nodiscard]] Awaiter final : private Timer, private CancelCallback {
   public:
    Awaiter(Signal& signal, Shard& shard, Wait wait)
        : signal_(signal), shard_(shard), wait_(wait) {}
    bool await_ready();
    void await_suspend(std::coroutine_handle<> waiting);
    absl::Status await_resume() const { return status_; }

   private:
    friend class Signal;
    void OnTimer() override { Resume(absl::DeadlineExceededError("")); }
    void OnCancel() override { Resume(absl::CancelledError("")); }
    void Resume(absl::Status status);

    Signal& signal_;
    Shard& shard_;
    Wait wait_;
    std::coroutine_handle<> waiting_;
    absl::Status status_;
  };
  // One waiter at a time. OK when raised; else Cancelled or DeadlineExceeded.
  Awaiter WaitFor(Shard& shard, Wait wait) { return Awaiter(*this, shard, wait); }

 private:
  Awaiter* awaiter_ = nullptr;
  bool raised_ = false;
};

// OK after `length`; Cancelled, or DeadlineExceeded when the deadline comes first.
Task<absl::Status> Sleep(Shard& shard, absl::Duration length, Wait wait);

}  // namespace ringpost::io
