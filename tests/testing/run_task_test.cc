#include "ringpost/testing/run_task.h"

#include <memory>

#include "gtest/gtest.h"
#include "ringpost/io/operations.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::testing {
namespace {

class RunTaskTest : public ::testing::Test {
 protected:
  SimulatedDisk disk_;
  SimulatedReactor reactor_{{}, disk_};
  io::Shard shard_{reactor_, 0, 1};
};
using RunTaskDeathTest = RunTaskTest;

Task<std::unique_ptr<int>> SleepAndGive(io::Shard& shard, absl::Duration length, int value) {
  static_cast<void>(co_await io::Sleep(shard, length, {}));
  co_return std::make_unique<int>(value);
}

Task<void> WaitForEver(io::Shard& shard) {
  io::Signal never;
  static_cast<void>(co_await never.WaitFor(shard, {}));
}

Task<void> Nothing() { co_return; }

TEST_F(RunTaskTest, GivesTheResult) {
  EXPECT_EQ(*RunTask(shard_, SleepAndGive(shard_, absl::Seconds(1), 5)), 5);
}

TEST_F(RunTaskTest, TakesNoMoreTimeThanTheTask) {
  const Instant start = shard_.Now();
  RunTask(shard_, Nothing());
  EXPECT_EQ(shard_.Now(), start);
  RunTask(shard_, SleepAndGive(shard_, absl::Seconds(1), 0));
  EXPECT_LT(shard_.Now() - start, absl::Seconds(1) + absl::Milliseconds(10));
}

TEST_F(RunTaskTest, RunUntilTurnsUntilTheConditionHolds) {
  bool reached = false;
  reactor_.At(shard_.Now() + absl::Seconds(3), [&reached] { reached = true; });
  RunUntil(shard_, [&reached] { return reached; });
  EXPECT_TRUE(reached);
}

TEST_F(RunTaskDeathTest, AStuckTaskEndsWithAMessage) {
  EXPECT_DEATH(RunTask(shard_, WaitForEver(shard_)), "run_task_test.cc.*the task is stuck");
  EXPECT_DEATH(RunUntil(shard_, [] { return false; }), "the condition never held");
}

}  // namespace
}  // namespace ringpost::testing
