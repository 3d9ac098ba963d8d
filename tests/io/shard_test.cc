#include "ringpost/io/shard.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::io {
namespace {

class ShardTest : public ::testing::Test {
 protected:
  ringpost::testing::SimulatedDisk disk_;
  ringpost::testing::SimulatedReactor reactor_{{}, disk_};
  Shard shard_{reactor_, /*index=*/3, /*seed=*/9};
};

Task<void> SleepAndNote(Shard& shard, absl::Duration length, std::vector<int>& journal, int name) {
  static_cast<void>(co_await Sleep(shard, length, {}));
  journal.push_back(name);
}

Task<void> SleepAndStop(Shard& shard, absl::Duration length) {
  static_cast<void>(co_await Sleep(shard, length, {}));
  shard.Stop();
}

TEST_F(ShardTest, KnowsItsIndexAndItsTime) {
  EXPECT_EQ(shard_.index(), 3u);
  EXPECT_EQ(shard_.Now(), reactor_.Now());
  EXPECT_EQ(shard_.WallNow(), reactor_.WallNow());
}

TEST_F(ShardTest, DrawsTheSameFromTheSameSeed) {
  Shard same(reactor_, 0, 9), other(reactor_, 0, 10);
  const uint64_t drawn = shard_.random().Next();
  EXPECT_EQ(same.random().Next(), drawn);
  EXPECT_NE(other.random().Next(), drawn);
}

TEST_F(ShardTest, RunsUntilItIsStopped) {
  std::vector<int> journal;
  shard_.Post([&] {
    shard_.scope().Spawn(SleepAndNote(shard_, absl::Seconds(2), journal, 2));
    shard_.scope().Spawn(SleepAndNote(shard_, absl::Seconds(1), journal, 1));
    shard_.scope().Spawn(SleepAndStop(shard_, absl::Seconds(3)));
  });
  shard_.Run();
  EXPECT_EQ(journal, (std::vector{1, 2}));
}

struct CountingSlice final : TurnSlice {
  explicit CountingSlice(Shard& on) : shard(on) {}
  void OnTurn() override {
    turns.push_back(shard.turn_count());
    if (turns.size() < wanted_count) shard.AtNextTurn(*this);
  }

  Shard& shard;
  size_t wanted_count = 1;
  std::vector<uint64_t> turns;
};

TEST_F(ShardTest, ASliceRunsOnceInEachTurnThatItAsksFor) {
  CountingSlice slice(shard_);
  slice.wanted_count = 3;
  shard_.AtNextTurn(slice);
  shard_.AtNextTurn(slice);
  const Instant start = shard_.Now();
  shard_.Turn();
  shard_.Turn();
  shard_.Turn(start);
  EXPECT_EQ(slice.turns, (std::vector<uint64_t>{1, 2, 3}));
  // Nobody waited: neither for I/O nor for a timer.
  EXPECT_EQ(shard_.Now(), start);
}

TEST_F(ShardTest, ASliceThatIsGoneIsForgotten) {
  {
    CountingSlice slice(shard_);
    shard_.AtNextTurn(slice);
  }
  shard_.Turn(shard_.Now());
}

TEST_F(ShardTest, APostDoesNotRunInside) {
  bool ran = false;
  shard_.Post([&ran] { ran = true; });
  EXPECT_FALSE(ran);
  shard_.Turn(shard_.Now());
  EXPECT_TRUE(ran);
}

TEST_F(ShardTest, WhatAPostedCallPostsRunsInTheNextTurn) {
  std::string journal;
  shard_.Post([&] {
    journal += "a";
    shard_.Post([&journal] { journal += "c"; });
    journal += "b";
  });
  shard_.Turn(shard_.Now());
  EXPECT_EQ(journal, "ab");
  shard_.Turn(shard_.Now());
  EXPECT_EQ(journal, "abc");
}

TEST_F(ShardTest, ATurnEndsAtItsInstant) {
  const Instant until = shard_.Now() + absl::Seconds(7);
  shard_.Turn(until);
  EXPECT_EQ(shard_.Now(), until);
}

TEST(ShardOfThreads, CallsOfEachThreadKeepTheirOrder) {
  absl::StatusOr<std::unique_ptr<Reactor>> reactor = CreateUringReactor({});
  if (!reactor.ok()) GTEST_SKIP() << reactor.status().message();
  Shard shard(**reactor, 0, 1);
  constexpr int kThreadCount = 3, kCallCount = 500;
  std::vector<std::vector<int>> journals(kThreadCount);
  int left = kThreadCount * kCallCount;
  std::vector<std::thread> threads;
  for (std::vector<int>& journal : journals) {
    threads.emplace_back([&shard, &journal, &left] {
      for (int i = 0; i < kCallCount; ++i) {
        shard.Post([&shard, &journal, &left, i] {
          journal.push_back(i);
          if (--left == 0) shard.Stop();
        });
      }
    });
  }
  shard.Run();
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<int>& journal : journals) {
    ASSERT_EQ(journal.size(), static_cast<size_t>(kCallCount));
    for (int i = 0; i < kCallCount; ++i) EXPECT_EQ(journal[static_cast<size_t>(i)], i);
  }
}

TEST(ShardOfThreads, StopsFromAnotherThread) {
  absl::StatusOr<std::unique_ptr<Reactor>> reactor = CreateUringReactor({});
  if (!reactor.ok()) GTEST_SKIP() << reactor.status().message();
  Shard shard(**reactor, 0, 1);
  std::thread stopper([&shard] { shard.Stop(); });
  shard.Run();
  stopper.join();
}

}  // namespace
}  // namespace ringpost::io
