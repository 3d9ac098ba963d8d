#include "ringpost/coro/task.h"

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/frame_allocator.h"
#include "ringpost/coro/sync_wait.h"

namespace ringpost {
namespace {

static_assert(!std::is_move_constructible_v<Task<int>>);
static_assert(!std::is_copy_constructible_v<Task<int>>);
static_assert(!std::is_move_assignable_v<Task<int>>);

Task<int> Note(std::vector<int>& journal, int value) {
  journal.push_back(value);
  co_return value;
}

Task<int> Fibonacci(int n) {
  if (n < 2) co_return n;
  co_return co_await Fibonacci(n - 1) + co_await Fibonacci(n - 2);
}

Task<void> Descend(int depth) {
  if (depth > 0) co_await Descend(depth - 1);
}

Task<int> Countdown(int count) {
  for (int i = 0; i < count; ++i) co_await Descend(0);
  co_return 0;
}

Task<std::string> Join(const std::string& a, const std::string& b) { co_return a + b; }
Task<std::string> JoinTemporaries() { co_return co_await Join(std::string(100, 'a'), "b"); }
Task<int> Choose(std::vector<int>& journal, bool first) {
  co_return first ? co_await Note(journal, 1) : co_await Note(journal, 2);
}

TEST(Task, DoesNothingUntilAwaited) {
  std::vector<int> journal;
  {
    Task<int> never_awaited = Note(journal, 1);
  }
  EXPECT_TRUE(journal.empty());
}

Task<std::string> AtOnce() { return ReadyTask(std::string("now")); }
Task<std::string> Forwarded(bool at_once) { return at_once ? AtOnce() : JoinTemporaries(); }
Task<size_t> LengthOf(bool at_once) { co_return (co_await Forwarded(at_once)).size(); }

TEST(Task, MayHaveItsResultWithoutACoroutine) {
  const uint64_t before =
      FrameStatisticsOfThread().recycled_count + FrameStatisticsOfThread().allocated_count;
  EXPECT_EQ(SyncWait(AtOnce()), "now");
  SyncWait(ReadyTask());
  EXPECT_EQ(FrameStatisticsOfThread().recycled_count + FrameStatisticsOfThread().allocated_count,
            before);
  EXPECT_EQ(SyncWait(LengthOf(true)), 3u);
  EXPECT_EQ(SyncWait(LengthOf(false)), 101u);
}

TEST(Task, GivesItsResult) { EXPECT_EQ(SyncWait(Fibonacci(15)), 610); }

TEST(Task, KeepsTemporaryArgumentsAliveWhileAwaited) {
  EXPECT_EQ(SyncWait(JoinTemporaries()), std::string(100, 'a') + "b");
}

TEST(Task, AwaitsOneBranchOfAConditional) {
  std::vector<int> journal;
  EXPECT_EQ(SyncWait(Choose(journal, false)), 2);
  EXPECT_EQ(SyncWait(Choose(journal, true)), 1);
  EXPECT_EQ(journal, (std::vector{2, 1}));
}

// Symmetric transfer: neither a deep chain that unwinds nor a long loop grows the stack.
TEST(Task, AMillionAwaitsInALoopNeedNoStack) { EXPECT_EQ(SyncWait(Countdown(1'000'000)), 0); }
TEST(Task, AChainOfAHundredThousandTasksNeedsNoStack) { SyncWait(Descend(100'000)); }

Task<void> KeepAlive(std::shared_ptr<int> owned, bool& was_alive) {
  was_alive = *owned == 1;
  co_return;
}
Task<void> AwaitAndLookAt(std::weak_ptr<int> watched, std::shared_ptr<int> owned) {
  bool was_alive = false;
  co_await KeepAlive(std::move(owned), was_alive);
  EXPECT_TRUE(was_alive);
  EXPECT_TRUE(watched.expired());
}

TEST(Task, FreesItsArgumentsWhenItsFullExpressionEnds) {
  auto owned = std::make_shared<int>(1);
  std::weak_ptr<int> watched = owned;
  SyncWait(AwaitAndLookAt(watched, std::move(owned)));
}

Task<void> Throw() {
  throw 1;
  co_return;
}

TEST(TaskDeathTest, AnExceptionThatEscapesEndsTheProcess) { EXPECT_DEATH(SyncWait(Throw()), ""); }

}  // namespace
}  // namespace ringpost
