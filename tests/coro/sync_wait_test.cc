#include "ringpost/coro/sync_wait.h"

#include <memory>

#include "gtest/gtest.h"
#include "ringpost/coro/event.h"
#include "ringpost/coro/task_scope.h"

namespace ringpost {
namespace {

Task<std::unique_ptr<int>> Make(int value) { co_return std::make_unique<int>(value); }
Task<void> Raise(bool& flag) {
  flag = true;
  co_return;
}
Task<void> Nothing() { co_return; }
Task<void> SetLater(Event& event) {
  event.Set();
  co_return;
}
Task<int> WaitForChild() {
  Event event;
  TaskScope scope;
  scope.Spawn(SetLater(event));
  co_await event;
  co_await scope.Join();
  co_return 7;
}

TEST(SyncWait, ReturnsAMoveOnlyResult) { EXPECT_EQ(*SyncWait(Make(5)), 5); }

TEST(SyncWait, RunsATaskWithoutResult) {
  bool flag = false;
  SyncWait(Raise(flag));
  EXPECT_TRUE(flag);
}

TEST(SyncWait, DrivesTheRunQueue) { EXPECT_EQ(SyncWait(WaitForChild()), 7); }

TEST(SyncWait, RunToEndCallsItsTurnUntilTheTaskEnds) {
  RunQueue queue;
  ScopedRunQueue scoped(queue);
  Task<int> task = WaitForChild();
  int turn_count = 0;
  EXPECT_EQ(RunToEnd(task, [&] { ++turn_count, queue.RunReady(1); }), 7);
  EXPECT_GT(turn_count, 1);
}

TEST(SyncWait, RunToEndNeedsNoTurnForATaskThatDoesNotWait) {
  Task<void> task = Nothing();
  RunToEnd(task, [] { FAIL(); });
}

}  // namespace
}  // namespace ringpost
