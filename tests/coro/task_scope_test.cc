#include "ringpost/coro/task_scope.h"

#include <memory>

#include "gtest/gtest.h"
#include "ringpost/coro/sync_wait.h"

namespace ringpost {
namespace {

Task<void> Count(int& count) {
  ++count;
  co_return;
}

Task<void> HoldUntil(Event& event, std::shared_ptr<int>) { co_await event; }

Task<void> SpawnMore(TaskScope& scope, int& count, int depth) {
  ++count;
  if (depth > 0) scope.Spawn(SpawnMore(scope, count, depth - 1));
  co_return;
}

Task<void> SpawnAndJoin(int& count, int child_count) {
  TaskScope scope;
  for (int i = 0; i < child_count; ++i) scope.Spawn(Count(count));
  EXPECT_EQ(count, 0);  // Spawn() runs nothing
  EXPECT_EQ(scope.live_count(), static_cast<size_t>(child_count));
  co_await scope.Join();
  EXPECT_EQ(scope.live_count(), 0u);
}

TEST(TaskScope, TakesATaskThatIsOver) {
  RunQueue queue;
  ScopedRunQueue scoped(queue);
  TaskScope scope;
  scope.Spawn(ReadyTask());
  EXPECT_EQ(scope.live_count(), 0u);
}

TEST(TaskScope, JoinWaitsForAllChildren) {
  int count = 0;
  SyncWait(SpawnAndJoin(count, 10));
  EXPECT_EQ(count, 10);
}

TEST(TaskScope, JoinOfNoChildrenReturnsAtOnce) {
  int count = 0;
  SyncWait(SpawnAndJoin(count, 0));
}

Task<void> SpawnWhileJoining(int& count) {
  TaskScope scope;
  scope.Spawn(SpawnMore(scope, count, 5));
  co_await scope.Join();
}

TEST(TaskScope, JoinWaitsForChildrenSpawnedMeanwhile) {
  int count = 0;
  SyncWait(SpawnWhileJoining(count));
  EXPECT_EQ(count, 6);
}

Task<void> HoldAndCheck(std::shared_ptr<int> owned) {
  Event event;
  TaskScope scope;
  scope.Spawn(HoldUntil(event, owned));
  EXPECT_GE(owned.use_count(), 3);
  event.Set();
  co_await scope.Join();
  EXPECT_EQ(owned.use_count(), 2);
}

TEST(TaskScope, AChildOwnsItsArgumentsUntilItEnds) {
  auto owned = std::make_shared<int>(1);
  SyncWait(HoldAndCheck(owned));
  EXPECT_EQ(owned.use_count(), 1);
}

class Heard final : public CancelCallback {
 public:
  explicit Heard(CancelToken token) { Listen(token); }
  void OnCancel() override { heard = true; }
  bool heard = false;
};

TEST(TaskScope, RequestCancelReachesItsToken) {
  TaskScope scope;
  Heard heard(scope.token());
  scope.RequestCancel();
  EXPECT_TRUE(heard.heard);
}

TEST(TaskScopeDeathTest, DestroyedWithLiveChildrenIsABug) {
  EXPECT_DEATH(
      {
        RunQueue queue;
        ScopedRunQueue scoped(queue);
        int count = 0;
        TaskScope scope;
        scope.Spawn(Count(count));
      },
      "live tasks");
}

}  // namespace
}  // namespace ringpost
