#include "ringpost/net/handshake_pace.h"

namespace ringpost::net {

Task<absl::Status> HandshakePace::Await(io::Wait wait) {
  if (waiters_.empty() && TakeStep()) return ReadyTask(absl::OkStatus());
  return AwaitTurn(wait);
}

Task<absl::Status> HandshakePace::AwaitTurn(io::Wait wait) {
  Waiter waiter;
  waiters_.PushBack(waiter);
  ++waiting_count_;
  shard_.AtNextTurn(*this);
  const absl::Status status = co_await waiter.may_go.WaitFor(shard_, wait);
  // Who gave up is still in the list.
  waiter.Unlink();
  --waiting_count_;
  co_return status;
}

void HandshakePace::OnTurn() {
  while (!waiters_.empty() && TakeStep()) waiters_.PopFront().may_go.Raise();
  if (!waiters_.empty()) shard_.AtNextTurn(*this);
}

bool HandshakePace::TakeStep() {
  if (turn_ != shard_.turn_count()) {
    turn_ = shard_.turn_count();
    steps_in_turn_ = 0;
  }
  if (steps_in_turn_ >= steps_per_turn_) return false;
  ++steps_in_turn_;
  ++step_count_;
  return true;
}

}  // namespace ringpost::net
