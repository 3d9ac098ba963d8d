#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/event.h"
#include "ringpost/coro/sync_wait.h"
#include "ringpost/coro/task_scope.h"

namespace ringpost {
namespace {

TEST(Semaphore, CountsItsPermits) {
  Semaphore semaphore(2);
  EXPECT_TRUE(semaphore.TryAcquire());
  EXPECT_TRUE(semaphore.TryAcquire());
  EXPECT_FALSE(semaphore.TryAcquire());
  semaphore.Release();
  EXPECT_EQ(semaphore.free_count(), 1u);
}

Task<void> TakeAndGiveBack(Semaphore& semaphore) {
  Semaphore::Permit permit = co_await semaphore.Acquire();
  EXPECT_EQ(semaphore.free_count(), 0u);
  Semaphore::Permit moved = std::move(permit);
}

TEST(Semaphore, APermitGivesItselfBackOnce) {
  Semaphore semaphore(1);
  SyncWait(TakeAndGiveBack(semaphore));
  EXPECT_EQ(semaphore.free_count(), 1u);
}

struct Counter {
  int inside = 0;
  int most_inside = 0;
  std::vector<int> order = {};
};

Task<void> Work(Semaphore& semaphore, Event& pause, Counter& counter, int name) {
  Semaphore::Permit permit = co_await semaphore.Acquire();
  counter.order.push_back(name);
  counter.most_inside = std::max(counter.most_inside, ++counter.inside);
  co_await pause;
  --counter.inside;
}

Task<void> Set(Event& event) {
  event.Set();
  co_return;
}

Task<void> WorkAll(Semaphore& semaphore, Counter& counter, int worker_count) {
  Event pause;
  TaskScope scope;
  for (int i = 0; i < worker_count; ++i) scope.Spawn(Work(semaphore, pause, counter, i));
  scope.Spawn(Set(pause));
  co_await scope.Join();
}

TEST(Semaphore, LetsNoMoreInThanItHasPermitsAndServesInOrder) {
  Semaphore semaphore(3);
  Counter counter;
  SyncWait(WorkAll(semaphore, counter, 8));
  EXPECT_EQ(counter.most_inside, 3);
  EXPECT_EQ(counter.order, (std::vector{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(semaphore.free_count(), 3u);
}

}  // namespace
}  // namespace ringpost
