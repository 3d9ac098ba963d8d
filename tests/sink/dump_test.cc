#include "sink/dump.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/io/file.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::sink {
namespace {

using testing::RunTask;

TEST(DumpTarget, IsAKindAndAPath) {
  EXPECT_EQ(ParseDumpTarget("maildir:/a:b")->path, "/a:b");
  EXPECT_EQ(ParseDumpTarget("mbox:x")->kind, DumpTarget::Kind::kMbox);
  for (const std::string_view wrong : {"", "mbox", "mbox:", "maildir", "folder:x"}) {
    EXPECT_FALSE(ParseDumpTarget(wrong).ok()) << wrong;
  }
}

TEST(MboxEntry, QuotesWhatLooksLikeItsStart) {
  const absl::Time when = absl::FromUnixSeconds(1'000'000'000);
  EXPECT_EQ(
      internal::MboxEntry("s@a.test", when,
                          "Subject: x\r\n\r\nFrom a\r\n>From b\r\n>>From c\r\nFrom\r\n> From\r\n"
                          "bare\nFrom d\r\n"),
      "From s@a.test Sun Sep  9 01:46:40 2001\n"
      "Subject: x\n\n>From a\n>>From b\n>>>From c\nFrom\n> From\nbare\n>From d\n\n");
  EXPECT_EQ(internal::MboxEntry("", when, "no end"),
            "From MAILER-DAEMON Sun Sep  9 01:46:40 2001\nno end\n\n");
}

class DumpTest : public ::testing::Test {
 protected:
  DumpTest() : reactor_({.seed = 1}, disk_), shard_(reactor_, 0, 1), envelope_(&arena_) {
    envelope_.sender.mailbox = smtp::Mailbox{"s", "a.test"};
    envelope_.recipients.push_back({.mailbox = {"r", "b.test"}, .parameters = {}});
    envelope_.recipients.push_back({.mailbox = {"q", "b.test"}, .parameters = {}});
  }

  absl::Status Add(Dump& dump, std::string_view message) {
    return RunTask(shard_, dump.Add(envelope_, message, {}));
  }
  std::string Read(const std::string& path) {
    return RunTask(shard_, io::ReadFile(shard_, path, 1 << 20, {})).value_or("");
  }

  Arena arena_;
  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  smtp::Envelope envelope_;
};

TEST_F(DumpTest, AppendsToAnMbox) {
  const auto dump = OpenDump(shard_, {DumpTarget::Kind::kMbox, "box"}, /*with_envelope=*/true);
  EXPECT_TRUE(Add(*dump, "one\r\n").ok());
  EXPECT_TRUE(Add(*dump, "two\r\n").ok());
  const std::string fields =
      "Return-Path: <s@a.test>\nDelivered-To: r@b.test\nDelivered-To: q@b.test\n";
  const std::string text = Read("box");
  const std::string first_line = text.substr(0, text.find('\n') + 1);
  EXPECT_EQ(text, first_line + fields + "one\n\n" + first_line + fields + "two\n\n");
}

TEST_F(DumpTest, SaysWhenThereIsNoRoom) {
  const auto dump = OpenDump(shard_, {DumpTarget::Kind::kMbox, "box"}, /*with_envelope=*/false);
  disk_.set_capacity_bytes(20);
  EXPECT_TRUE(absl::IsResourceExhausted(Add(*dump, "more than that\r\n")));
}

}  // namespace
}  // namespace ringpost::sink
