#include "ringpost/io/file.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::io {
namespace {

using ringpost::testing::Faults;
using ringpost::testing::RunTask;
using ringpost::testing::SimulatedDisk;
using ringpost::testing::SimulatedReactor;

class FileTest : public ::testing::Test {
 protected:
  void UseFaults(const Faults& faults) {
    shard_.reset();
    reactor_.emplace(ringpost::testing::SimulationOptions{.faults = faults}, disk_);
    shard_.emplace(*reactor_, /*index=*/0, /*seed=*/1);
  }
  void SetUp() override { UseFaults({}); }

  Shard& shard() { return *shard_; }

  SimulatedDisk disk_;
  std::optional<SimulatedReactor> reactor_;
  std::optional<Shard> shard_;
};

Task<absl::Status> WritePieces(Shard& shard, std::string path,
                               std::vector<std::string_view> pieces) {
  absl::StatusOr<File> file = co_await CreateFile(shard, std::move(path), {});
  if (!file.ok()) co_return file.status();
  const absl::Status status = co_await file->Append(pieces, {});
  if (!status.ok()) co_return status;
  if (const absl::Status synced = co_await file->SyncToDisk({}); !synced.ok()) co_return synced;
  co_return co_await file->CloseFile();
}

TEST_F(FileTest, AppendsAllPiecesInOrder) {
  EXPECT_TRUE(RunTask(shard(), WritePieces(shard(), "f", {"a", "", "bc", "def"})).ok());
  EXPECT_EQ(disk_.Content("f"), "abcdef");
}

TEST_F(FileTest, GoesOnAfterShortWrites) {
  UseFaults({.short_write = 1});
  const std::string long_piece(10'000, 'x');
  EXPECT_TRUE(RunTask(shard(), WritePieces(shard(), "f", {"head", long_piece, "tail"})).ok());
  EXPECT_EQ(disk_.Content("f"), "head" + long_piece + "tail");
  EXPECT_GT(reactor_->fault_counts().short_write, 3u);
}

TEST_F(FileTest, CreateFailsWhenThereIsOneAndNamesIt) {
  disk_.PutFile("mail/tmp/x", "mine");
  const absl::Status status = RunTask(shard(), WritePieces(shard(), "mail/tmp/x", {"other"}));
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_NE(status.ToString().find("mail/tmp/x"), std::string::npos) << status;
  EXPECT_EQ(disk_.Content("mail/tmp/x"), "mine");
}

TEST_F(FileTest, AFullDiskIsResourceExhausted) {
  disk_.set_capacity_bytes(100);
  const std::string octets(200, 'x');
  EXPECT_TRUE(absl::IsResourceExhausted(RunTask(shard(), WritePieces(shard(), "f", {octets}))));
}

TEST_F(FileTest, AFileLeftOpenClosesItself) {
  disk_.set_capacity_bytes(1);
  EXPECT_FALSE(RunTask(shard(), WritePieces(shard(), "f", {"too much"})).ok());
  EXPECT_EQ(reactor_->open_descriptor_count(), 0u);
}

TEST_F(FileTest, ReadsWholeFilesUpToALimit) {
  UseFaults({.short_read = 0.5});
  const std::string content(200'000, 'r');
  disk_.PutFile("f", content);
  EXPECT_EQ(*RunTask(shard(), ReadFile(shard(), "f", content.size(), {})), content);
  EXPECT_TRUE(absl::IsResourceExhausted(
      RunTask(shard(), ReadFile(shard(), "f", content.size() - 1, {})).status()));
  EXPECT_TRUE(absl::IsNotFound(RunTask(shard(), ReadFile(shard(), "absent", 10, {})).status()));
  EXPECT_EQ(reactor_->open_descriptor_count(), 0u);
}

TEST_F(FileTest, RenamesAndLinks) {
  disk_.PutFile("a", "1");
  EXPECT_TRUE(RunTask(shard(), RenameFile(shard(), "a", "b", {})).ok());
  EXPECT_TRUE(RunTask(shard(), LinkFile(shard(), "b", "c", {})).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(RunTask(shard(), LinkFile(shard(), "b", "c", {}))));
  EXPECT_TRUE(absl::IsNotFound(RunTask(shard(), RenameFile(shard(), "a", "b", {}))));
  EXPECT_EQ(disk_.Names(""), (std::vector<std::string>{"b", "c"}));
}

TEST_F(FileTest, RemovingWhatIsNotThereIsFine) {
  disk_.PutFile("a", "1");
  EXPECT_TRUE(RunTask(shard(), RemoveFile(shard(), "a", {})).ok());
  EXPECT_FALSE(disk_.Exists("a"));
  EXPECT_TRUE(RunTask(shard(), RemoveFile(shard(), "a", {})).ok());
}

TEST_F(FileTest, RemovingReportsRealFailures) {
  UseFaults({.directory_error = 1});
  disk_.PutFile("a", "1");
  EXPECT_FALSE(RunTask(shard(), RemoveFile(shard(), "a", {})).ok());
}

TEST_F(FileTest, MakesFoldersWithTheirParents) {
  EXPECT_TRUE(RunTask(shard(), MakeDirectories(shard(), "mail/alice/new", {})).ok());
  EXPECT_TRUE(RunTask(shard(), MakeDirectories(shard(), "mail/alice/new", {})).ok());
  EXPECT_TRUE(RunTask(shard(), MakeDirectories(shard(), "mail/alice/tmp", {})).ok());
  EXPECT_EQ(disk_.Names("mail/alice"), (std::vector<std::string>{"new", "tmp"}));
}

TEST_F(FileTest, WhatMakeDirectoriesMadeSurvivesALossOfPower) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedDisk disk;
    SimulatedReactor reactor({.seed = seed}, disk);
    Shard shard(reactor, 0, seed);
    EXPECT_TRUE(RunTask(shard, MakeDirectories(shard, "mail/alice/new", {})).ok());
    reactor.CutPower();
    EXPECT_TRUE(disk.Exists("mail/alice/new")) << seed;
  }
}

TEST_F(FileTest, SyncDirectoryMakesARenameCertain) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedDisk disk;
    disk.PutFile("tmp/a", "1");
    disk.PutDirectory("new");
    SimulatedReactor reactor({.seed = seed}, disk);
    Shard shard(reactor, 0, seed);
    EXPECT_TRUE(RunTask(shard, RenameFile(shard, "tmp/a", "new/a", {})).ok());
    EXPECT_TRUE(RunTask(shard, SyncDirectory(shard, "new", {})).ok());
    reactor.CutPower();
    EXPECT_EQ(disk.Content("new/a"), "1") << seed;
  }
}

TEST_F(FileTest, ADeadlineEndsAWaitForTheDisk) {
  UseFaults({.disk = {.shortest = absl::Seconds(10), .longest = absl::Seconds(10)}});
  const Wait wait = {.deadline = shard().Now() + absl::Seconds(1)};
  EXPECT_TRUE(absl::IsDeadlineExceeded(RunTask(shard(), MakeDirectories(shard(), "folder", wait))));
}

}  // namespace
}  // namespace ringpost::io
