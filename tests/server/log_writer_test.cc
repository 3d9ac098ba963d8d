#include "ringpost/server/log_writer.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class LogWriterTest : public ::testing::Test {
 protected:
  LogWriterTest()
      : folder_(Concat(::testing::TempDir(), "/log_writer_test.", ::getpid())),
        reactor_(*io::CreateUringReactor({})),
        shard_(*reactor_, 0, 1) {
    std::filesystem::create_directories(folder_);
  }
  ~LogWriterTest() override {
    End();
    std::filesystem::remove_all(folder_);
  }

  std::string Path(std::string_view name = "mail.log") const { return Concat(folder_, "/", name); }
  static std::string Content(const std::string& path) {
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
  }

  std::shared_ptr<LogWriter> Start(const std::string& path) {
    const ScopedRunQueue scoped(shard_.run_queue());
    return LogWriter::Start(shard_, {.path = path});
  }
  // False when it is lost.
  static bool Write(LogWriter& writer, std::string_view line) {
    std::string* const lines = writer.NewLine();
    if (lines == nullptr) return false;
    Append(*lines, line, "\n");
    writer.EndLine();
    return true;
  }
  template <typename Condition>
  void TurnUntil(Condition holds) {
    while (!holds()) shard_.Turn(shard_.Now() + absl::Milliseconds(5));
  }
  // As a shard ends.
  void End() {
    shard_.scope().RequestCancel();
    TurnUntil([this] { return shard_.scope().live_count() == 0; });
  }

  const std::string folder_;
  const std::unique_ptr<io::Reactor> reactor_;
  io::Shard shard_;
};

TEST_F(LogWriterTest, WritesLinesWithoutBeingAsked) {
  const auto writer = Start(Path());
  Write(*writer, "one");
  Write(*writer, "two");
  TurnUntil([&] { return !Content(Path()).empty(); });
  EXPECT_EQ(Content(Path()), "one\ntwo\n");
}

TEST_F(LogWriterTest, AppendsToAFileThatIsThere) {
  std::ofstream(Path()) << "before\n";
  const auto writer = Start(Path());
  Write(*writer, "after");
  End();
  EXPECT_EQ(Content(Path()), "before\nafter\n");
}

TEST_F(LogWriterTest, WritesWhatIsLeftWhenTheShardEnds) {
  const auto writer = Start(Path());
  for (int i = 0; i < 1000; ++i) Write(*writer, Concat("line ", i));
  End();
  EXPECT_THAT(Content(Path()), EndsWith("line 998\nline 999\n"));
  EXPECT_FALSE(Write(*writer, "too late"));
}

TEST_F(LogWriterTest, OpensItsPathAnewWhenTheFileWasMovedAway) {
  const auto writer = Start(Path());
  Write(*writer, "old");
  TurnUntil([&] { return !Content(Path()).empty(); });
  std::filesystem::rename(Path(), Path("mail.log.1"));
  writer->Reopen();
  Write(*writer, "new");
  End();
  EXPECT_EQ(Content(Path("mail.log.1")), "old\n");
  EXPECT_EQ(Content(Path()), "new\n");
}

TEST_F(LogWriterTest, DropsWhatDoesNotFitAndTellsHowMuch) {
  const auto writer = Start(Path());
  const std::string line(1023, 'x');
  uint64_t lost_count = 0;
  for (size_t i = 0; i < 2 * LogWriter::kMostOctets / 1024; ++i) {
    if (!Write(*writer, line)) ++lost_count;
  }
  EXPECT_EQ(lost_count, LogWriter::kMostOctets / 1024);
  EXPECT_EQ(writer->lost_count(), lost_count);
  End();
  const std::string content = Content(Path());
  EXPECT_THAT(content, HasSubstr(Concat(" event=log_lost lines=", lost_count, "\n")));
  EXPECT_EQ(std::filesystem::file_size(Path()), content.size());
}

TEST_F(LogWriterTest, CountsWhatCouldNotBeWrittenAndTellsLater) {
  const auto writer = Start(Path("missing/mail.log"));
  Write(*writer, "lost");
  Write(*writer, "lost");
  TurnUntil([&] { return writer->lost_count() == 2; });
  std::filesystem::create_directories(Path("missing"));
  Write(*writer, "found");
  End();
  const std::string content = Content(Path("missing/mail.log"));
  EXPECT_TRUE(content.starts_with("found\n")) << content;
  EXPECT_THAT(content, HasSubstr("event=log_lost lines=2\n"));
}

// A disk that has no room, and comes back.
TEST(LogWriterOnAFullDisk, KeepsLinesApartAndTellsWhatIsMissing) {
  testing::SimulatedDisk disk;
  disk.set_capacity_bytes(10);
  testing::SimulatedReactor reactor({}, disk);
  io::Shard shard(reactor, 0, 1);
  std::shared_ptr<LogWriter> writer;
  {
    const ScopedRunQueue scoped(shard.run_queue());
    writer = LogWriter::Start(shard, {.path = "mail.log"});
  }
  const auto write = [&](std::string_view line) {
    writer->NewLine()->append(line);
    writer->EndLine();
  };
  write("0123456\n");
  write("abcdef\n");
  while (writer->lost_count() == 0) shard.Turn(shard.Now() + absl::Milliseconds(5));
  EXPECT_EQ(disk.Content("mail.log"), "0123456\nab");

  disk.set_capacity_bytes(1000);
  write("later\n");
  shard.scope().RequestCancel();
  while (shard.scope().live_count() > 0) shard.Turn(shard.Now() + absl::Milliseconds(5));
  const std::string content = disk.Content("mail.log");
  EXPECT_TRUE(content.starts_with("0123456\nab\nlater\ntime=")) << content;
  EXPECT_THAT(content, EndsWith(" event=log_lost lines=1\n"));
}

}  // namespace
}  // namespace ringpost::server
