#include "ringpost/net/handshake_pace.h"

#include <gtest/gtest.h>

#include <vector>

#include "ringpost/coro/task_scope.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::net {
namespace {

using testing::RunTask;

class HandshakePaceTest : public ::testing::Test {
 protected:
  HandshakePaceTest() : reactor_({.seed = 5}, disk_), shard_(reactor_, 0, 5), pace_(shard_) {
    pace_.set_steps_per_turn(2);
  }
  ~HandshakePaceTest() override { RunTask(shard_, scope_.Join()); }

  void Begin(int name, io::Wait wait = {}) {
    const ScopedRunQueue scoped(shard_.run_queue());
    scope_.Spawn(TakeStep(name, wait));
  }
  void Turn() { shard_.Turn(shard_.Now()); }

  Task<void> TakeStep(int name, io::Wait wait) {
    const absl::Status status = co_await pace_.Await(wait);
    if (status.ok()) {
      stepped_.push_back(name);
    } else {
      refused_.push_back(status);
    }
  }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  HandshakePace pace_;
  TaskScope scope_;
  std::vector<int> stepped_;
  std::vector<absl::Status> refused_;
};

TEST_F(HandshakePaceTest, ATurnTakesSoManyStepsInTheOrderOfTheirComing) {
  for (int name = 1; name <= 5; ++name) Begin(name);
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 2}));
  EXPECT_EQ(pace_.waiting_count(), 3u);
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 2, 3, 4}));
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(pace_.waiting_count(), 0u);
  EXPECT_EQ(pace_.step_count(), 5u);
}

TEST_F(HandshakePaceTest, NobodyOvertakesThoseWhoWait) {
  for (int name = 1; name <= 4; ++name) Begin(name);
  Turn();
  Begin(5);
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 2, 3, 4}));
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 2, 3, 4, 5}));
}

TEST_F(HandshakePaceTest, WhoIsCancelledLeavesTheQueueToTheOthers) {
  CancelSource cancel;
  pace_.set_steps_per_turn(1);
  Begin(1);
  Begin(2, {.cancel = cancel.token()});
  Begin(3);
  Turn();
  {
    const ScopedRunQueue scoped(shard_.run_queue());
    cancel.Request();
  }
  Turn();
  Turn();
  EXPECT_EQ(stepped_, (std::vector{1, 3}));
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_TRUE(absl::IsCancelled(refused_[0]));
  EXPECT_EQ(pace_.waiting_count(), 0u);
}

TEST_F(HandshakePaceTest, WhoseTimeIsOverGetsNoStep) {
  pace_.set_steps_per_turn(1);
  Begin(1);
  Begin(2, {.deadline = shard_.Now()});
  Turn();
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(refused_[0]));
}

TEST_F(HandshakePaceTest, WhileNobodyWaitsTheShardRests) {
  Begin(1);
  Turn();
  const uint64_t turns = shard_.turn_count();
  EXPECT_TRUE(RunTask(shard_, io::Sleep(shard_, absl::Seconds(1), {})).ok());
  EXPECT_LT(shard_.turn_count(), turns + 10);
}

}  // namespace
}  // namespace ringpost::net
