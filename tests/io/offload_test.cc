#include "ringpost/io/offload.h"

#include <future>
#include <memory>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::io {
namespace {

using ringpost::testing::RunTask;

std::thread::id ThisThread() { return std::this_thread::get_id(); }

Task<absl::StatusOr<std::thread::id>> AskWhere(Shard& shard, OffloadPool& pool) {
  co_return co_await Offload(shard, pool, ThisThread);
}

Task<absl::StatusOr<std::unique_ptr<int>>> Twice(Shard& shard, OffloadPool& pool, int number) {
  auto call = [&number] { return std::make_unique<int>(2 * number); };
  co_return co_await Offload(shard, pool, std::move(call));
}

TEST(Offload, RunsInPlaceWithoutThreads) {
  ringpost::testing::SimulatedDisk disk;
  ringpost::testing::SimulatedReactor reactor({}, disk);
  Shard shard(reactor, 0, 1);
  OffloadPool pool({.thread_count = 0});
  EXPECT_TRUE(pool.runs_in_place());
  EXPECT_EQ(*RunTask(shard, AskWhere(shard, pool)), ThisThread());
}

class OffloadToThreads : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Reactor>> reactor = CreateUringReactor({});
    if (!reactor.ok()) GTEST_SKIP() << reactor.status().message();
    reactor_ = *std::move(reactor);
    shard_.emplace(*reactor_, 0, 1);
  }

  std::unique_ptr<Reactor> reactor_;
  std::optional<Shard> shard_;
};

TEST_F(OffloadToThreads, RunsElsewhereAndComesBack) {
  OffloadPool pool({.thread_count = 1});
  EXPECT_FALSE(pool.runs_in_place());
  EXPECT_NE(*RunTask(*shard_, AskWhere(*shard_, pool)), ThisThread());
}

TEST_F(OffloadToThreads, GivesAMoveOnlyResult) {
  OffloadPool pool({.thread_count = 2});
  EXPECT_EQ(**RunTask(*shard_, Twice(*shard_, pool, 21)), 42);
}

TEST_F(OffloadToThreads, RefusesMoreThanItsQueueHolds) {
  std::promise<void> started, go_on;
  std::future<void> may_go_on = go_on.get_future();
  // Last: its thread uses what stands above until it is joined.
  OffloadPool pool({.thread_count = 1, .queue_limit = 1});
  ASSERT_TRUE(pool.TryRun([&] {
    started.set_value();
    may_go_on.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.TryRun([] {}));
  EXPECT_FALSE(pool.TryRun([] {}));
  EXPECT_TRUE(absl::IsResourceExhausted(RunTask(*shard_, AskWhere(*shard_, pool)).status()));
  go_on.set_value();
}

TEST(OffloadPool, FinishesWhatIsQueued) {
  int ran_count = 0;
  {
    OffloadPool pool({.thread_count = 1});
    for (int i = 0; i < 100; ++i) pool.TryRun([&ran_count] { ++ran_count; });
  }
  EXPECT_EQ(ran_count, 100);
}

}  // namespace
}  // namespace ringpost::io
