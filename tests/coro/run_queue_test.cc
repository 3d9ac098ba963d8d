#include "ringpost/coro/run_queue.h"

#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/task_scope.h"

namespace ringpost {
namespace {

struct Yield {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) const { CurrentRunQueue().Push(self); }
  void await_resume() const noexcept {}
};

Task<void> Step(std::vector<int>& steps, int name, int count) {
  for (int i = 0; i < count; ++i) {
    steps.push_back(name);
    co_await Yield();
  }
}

class RunQueueTest : public testing::Test {
 protected:
  RunQueue queue_;
  ScopedRunQueue scoped_{queue_};
  TaskScope scope_;
  std::vector<int> steps_;
};

TEST_F(RunQueueTest, RunsInOrderOfPushing) {
  scope_.Spawn(Step(steps_, 1, 2));
  scope_.Spawn(Step(steps_, 2, 2));
  EXPECT_TRUE(steps_.empty());
  EXPECT_EQ(queue_.RunReady(), 6u);
  EXPECT_EQ(steps_, (std::vector{1, 2, 1, 2}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RunQueueTest, StopsAtItsLimitAndGoesOnLater) {
  scope_.Spawn(Step(steps_, 1, 10));
  EXPECT_EQ(queue_.RunReady(4), 4u);
  EXPECT_EQ(steps_.size(), 4u);
  EXPECT_FALSE(queue_.empty());
  EXPECT_EQ(queue_.RunReady(), 7u);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(RunQueueTest, HasNothingToRunWhenEmpty) { EXPECT_EQ(queue_.RunReady(), 0u); }

TEST_F(RunQueueTest, ScopesNest) {
  RunQueue inner;
  {
    ScopedRunQueue scoped(inner);
    EXPECT_EQ(&CurrentRunQueue(), &inner);
  }
  EXPECT_EQ(&CurrentRunQueue(), &queue_);
}

TEST(RunQueueDeathTest, AThreadWithoutOneIsABug) {
  EXPECT_DEATH(CurrentRunQueue(), "CHECK failed");
}

}  // namespace
}  // namespace ringpost
