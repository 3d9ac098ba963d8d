#include "ringpost/filter/message_completion.h"

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::filter {
namespace {

class MessageCompletionTest : public hooks::HookTest {
 protected:
  MessageCompletionTest()
      : HookTest({.wall_start = absl::FromCivil(absl::CivilSecond(2026, 11, 23, 17, 30, 5),
                                                absl::UTCTimeZone())}) {
    session_.id = "01ABC";
    session_.is_submission = true;
  }

  // `header` as it goes to the store.
  std::string Complete(std::string_view header) {
    const auto message = filter_.NewMessage(context_, envelope_);
    if (message == nullptr) return "(not looked at)";
    std::vector<hooks::HeaderField> fields;
    message::SplitHeader(header, fields);
    hooks::HeaderEdits edits;
    const hooks::Verdict verdict =
        testing::RunTask(shard_, message->OnHeader(context_, fields, edits));
    EXPECT_FALSE(verdict.is_decisive());
    return message::ApplyHeaderEdits(header, edits).value();
  }

  smtp::Envelope envelope_{std::pmr::get_default_resource()};
  MessageCompletionFilter filter_{"mx.example.org"};
};

TEST_F(MessageCompletionTest, AddsWhatIsMissing) {
  EXPECT_EQ(Complete("From: a@example.org\r\nSubject: x\r\n\r\n"),
            "From: a@example.org\r\nSubject: x\r\n"
            "Date: Mon, 23 Nov 2026 17:30:05 +0000\r\n"
            "Message-ID: <01ABC.1@mx.example.org>\r\n\r\n");
}

TEST_F(MessageCompletionTest, LeavesWhatIsThere) {
  constexpr std::string_view kHeader =
      "MESSAGE-ID: whatever\r\ndate : long ago\r\nDate: twice\r\n\r\n";
  EXPECT_EQ(Complete(kHeader), kHeader);
  EXPECT_EQ(Complete("Date: x\r\n\r\n"), "Date: x\r\nMessage-ID: <01ABC.1@mx.example.org>\r\n\r\n");
  EXPECT_EQ(Complete("Message-ID: <x@y>\r\n\r\n"),
            "Message-ID: <x@y>\r\nDate: Mon, 23 Nov 2026 17:30:05 +0000\r\n\r\n");
}

TEST_F(MessageCompletionTest, FieldsOfAnEarlierSendingAreOthers) {
  const std::string completed = Complete("Resent-Date: x\r\nResent-Message-ID: <x@y>\r\n\r\n");
  EXPECT_NE(completed.find("\r\nDate: "), completed.npos);
  EXPECT_NE(completed.find("\r\nMessage-ID: "), completed.npos);
}

TEST_F(MessageCompletionTest, AMessageWithoutHeaderGetsOne) {
  EXPECT_EQ(Complete(""),
            "Date: Mon, 23 Nov 2026 17:30:05 +0000\r\n"
            "Message-ID: <01ABC.1@mx.example.org>\r\n\r\n");
}

TEST_F(MessageCompletionTest, NoIdentifierIsGivenTwice) {
  const std::string first = Complete("Subject: x\r\n\r\n");
  EXPECT_NE(first, Complete("Subject: x\r\n\r\n"));
}

TEST_F(MessageCompletionTest, MailInTransitStaysAsItIs) {
  session_.is_submission = false;
  EXPECT_EQ(Complete("Subject: x\r\n\r\n"), "(not looked at)");
}

}  // namespace
}  // namespace ringpost::filter
