#include "ringpost/smtp/reply.h"

#include <gtest/gtest.h>

#include <string>

#include "ringpost/base/ascii.h"

namespace ringpost::smtp {
namespace {

std::string Wire(const Reply& reply, bool with_enhanced_status = true) {
  std::string wire;
  reply.AppendTo(wire, with_enhanced_status);
  return wire;
}

TEST(Reply, WritesCodeStatusAndText) {
  constexpr Reply kReply = Reply::Fixed(250, {2, 1, 5}, "OK");
  EXPECT_EQ(Wire(kReply), "250 2.1.5 OK\r\n");
}

TEST(Reply, LeavesOutTheStatusWhereAsked) {
  EXPECT_EQ(Wire(Reply::Make(250, {2, 1, 5}, "OK"), false), "250 OK\r\n");
}

TEST(Reply, LeavesOutTheStatusWhereThereIsNone) {
  EXPECT_EQ(Wire(Reply::Make(354, {}, "go on")), "354 go on\r\n");
}

TEST(Reply, RepeatsCodeAndStatusOnEachLine) {
  EXPECT_EQ(Wire(Reply::Make(550, {5, 7, 1}, "no\nnever\nnot you")),
            "550-5.7.1 no\r\n550-5.7.1 never\r\n550 5.7.1 not you\r\n");
}

TEST(Reply, KeepsTheSpaceBeforeAnEmptyText) {
  EXPECT_EQ(Wire(Reply::Make(250, {}, "")), "250 \r\n");
}

TEST(Reply, CannotBeMadeToStartAnotherReply) {
  EXPECT_EQ(Wire(Reply::Make(550, {5, 1, 1}, "no mailbox a\r\n250 fine")),
            "550-5.1.1 no mailbox a?\r\n550 5.1.1 250 fine\r\n");
}

TEST(Reply, CutsALineThatIsTooLong) {
  const std::string wire = Wire(Reply::Make(550, {5, 1, 1}, std::string(5000, 'x')));
  EXPECT_EQ(wire.size(), 4 + 6 + kLongestReplyText + 2);
  EXPECT_LE(wire.size(), 512u);
}

TEST(Reply, CutsNoUtf8SequenceInTwo) {
  std::string text(kLongestReplyText - 1, 'x');
  text += "\xc3\xa9";
  EXPECT_EQ(Wire(Reply::Make(250, {}, text)),
            "250 " + text.substr(0, kLongestReplyText - 1) + "\r\n");
}

TEST(Reply, CleansControlCharacters) {
  EXPECT_EQ(CleanReplyText("a\rb\tc\x7f"
                           "d\x01"),
            "a?b?c?d?");
  EXPECT_EQ(CleanReplyText(std::string_view("\0", 1)), "?");
}

TEST(Reply, KeepsLineFeedsAsLines) { EXPECT_EQ(CleanReplyText("a\nb"), "a\nb"); }

TEST(Reply, KeepsValidUtf8) {
  EXPECT_EQ(CleanReplyText("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST(Reply, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(CleanReplyText("a\xc3"), "a?");
  EXPECT_EQ(CleanReplyText("\xc0\xaf"), "??");       // an overlong slash
  EXPECT_EQ(CleanReplyText("\xed\xa0\x80"), "???");  // a surrogate
}

TEST(Reply, CleansNothingOfAFixedText) {
  constexpr Reply kReply = Reply::Fixed(250, {2, 0, 0}, "OK");
  EXPECT_EQ(kReply.text(), "OK");
}

TEST(Reply, ACopyOwnsItsText) {
  Reply copy = Reply::Make(250, {}, "x");
  {
    const Reply original = Reply::Make(250, {}, std::string(100, 'y'));
    copy = original;
  }
  EXPECT_EQ(copy.text(), std::string(100, 'y'));
}

TEST(Reply, KnowsItsClass) {
  EXPECT_TRUE(Reply::Make(250, {}, "").is_positive());
  EXPECT_TRUE(Reply::Make(354, {}, "").is_positive());
  EXPECT_TRUE(Reply::Make(451, {}, "").is_temporary_failure());
  EXPECT_TRUE(Reply::Make(554, {}, "").is_permanent_failure());
  EXPECT_FALSE(Reply::Make(451, {}, "").is_positive());
}

TEST(Reply, BecomesTemporary) {
  const Reply reply = Reply::Make(550, {5, 7, 1}, "no").AsTemporary();
  EXPECT_EQ(Wire(reply), "451 4.7.1 no\r\n");
}

TEST(Reply, StaysTemporary) {
  EXPECT_EQ(Wire(Reply::Make(452, {4, 2, 2}, "full").AsTemporary()), "452 4.2.2 full\r\n");
}

TEST(ReplyDeathTest, RefusesACodeThatIsNone) {
  EXPECT_DEATH(Reply::Make(199, {}, ""), "not a reply code");
  EXPECT_DEATH(Reply::Make(560, {}, ""), "not a reply code");
}

TEST(ReplyDeathTest, RefusesAStatusOfAnotherClass) {
  EXPECT_DEATH(Reply::Make(550, {4, 0, 0}, ""), "status class");
}

}  // namespace
}  // namespace ringpost::smtp
