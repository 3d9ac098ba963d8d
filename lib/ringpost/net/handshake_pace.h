// HandshakePace: how many steps of handshakes a shard takes in one turn of its loop. A step is
// some hundred microseconds of arithmetic, so a flood of them would keep sessions that are
// established from their turn.
//
//   CO_RETURN_IF_ERROR(co_await pace.Await({.deadline = deadline}));
//   engine.Handshake();
//
// First come, first served. Ownership: outlives those who wait. Threads: that of the shard.
// Limits: those who wait are bounded by whoever admits handshakes; none waits for more than
// its place in the queue.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"

namespace ringpost::net {

class HandshakePace final : private io::TurnSlice {
 public:
  // Four of an RSA key of 2,048 bits are some 3 ms, of ECDSA P-256 one.
  static constexpr size_t kUsualStepsPerTurn = 4;

  explicit HandshakePace(io::Shard& shard) : shard_(shard) {}

  void set_steps_per_turn(size_t count) { steps_per_turn_ = count; }

  // Returns when a step may be taken. Errors: DeadlineExceeded, Cancelled.
  Task<absl::Status> Await(io::Wait wait);

  size_t waiting_count() const { return waiting_count_; }
  // That were let go, since the start.
  uint64_t step_count() const { return step_count_; }

 private:
  struct Waiter : ListLink {
    io::Signal may_go;
  };

  Task<absl::Status> AwaitTurn(io::Wait wait);
  void OnTurn() override;
  bool TakeStep();

  io::Shard& shard_;
  size_t steps_per_turn_ = kUsualStepsPerTurn;
  IntrusiveList<Waiter> waiters_;
  size_t waiting_count_ = 0;
  uint64_t step_count_ = 0;
  uint64_t turn_ = 0;  // in which steps_in_turn_ were taken
  size_t steps_in_turn_ = 0;
};

}  // namespace ringpost::net
