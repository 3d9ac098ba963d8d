#include "ringpost/testing/simulated_disk.h"

#include <cerrno>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace ringpost::testing {
namespace {

using io::OpenMode;
using Names = std::vector<std::string>;

class SimulatedDiskTest : public ::testing::Test {
 protected:
  SimulatedDisk::InodePtr Opened(std::string_view path, OpenMode mode) {
    SimulatedDisk::InodePtr inode;
    EXPECT_EQ(disk_.Open(path, mode, inode), 0) << path;
    return inode;
  }
  int64_t Write(SimulatedDisk::Inode& file, std::string_view octets, uint64_t offset) {
    const iovec piece = {const_cast<char*>(octets.data()), octets.size()};
    return disk_.Write(file, {&piece, 1}, offset);
  }
  SimulatedDisk::InodePtr Written(std::string_view path, std::string_view octets) {
    const SimulatedDisk::InodePtr file = Opened(path, OpenMode::kCreateNew);
    EXPECT_EQ(Write(*file, octets, 0), static_cast<int64_t>(octets.size()));
    return file;
  }
  void SyncFolder(std::string_view path) { disk_.Sync(*Opened(path, OpenMode::kDirectory)); }

  SimulatedDisk disk_;
};

// What a few hundred losses of power make of the same steps: every state that `look` saw.
template <typename Steps, typename Look>
std::set<std::string> StatesAfterPowerLoss(Steps steps, Look look) {
  std::set<std::string> states;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SimulatedDisk disk;
    steps(disk);
    Random random(seed);
    disk.LosePower(random);
    states.insert(look(disk));
  }
  return states;
}

void WriteFile(SimulatedDisk& disk, std::string_view path, std::string_view octets, bool sync) {
  SimulatedDisk::InodePtr file;
  ASSERT_EQ(disk.Open(path, OpenMode::kCreateNew, file), 0);
  const iovec piece = {const_cast<char*>(octets.data()), octets.size()};
  ASSERT_EQ(disk.Write(*file, {&piece, 1}, 0), static_cast<int64_t>(octets.size()));
  if (sync) disk.Sync(*file);
}

void SyncFolderOf(SimulatedDisk& disk, std::string_view path) {
  SimulatedDisk::InodePtr folder;
  ASSERT_EQ(disk.Open(path, OpenMode::kDirectory, folder), 0);
  disk.Sync(*folder);
}

std::string Listing(const SimulatedDisk& disk) {
  std::string text;
  for (const std::string& path : disk.Files()) text += path + "=" + disk.Content(path) + ";";
  return text;
}

// --- A running system
// -------------------------------------------------------------------------------

TEST_F(SimulatedDiskTest, PathsHaveManySpellings) {
  disk_.PutFile("/a/b", "x");
  for (const char* path : {"a/b", "/a/b", "./a//b", "a/./b", "/a/b/"}) {
    EXPECT_TRUE(disk_.Exists(path)) << path;
  }
  EXPECT_FALSE(disk_.Exists("a/c"));
  EXPECT_FALSE(disk_.Exists("a/b/c"));
}

TEST_F(SimulatedDiskTest, WritesLeaveHolesOfZeros) {
  const auto file = Written("f", "abc");
  Write(*file, "z", 5);
  EXPECT_EQ(disk_.Content("f"), std::string("abc\0\0z", 6));
}

TEST_F(SimulatedDiskTest, AFullDiskCutsAndThenRefuses) {
  disk_.set_capacity_bytes(10);
  const auto file = Opened("f", OpenMode::kCreateNew);
  EXPECT_EQ(Write(*file, "12345678", 0), 8);
  EXPECT_EQ(Write(*file, "12345678", 8), 2);
  EXPECT_EQ(Write(*file, "1", 10), -ENOSPC);
  EXPECT_EQ(Write(*file, "over", 0), 4);  // takes no more room
  EXPECT_EQ(disk_.used_bytes(), 10u);
}

TEST_F(SimulatedDiskTest, AnUnlinkedFileGivesItsRoomBackWhenItIsClosed) {
  auto file = Written("f", "1234");
  EXPECT_EQ(disk_.Unlink("f"), 0);
  EXPECT_EQ(disk_.used_bytes(), 4u);
  file = nullptr;
  SyncFolder("");
  EXPECT_EQ(disk_.used_bytes(), 0u);
}

TEST_F(SimulatedDiskTest, RenameKnowsFilesFromFolders) {
  disk_.PutFile("file", "x");
  disk_.PutFile("folder/inside", "y");
  EXPECT_EQ(disk_.Rename("file", "folder"), -EISDIR);
  EXPECT_EQ(disk_.Rename("folder", "file"), -ENOTDIR);
  EXPECT_EQ(disk_.Rename("folder", "folder/below"), -EINVAL);
  EXPECT_EQ(disk_.Rename("file", "file"), 0);
  EXPECT_EQ(disk_.Rename("folder", "other"), 0);
  EXPECT_EQ(disk_.Content("other/inside"), "y");
}

TEST_F(SimulatedDiskTest, ListsFilesAndNames) {
  disk_.PutFile("b/2", "");
  disk_.PutFile("b/1", "");
  disk_.PutFile("a", "");
  EXPECT_EQ(disk_.Files(), (Names{"a", "b/1", "b/2"}));
  EXPECT_EQ(disk_.Files("b"), (Names{"b/1", "b/2"}));
  EXPECT_EQ(disk_.Names(""), (Names{"a", "b"}));
  EXPECT_TRUE(disk_.Names("absent").empty());
}

// --- Loss of power
// ----------------------------------------------------------------------------------

TEST(SimulatedDiskPower, WhatWasPutThereBeforeSurvives) {
  const auto states =
      StatesAfterPowerLoss([](SimulatedDisk& disk) { disk.PutFile("a/b", "old"); }, Listing);
  EXPECT_EQ(states, (std::set<std::string>{"a/b=old;"}));
}

TEST(SimulatedDiskPower, ContentThatWasNotSyncedIsWholeTornOrGone) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        WriteFile(disk, "f", "abc", /*sync=*/false);
        SyncFolderOf(disk, "");
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"f=;", "f=a;", "f=ab;", "f=abc;"}));
}

TEST(SimulatedDiskPower, SyncedContentSurvivesOnlyUnderASyncedName) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) { WriteFile(disk, "f", "abc", /*sync=*/true); }, Listing);
  EXPECT_EQ(states, (std::set<std::string>{"", "f=abc;"}));
}

TEST(SimulatedDiskPower, BothSyncedIsCertain) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        WriteFile(disk, "f", "abc", /*sync=*/true);
        SyncFolderOf(disk, "");
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"f=abc;"}));
}

TEST(SimulatedDiskPower, AFailedSyncIsNeverMadeGood) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        WriteFile(disk, "f", "a", /*sync=*/false);
        SyncFolderOf(disk, "");
        SimulatedDisk::InodePtr file;
        ASSERT_EQ(disk.Open("f", OpenMode::kRead, file), 0);
        SimulatedDisk::Doubt(*file);
        disk.Sync(*file);
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"f=;", "f=a;"}));
}

void PutTwoFolders(SimulatedDisk& disk) {
  disk.PutFile("tmp/m", "mail");
  disk.PutDirectory("new");
}

TEST(SimulatedDiskPower, AnUnsyncedRenameIsSeenOldOrNew) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        PutTwoFolders(disk);
        ASSERT_EQ(disk.Rename("tmp/m", "new/m"), 0);
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"tmp/m=mail;", "new/m=mail;"}));
}

TEST(SimulatedDiskPower, ASyncOfTheOldFolderDoesNotSaveTheNewName) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        PutTwoFolders(disk);
        ASSERT_EQ(disk.Rename("tmp/m", "new/m"), 0);
        SyncFolderOf(disk, "tmp");
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"tmp/m=mail;", "new/m=mail;"}));
}

TEST(SimulatedDiskPower, ASyncOfTheNewFolderSavesTheNewNameAndMayShowTheOld) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        PutTwoFolders(disk);
        ASSERT_EQ(disk.Rename("tmp/m", "new/m"), 0);
        SyncFolderOf(disk, "new");
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"new/m=mail;", "new/m=mail;tmp/m=mail;"}));
}

TEST(SimulatedDiskPower, ARenameOverAFileLeavesOneOfThem) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        disk.PutFile("f", "old");
        WriteFile(disk, "f.new", "new", /*sync=*/true);
        ASSERT_EQ(disk.Rename("f.new", "f"), 0);
      },
      [](const SimulatedDisk& disk) { return disk.Content("f"); });
  EXPECT_EQ(states, (std::set<std::string>{"old", "new"}));
}

TEST(SimulatedDiskPower, AnUnsyncedUnlinkMayComeBack) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        disk.PutFile("f", "x");
        ASSERT_EQ(disk.Unlink("f"), 0);
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"", "f=x;"}));
}

TEST(SimulatedDiskPower, ChangesAreLostOneByOne) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        WriteFile(disk, "a", "", /*sync=*/true);
        WriteFile(disk, "b", "", /*sync=*/true);
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"", "a=;", "b=;", "a=;b=;"}));
}

TEST(SimulatedDiskPower, AFolderThatIsLostTakesItsFilesAlong) {
  const auto states = StatesAfterPowerLoss(
      [](SimulatedDisk& disk) {
        ASSERT_EQ(disk.MakeDirectory("new"), 0);
        WriteFile(disk, "new/m", "x", /*sync=*/true);
        SyncFolderOf(disk, "new");
      },
      Listing);
  EXPECT_EQ(states, (std::set<std::string>{"", "new/m=x;"}));
}

TEST(SimulatedDiskPower, TwoNamesStayOneFile) {
  SimulatedDisk disk;
  disk.PutFile("a", "x");
  ASSERT_EQ(disk.Link("a", "b"), 0);
  SyncFolderOf(disk, "");
  Random random(1);
  disk.LosePower(random);
  SimulatedDisk::InodePtr a, b;
  ASSERT_EQ(disk.Open("a", OpenMode::kRead, a), 0);
  ASSERT_EQ(disk.Open("b", OpenMode::kRead, b), 0);
  EXPECT_EQ(a, b);
  EXPECT_EQ(disk.used_bytes(), 1u);
}

TEST(SimulatedDiskPower, AFileThatWasOpenWritesIntoTheVoid) {
  SimulatedDisk disk;
  disk.PutFile("f", "x");
  SimulatedDisk::InodePtr file;
  ASSERT_EQ(disk.Open("f", OpenMode::kCreateAppend, file), 0);
  Random random(1);
  disk.LosePower(random);
  const iovec piece = {const_cast<char*>("late"), 4};
  disk.Write(*file, {&piece, 1}, 0);
  disk.Sync(*file);
  EXPECT_EQ(disk.Content("f"), "x");
}

TEST(SimulatedDiskPower, TheSameSeedLosesTheSame) {
  const auto after = [](uint64_t seed) {
    SimulatedDisk disk;
    for (int i = 0; i < 20; ++i) WriteFile(disk, std::to_string(i), "0123456789", false);
    Random random(seed);
    disk.LosePower(random);
    return Listing(disk);
  };
  EXPECT_EQ(after(5), after(5));
  EXPECT_NE(after(5), after(6));
}

}  // namespace
}  // namespace ringpost::testing
