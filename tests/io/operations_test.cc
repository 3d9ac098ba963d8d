#include "ringpost/io/operations.h"

#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::io {
namespace {

using ringpost::testing::RunTask;

class OperationsTest : public ::testing::Test {
 protected:
  Instant After(absl::Duration length) { return shard_.Now() + length; }

  ringpost::testing::SimulatedDisk disk_;
  ringpost::testing::SimulatedReactor reactor_{
      {.faults = {.disk = {.shortest = absl::Seconds(2), .longest = absl::Seconds(2)}}}, disk_};
  Shard shard_{reactor_, /*index=*/0, /*seed=*/1};
};

Task<int32_t> MakeFolder(Shard& shard, const char* path, Wait wait) {
  co_return co_await Perform(shard, MakeDirectory{path}, wait);
}

Task<void> CancelAfter(Shard& shard, absl::Duration length, CancelSource& source) {
  static_cast<void>(co_await Sleep(shard, length, {}));
  source.Request();
}

Task<void> RaiseAfter(Shard& shard, absl::Duration length, Signal& signal) {
  static_cast<void>(co_await Sleep(shard, length, {}));
  signal.Raise();
}

TEST_F(OperationsTest, PerformGivesTheResult) {
  EXPECT_EQ(RunTask(shard_, MakeFolder(shard_, "a", {})), 0);
  EXPECT_EQ(RunTask(shard_, MakeFolder(shard_, "a", {})), -EEXIST);
}

TEST_F(OperationsTest, PerformEndsAtItsDeadline) {
  const Instant deadline = After(absl::Seconds(1));
  EXPECT_EQ(RunTask(shard_, MakeFolder(shard_, "a", {.deadline = deadline})), -ETIME);
  EXPECT_GE(shard_.Now(), deadline);
  EXPECT_LT(shard_.Now(), deadline + absl::Milliseconds(10));
  EXPECT_FALSE(disk_.Exists("a"));
}

TEST_F(OperationsTest, PerformWithADeadlineThatPassedDoesNothing) {
  EXPECT_EQ(RunTask(shard_, MakeFolder(shard_, "a", {.deadline = shard_.Now()})), -ETIME);
  EXPECT_EQ(reactor_.file_operation_count(), 0u);
}

Task<int32_t> MakeFolderUntilCancelled(Shard& shard, absl::Duration patience) {
  CancelSource source;
  TaskScope scope;
  scope.Spawn(CancelAfter(shard, patience, source));
  const int32_t result = co_await MakeFolder(shard, "a", {.cancel = source.token()});
  co_await scope.Join();
  co_return result;
}

TEST_F(OperationsTest, PerformEndsWhenCancelled) {
  EXPECT_EQ(RunTask(shard_, MakeFolderUntilCancelled(shard_, absl::Seconds(1))), -ECANCELED);
}

TEST_F(OperationsTest, ACancellationAfterTheEndChangesNothing) {
  EXPECT_EQ(RunTask(shard_, MakeFolderUntilCancelled(shard_, absl::Seconds(5))), 0);
}

TEST_F(OperationsTest, PerformThatWasCancelledBeforeDoesNothing) {
  CancelSource source;
  source.Request();
  EXPECT_EQ(RunTask(shard_, MakeFolder(shard_, "a", {.cancel = source.token()})), -ECANCELED);
  EXPECT_EQ(reactor_.file_operation_count(), 0u);
}

// --- Sleep
// ------------------------------------------------------------------------------------------

TEST_F(OperationsTest, SleepsForItsTime) {
  const Instant due = After(absl::Minutes(5));
  EXPECT_TRUE(RunTask(shard_, Sleep(shard_, absl::Minutes(5), {}), absl::Hours(1)).ok());
  EXPECT_GE(shard_.Now(), due);
  EXPECT_LT(shard_.Now(), due + absl::Milliseconds(10));
}

TEST_F(OperationsTest, ASleepBeyondItsDeadlineSaysSo) {
  const Instant deadline = After(absl::Seconds(1));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      RunTask(shard_, Sleep(shard_, absl::Seconds(2), {.deadline = deadline}))));
  EXPECT_LT(shard_.Now(), deadline + absl::Milliseconds(10));
}

Task<absl::Status> SleepUntilCancelled(Shard& shard) {
  CancelSource source;
  TaskScope scope;
  scope.Spawn(CancelAfter(shard, absl::Seconds(1), source));
  absl::Status status = co_await Sleep(shard, absl::Seconds(30), {.cancel = source.token()});
  co_await scope.Join();
  co_return status;
}

TEST_F(OperationsTest, ASleepEndsWhenCancelled) {
  EXPECT_TRUE(absl::IsCancelled(RunTask(shard_, SleepUntilCancelled(shard_))));
}

// --- Signal
// -----------------------------------------------------------------------------------------

Task<absl::Status> Await(Shard& shard, Signal& signal, Wait wait) {
  co_return co_await signal.WaitFor(shard, wait);
}

Task<absl::Status> AwaitOneRaised(Shard& shard, absl::Duration after, Wait wait) {
  Signal signal;
  TaskScope scope;
  scope.Spawn(RaiseAfter(shard, after, signal));
  absl::Status status = co_await signal.WaitFor(shard, wait);
  co_await scope.Join();
  co_return status;
}

TEST_F(OperationsTest, ARaisedSignalIsPassedAtOnceUntilItIsLowered) {
  Signal signal;
  signal.Raise();
  EXPECT_TRUE(RunTask(shard_, Await(shard_, signal, {})).ok());
  EXPECT_TRUE(RunTask(shard_, Await(shard_, signal, {})).ok());
  signal.Lower();
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      RunTask(shard_, Await(shard_, signal, {.deadline = After(absl::Seconds(1))}))));
}

TEST_F(OperationsTest, ASignalEndsTheWait) {
  const Instant raised_at = After(absl::Seconds(1));
  EXPECT_TRUE(RunTask(shard_, AwaitOneRaised(shard_, absl::Seconds(1), {})).ok());
  EXPECT_LT(shard_.Now(), raised_at + absl::Milliseconds(10));
}

TEST_F(OperationsTest, AWaitForASignalEndsAtItsDeadline) {
  const Wait wait = {.deadline = After(absl::Seconds(1))};
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(RunTask(shard_, AwaitOneRaised(shard_, absl::Seconds(2), wait))));
}

TEST_F(OperationsTest, AWaitForASignalEndsWhenCancelled) {
  CancelSource source;
  Signal signal;
  source.Request();
  EXPECT_TRUE(
      absl::IsCancelled(RunTask(shard_, Await(shard_, signal, {.cancel = source.token()}))));
}

}  // namespace
}  // namespace ringpost::io
