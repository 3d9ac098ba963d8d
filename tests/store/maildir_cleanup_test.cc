#include "ringpost/store/maildir_cleanup.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store_fixture.h"

namespace ringpost::store {
namespace {

namespace fs = std::filesystem;

class MaildirCleanupTest : public StoreTest {
 protected:
  void MakeMaildir(std::string_view path) {
    for (const char* name : {"cur", "new", "tmp"}) fs::create_directories(folder_ / path / name);
  }
  void MakeFile(std::string_view path, absl::Duration age) {
    std::ofstream(folder_ / path) << "x";
    const timespec written = absl::ToTimespec(now_ - age);
    const timespec times[] = {written, written};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder_ / path).c_str(), times, 0), 0);
  }
  size_t Remove(size_t depth) {
    return RemoveStaleTemporaries(folder_, depth, now_ - kStaleTemporaryAge);
  }

  const absl::Time now_ = absl::Now();
};

TEST_F(MaildirCleanupTest, RemovesOnlyOldFilesOnlyInTmp) {
  MakeMaildir("a/jane");
  MakeFile("a/jane/tmp/old", absl::Hours(37));
  MakeFile("a/jane/tmp/young", absl::Hours(35));
  MakeFile("a/jane/new/old", absl::Hours(1000));
  MakeFile("a/jane/cur/old", absl::Hours(1000));
  EXPECT_EQ(Remove(2), 1u);
  EXPECT_EQ(Files(),
            (std::vector<std::string>{"a/jane/cur/old", "a/jane/new/old", "a/jane/tmp/young"}));
}

TEST_F(MaildirCleanupTest, SearchesAsDeepAsItIsTold) {
  MakeMaildir("a/jane/.lists");
  MakeFile("a/jane/.lists/tmp/old", absl::Hours(37));
  EXPECT_EQ(Remove(2), 0u);
  EXPECT_EQ(Remove(3), 1u);
}

TEST_F(MaildirCleanupTest, TouchesNoFolderThatIsNoMaildir) {
  fs::create_directories(folder_ / "project/tmp");
  MakeFile("project/tmp/old", absl::Hours(1000));
  EXPECT_EQ(Remove(3), 0u);
}

TEST_F(MaildirCleanupTest, FollowsNoLinks) {
  MakeMaildir("outside/jane");
  MakeFile("outside/jane/tmp/old", absl::Hours(37));
  fs::create_directories(folder_ / "mail");
  fs::create_directory_symlink(folder_ / "outside", folder_ / "mail/link");
  EXPECT_EQ(RemoveStaleTemporaries(folder_ / "mail", 5, now_), 0u);
}

TEST_F(MaildirCleanupTest, PassesOverWhatIsNotThere) {
  EXPECT_EQ(RemoveStaleTemporaries(folder_ / "missing", 5, now_), 0u);
}

}  // namespace
}  // namespace ringpost::store
