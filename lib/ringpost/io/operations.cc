#include "ringpost/io/operations.h"

#include <cerrno>
#include <utility>

namespace ringpost::io {

bool Perform::await_ready() {
  if (wait_.cancel.requested()) {
    result_ = -ECANCELED;
    return true;
  }
  if (wait_.deadline <= shard_.Now()) {
    result_ = -ETIME;
    return true;
  }
  return false;
}

void Perform::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  shard_.reactor().Submit(*this);
  shard_.timers().Set(*this, wait_.deadline);
  Listen(wait_.cancel);
}

void Perform::OnCompletion(Completion completion) {
  Clear();
  StopListening();
  result_ = completion.result == -ECANCELED && timed_out_ ? -ETIME : completion.result;
  shard_.run_queue().Push(waiting_);
}

void Perform::OnTimer() {
  timed_out_ = true;
  shard_.reactor().Cancel(*this);
}

void Perform::OnCancel() { shard_.reactor().Cancel(*this); }

void Signal::Raise() {
  raised_ = true;
  if (awaiter_ != nullptr) awaiter_->Resume(absl::OkStatus());
}

bool Signal::Awaiter::await_ready() {
  if (signal_.raised_) return true;
  if (wait_.cancel.requested()) {
    status_ = absl::CancelledError("");
    return true;
  }
  if (wait_.deadline <= shard_.Now()) {
    status_ = absl::DeadlineExceededError("");
    return true;
  }
  return false;
}

void Signal::Awaiter::await_suspend(std::coroutine_handle<> waiting) {
  Check(signal_.awaiter_ == nullptr, "a Signal has one waiter at a time");
  waiting_ = waiting;
  signal_.awaiter_ = this;
  shard_.timers().Set(*this, wait_.deadline);
  Listen(wait_.cancel);
}

void Signal::Awaiter::Resume(absl::Status status) {
  Clear();
  StopListening();
  signal_.awaiter_ = nullptr;
  status_ = std::move(status);
  shard_.run_queue().Push(waiting_);
}

Task<absl::Status> Sleep(Shard& shard, absl::Duration length, Wait wait) {
  const Instant due = shard.Now() + length;
  const bool ends_before = wait.deadline < due;
  Signal never;
  const absl::Status status = co_await never.WaitFor(
      shard, {.deadline = ends_before ? wait.deadline : due, .cancel = wait.cancel});
  co_return absl::IsDeadlineExceeded(status) && !ends_before ? absl::OkStatus() : status;
}

}  // namespace ringpost::io
