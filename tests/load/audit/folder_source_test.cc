#include "load/audit/folder_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "found_messages.h"
#include "ringpost/base/text.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class FolderSourceTest : public ::testing::Test {
 protected:
  void Message(std::string_view path, uint64_t number, std::string_view content = "hi\n") {
    folder_.Write(path, Concat(FormatIdLine({.run = 1, .number = number}), content));
  }
  absl::Status Read(FolderSource::Layout layout) {
    return FolderSource(folder_.path(), layout).Read(found_);
  }
  // Of each message, its mailbox below the folder and its number.
  std::vector<std::string> Found() const {
    std::vector<std::string> found;
    for (const FoundMessage& message : found_.messages) {
      const std::string mailbox =
          std::filesystem::relative(found_.mailboxes[message.mailbox], folder_.path());
      found.push_back(Concat(mailbox, ' ', message.id.has_value() ? message.id->number : 0));
    }
    return found;
  }

  TemporaryFolder folder_;
  FoundMessages found_;
};

TEST_F(FolderSourceTest, ReadsNewAndCurOfEveryMaildir) {
  Message("a@x/new/1", 1);
  Message("a@x/cur/2:2,S", 2);
  Message("a@x/tmp/3", 3);
  Message("x/deeper/b/new/4", 4);
  Message("x/loose-file", 5);
  ASSERT_TRUE(Read(FolderSource::Layout::kMaildirs).ok());
  EXPECT_THAT(Found(), ElementsAre("a@x 1", "a@x 2", "x/deeper/b 4"));
}

TEST_F(FolderSourceTest, ReadsFoldersOfAMaildir) {
  Message("new/1", 1);
  Message(".lists/new/2", 2);
  Message(".lists/cur/3", 3);
  ASSERT_TRUE(Read(FolderSource::Layout::kMaildirs).ok());
  EXPECT_THAT(Found(), UnorderedElementsAre(". 1", ".lists 2", ".lists 3"));
}

TEST_F(FolderSourceTest, SaysThatThereIsNoMaildir) {
  Message("somewhere/1", 1);
  EXPECT_EQ(Read(FolderSource::Layout::kMaildirs).code(), absl::StatusCode::kNotFound);
  std::filesystem::remove_all(folder_.path());
  EXPECT_FALSE(Read(FolderSource::Layout::kMaildirs).ok());
}

TEST_F(FolderSourceTest, ReadsEveryFileOfAPlainFolder) {
  Message("1.eml", 1);
  Message("below/2.eml", 2);
  Message("below/further/3.eml", 3);
  ASSERT_TRUE(Read(FolderSource::Layout::kFiles).ok());
  EXPECT_THAT(Found(), UnorderedElementsAre(". 1", "below 2", "below/further 3"));
}

TEST_F(FolderSourceTest, FollowsNoLinks) {
  Message("new/1", 1);
  Message("elsewhere/2", 2);
  std::filesystem::create_symlink(folder_.Path("elsewhere/2"), folder_.Path("new/2"));
  std::filesystem::create_directory_symlink(folder_.path(), folder_.Path("circle"));
  ASSERT_TRUE(Read(FolderSource::Layout::kMaildirs).ok());
  EXPECT_THAT(Found(), ElementsAre(". 1"));
}

TEST_F(FolderSourceTest, ReadsMessagesLongerThanItsBuffer) {
  std::string content;
  while (content.size() < 1'000'000) Append(content, content.size(), '\n');
  Message("new/1", 1, content);
  ASSERT_TRUE(Read(FolderSource::Layout::kMaildirs).ok());
  ASSERT_EQ(found_.messages.size(), 1u);
  EXPECT_THAT(found_.messages[0].readings, ElementsAre(ContentOf(content)));
  EXPECT_EQ(found_.messages[0].place, folder_.Path("new/1"));
}

}  // namespace
}  // namespace ringpost::load
