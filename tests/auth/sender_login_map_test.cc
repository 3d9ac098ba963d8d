#include "ringpost/auth/sender_login_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <variant>

#include "../hooks/hook_fixture.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

using ::testing::HasSubstr;
using testing::RunTask;

smtp::Mailbox MailboxOf(std::string_view text) {
  return std::get<smtp::Mailbox>(smtp::ParseMailbox(text, {.allow_utf8 = true}));
}

SenderLoginMap MapOf(std::string_view text) {
  absl::StatusOr<SenderLoginMap> map =
      SenderLoginMap::Parse(text, "senders", {.domains = {"example.org", "example.net"}});
  EXPECT_TRUE(map.ok()) << map.status();
  return map.ok() ? *std::move(map) : SenderLoginMap({});
}

std::string ErrorOf(std::string_view text) {
  return std::string(SenderLoginMap::Parse(text, "senders", {}).status().message());
}

bool MaySend(const SenderLoginMap& map, std::string_view identity, std::string_view sender) {
  return map.MaySend(identity, MailboxOf(sender));
}

TEST(SenderLoginMap, EachMaySendAsItsOwnAddress) {
  const SenderLoginMap map = MapOf("");
  EXPECT_TRUE(MaySend(map, "alice@example.org", "alice@example.org"));
  EXPECT_TRUE(MaySend(map, "alice@example.org", "Alice@EXAMPLE.org"));
  EXPECT_TRUE(MaySend(map, "alice@example.org", "alice+shop@example.org"));
  EXPECT_TRUE(MaySend(map, "alice@elsewhere.example", "alice@elsewhere.example"));
  EXPECT_TRUE(MaySend(map, "alice", "alice@example.org"));
  EXPECT_TRUE(MaySend(map, "alice", "\"alice\"@example.net"));
}

TEST(SenderLoginMap, AndAsNoOther) {
  const SenderLoginMap map = MapOf("");
  EXPECT_FALSE(MaySend(map, "alice@example.org", "bob@example.org"));
  EXPECT_FALSE(MaySend(map, "alice@example.org", "alice@example.net"));
  EXPECT_FALSE(MaySend(map, "alice", "alice@elsewhere.example"));
  EXPECT_FALSE(MaySend(map, "alice", "alice2@example.org"));
  EXPECT_FALSE(MaySend(map, "alice+shop", "alice@example.org"));
  EXPECT_FALSE(MaySend(map, "@example.org", "alice@example.org"));
  EXPECT_FALSE(MaySend(map, "", "alice@example.org"));
}

TEST(SenderLoginMap, AFileNamesOthers) {
  const SenderLoginMap map = MapOf(
      "# who may send as whom\n"
      "sales@example.org: alice, bob@example.org,\n"
      "  carol\n"
      "@lists.example: archive\n"
      "noreply@example.org: *\n");
  for (const std::string_view identity : {"alice", "bob@example.org", "carol"}) {
    EXPECT_TRUE(MaySend(map, identity, "Sales@example.org")) << identity;
    EXPECT_TRUE(MaySend(map, identity, "sales+spring@example.org")) << identity;
    EXPECT_TRUE(MaySend(map, identity, "noreply@example.org")) << identity;
    EXPECT_FALSE(MaySend(map, identity, "any@lists.example")) << identity;
  }
  EXPECT_TRUE(MaySend(map, "archive", "any@lists.example"));
  EXPECT_FALSE(MaySend(map, "dave", "sales@example.org"));
  EXPECT_FALSE(MaySend(map, "bob", "sales@example.org"));
  EXPECT_FALSE(MaySend(map, "Alice", "sales@example.org")) << "identities are letter by letter";
  EXPECT_FALSE(MaySend(map, "archive", "any@sub.lists.example"));
}

TEST(SenderLoginMap, TheMostSpecificLineCountsAlone) {
  const SenderLoginMap map = MapOf(
      "@example.org: gateway\n"
      "boss@example.org: assistant\n"
      "boss+secret@example.org:\n");
  EXPECT_TRUE(MaySend(map, "gateway", "someone@example.org"));
  EXPECT_FALSE(MaySend(map, "gateway", "boss@example.org"));
  EXPECT_TRUE(MaySend(map, "assistant", "boss@example.org"));
  EXPECT_TRUE(MaySend(map, "assistant", "boss+other@example.org"));
  EXPECT_FALSE(MaySend(map, "assistant", "boss+secret@example.org"));
}

TEST(SenderLoginMap, NamesTheLineThatIsWrong) {
  EXPECT_EQ(ErrorOf("\nalice@example.org alice\n"),
            "senders:2: expected \"sender: identity, ...\"");
  EXPECT_EQ(ErrorOf("alice: alice\n"), "senders:1: \"alice\" is none of name@domain, @domain");
  EXPECT_EQ(ErrorOf("@not a domain: x\n"),
            "senders:1: \"@not a domain\" is none of name@domain, @domain");
  EXPECT_EQ(ErrorOf("@: x\n"), "senders:1: \"@\" is none of name@domain, @domain");
  EXPECT_EQ(ErrorOf("  x\n"), "senders:1: continues nothing");
  EXPECT_EQ(ErrorOf("a@b.example: x\nA@B.example: y\n"),
            "senders:2: there is a line for A@B.example already");
  EXPECT_EQ(ErrorOf("a@b.example: \x01\n"), "senders:1: an identity cannot have this name");
}

class SenderLoginPolicyTest : public hooks::HookTest {
 protected:
  SenderLoginPolicyTest() {
    session_.authentication = "root";
    session_.authorization = "alice";
    session_.is_submission = true;
  }

  // The reply's code, 0 when it lets the sender pass. `sender` "" is the null one.
  int ReplyTo(std::string_view sender) {
    SenderLoginPolicy policy(std::make_shared<SenderLoginMap>(MapOf("")), allows_null_sender_);
    smtp::Envelope envelope(std::pmr::get_default_resource());
    if (!sender.empty()) envelope.sender.mailbox = MailboxOf(sender);
    const hooks::Verdict verdict = RunTask(shard_, policy.OnSender(context_, envelope));
    if (!verdict.is_refusal()) return 0;
    last_status_ = verdict.reply()->enhanced_status();
    return verdict.reply()->code();
  }

  bool allows_null_sender_ = true;
  smtp::EnhancedStatus last_status_;
};

TEST_F(SenderLoginPolicyTest, GoesByWhomTheUserActsAs) {
  EXPECT_EQ(ReplyTo("alice@example.org"), 0);
  EXPECT_EQ(ReplyTo("root@example.org"), 553);
  EXPECT_EQ(last_status_, (smtp::EnhancedStatus{5, 7, 1}));
}

TEST_F(SenderLoginPolicyTest, ASubmissionListenerWantsALogin) {
  session_.authentication = session_.authorization = "";
  EXPECT_EQ(ReplyTo("alice@example.org"), 530);
  EXPECT_EQ(last_status_, (smtp::EnhancedStatus{5, 7, 0}));
  EXPECT_EQ(ReplyTo(""), 530);
}

TEST_F(SenderLoginPolicyTest, WhoLoggedInElsewhereIsHeldToItToo) {
  session_.is_submission = false;
  EXPECT_EQ(ReplyTo("alice@example.org"), 0);
  EXPECT_EQ(ReplyTo("bob@example.org"), 553);
}

TEST_F(SenderLoginPolicyTest, MailFromElsewhereIsNotItsBusiness) {
  session_.is_submission = false;
  session_.authentication = session_.authorization = "";
  EXPECT_EQ(ReplyTo("alice@example.org"), 0);
  EXPECT_EQ(ReplyTo(""), 0);
}

TEST_F(SenderLoginPolicyTest, TheNullSenderIsAMatterOfTaste) {
  EXPECT_EQ(ReplyTo(""), 0);
  allows_null_sender_ = false;
  EXPECT_EQ(ReplyTo(""), 553);
}

}  // namespace
}  // namespace ringpost::auth
