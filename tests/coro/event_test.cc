#include "ringpost/coro/event.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/sync_wait.h"
#include "ringpost/coro/task_scope.h"

namespace ringpost {
namespace {

using Journal = std::vector<std::string>;

Task<void> WaitAndNote(Event& event, Journal& journal, std::string name) {
  co_await event;
  journal.push_back(std::move(name));
}

Task<void> SetAndNote(Event& event, Journal& journal) {
  event.Set();
  journal.push_back("set");
  co_return;
}

Task<void> RunAll(TaskScope& scope) { co_await scope.Join(); }

TEST(Event, ASetEventIsPassedAtOnce) {
  Event event;
  event.Set();
  Journal journal;
  SyncWait(WaitAndNote(event, journal, "passed"));
  EXPECT_EQ(journal, Journal{"passed"});
}

Task<void> ThreeWaitOneSets(Journal& journal) {
  Event event;
  TaskScope scope;
  scope.Spawn(WaitAndNote(event, journal, "a"));
  scope.Spawn(WaitAndNote(event, journal, "b"));
  scope.Spawn(SetAndNote(event, journal));
  scope.Spawn(WaitAndNote(event, journal, "late"));
  co_await RunAll(scope);
}

// Set() queues its waiters; it does not run them, and they do not overtake what was ready before.
TEST(Event, ResumesWaitersInOrderThroughTheRunQueue) {
  Journal journal;
  SyncWait(ThreeWaitOneSets(journal));
  EXPECT_EQ(journal, (Journal{"set", "late", "a", "b"}));
}

TEST(EventDeathTest, AWaitThatNobodyEndsIsFound) {
  Event event;
  event.Set();
  event.Reset();
  Journal journal;
  EXPECT_DEATH(SyncWait(WaitAndNote(event, journal, "never")), "nobody will do");
}

}  // namespace
}  // namespace ringpost
