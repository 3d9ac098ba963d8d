#include "dialog.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::dialogs {
namespace {

Dialog Parsed(std::string_view text) {
  const auto result = ParseDialog(text);
  if (const auto* error = std::get_if<DialogError>(&result)) {
    ADD_FAILURE() << error->line_number << ": " << error->message;
    return {};
  }
  return std::get<Dialog>(result);
}

// "LINE: message" of what is wrong with it.
std::string ErrorOf(std::string_view text) {
  const auto result = ParseDialog(text);
  if (std::holds_alternative<Dialog>(result)) return "";
  const auto& error = std::get<DialogError>(result);
  return std::to_string(error.line_number) + ": " + error.message;
}

TEST(Dialog, HasATitleAndSteps) {
  const Dialog dialog = Parsed("# Greets\n\nS: 220 *\nC: QUIT\nS-end: quit\n");
  EXPECT_EQ(dialog.title, "Greets");
  ASSERT_EQ(dialog.steps.size(), 3u);
  EXPECT_EQ(dialog.steps[0].kind, Step::Kind::kExpect);
  EXPECT_EQ(dialog.steps[1].text, "QUIT\r\n");
  EXPECT_EQ(dialog.steps[2].text, "quit");
  EXPECT_EQ(dialog.steps[2].line_number, 5);
}

TEST(Dialog, SendsRawOctets) {
  EXPECT_EQ(Parsed("C-raw: a\\r\\n\\x00\\\\\\xff").steps[0].text, std::string("a\r\n\0\\\xff", 6));
}

TEST(Dialog, RepeatsTextAndLines) {
  EXPECT_EQ(Parsed("C: \\{3*ab}").steps[0].text, "ababab\r\n");
  EXPECT_EQ(Parsed("S*3: 250 *").steps.size(), 3u);
}

TEST(Dialog, KeepsBlanksBehindTheFirst) {
  EXPECT_EQ(Parsed("C:  x").steps[0].text, " x\r\n");
  EXPECT_EQ(Parsed("C:x").steps[0].text, "x\r\n");
  EXPECT_EQ(Parsed("C:").steps[0].text, "\r\n");
}

TEST(Dialog, HasOptionsAndRefusals) {
  const Dialog dialog = Parsed(
      "only: pure\noption: limits.errors 3\nrefuse: recipient a@b 550 5.1.1 no such user\n"
      "refuse: body 10 554 no\nrefuse: sender 450 later\nC: x\n");
  EXPECT_TRUE(dialog.is_pure_only);
  EXPECT_EQ(dialog.options[0].name, "limits.errors");
  EXPECT_EQ(dialog.options[0].value, "3");
  EXPECT_EQ(dialog.refusals[0].subject, "a@b");
  EXPECT_EQ(dialog.refusals[0].code, 550);
  EXPECT_EQ(dialog.refusals[0].status, "5.1.1");
  EXPECT_EQ(dialog.refusals[0].text, "no such user");
  EXPECT_EQ(dialog.refusals[1].after_octets, 10u);
  EXPECT_EQ(dialog.refusals[1].text, "no");
  EXPECT_EQ(dialog.refusals[2].stage, Refusal::Stage::kSender);
}

TEST(Dialog, HasHandshakesMechanismsAndUsers) {
  const Dialog dialog = Parsed(
      "mechanisms-over-tls: PLAIN LOGIN\nuser: joe two words\nrefuse: starttls 454 no\n"
      "C: STARTTLS\nC-tls:\n");
  EXPECT_EQ(dialog.mechanisms, "");
  EXPECT_EQ(dialog.mechanisms_over_tls, "PLAIN LOGIN");
  ASSERT_EQ(dialog.users.size(), 1u);
  EXPECT_EQ(dialog.users[0].name, "joe");
  EXPECT_EQ(dialog.users[0].password, "two words");
  EXPECT_EQ(dialog.refusals[0].stage, Refusal::Stage::kStartTls);
  EXPECT_EQ(dialog.steps[1].kind, Step::Kind::kHandshake);
  EXPECT_FALSE(dialog.starts_with_handshake());
}

TEST(Dialog, TellsWhatAServerNeedsToPlayIt) {
  EXPECT_TRUE(Parsed("C-tls:\nC: x").needs_tls());
  EXPECT_TRUE(Parsed("C-tls:\nC: x").starts_with_handshake());
  EXPECT_TRUE(Parsed("option: listener.tls starttls\nC: x").needs_tls());
  EXPECT_FALSE(Parsed("C: STARTTLS").needs_tls());
  EXPECT_TRUE(Parsed("mechanisms: PLAIN\nC: x").needs_authentication());
  EXPECT_TRUE(Parsed("mechanisms-over-tls: PLAIN\nC: x").needs_authentication());
  EXPECT_FALSE(Parsed("C: AUTH PLAIN").needs_authentication());
}

TEST(Dialog, HasMessagesAndAborts) {
  const Dialog dialog =
      Parsed("C: x\nMail: <> <a@b> <c@d>\nBody: one\nBody:\nBody-raw: two\nAbort: too-big\n");
  EXPECT_EQ(dialog.messages, (std::vector<Message>{{"", {"a@b", "c@d"}, "one\r\n\r\ntwo"}}));
  EXPECT_EQ(dialog.aborts, std::vector<std::string>{"too-big"});
}

TEST(Dialog, TellsWhereItIsMalformed) {
  EXPECT_EQ(ErrorOf("C: x\nwhat\n"), "2: neither `NAME: text` nor a # comment");
  EXPECT_NE(ErrorOf("X: y\nC: x"), "");
  EXPECT_NE(ErrorOf("C: x\noption: a b"), "");
  EXPECT_NE(ErrorOf("C: \\q"), "");
  EXPECT_NE(ErrorOf("C: \\xzz"), "");
  EXPECT_NE(ErrorOf("C: \\{3*ab"), "");
  EXPECT_NE(ErrorOf("C: x\nBody: x"), "");
  EXPECT_NE(ErrorOf("refuse: nothing 550 x\nC: x"), "");
  EXPECT_NE(ErrorOf("# nothing\n"), "");
}

TEST(Matches, StarsStandForAnything) {
  EXPECT_TRUE(Matches("250 OK", "250 OK"));
  EXPECT_TRUE(Matches("250 *", "250 OK"));
  EXPECT_TRUE(Matches("250 *", "250 "));
  EXPECT_TRUE(Matches("250-*SIZE*", "250-SIZE 10"));
  EXPECT_TRUE(Matches("*", ""));
  EXPECT_FALSE(Matches("250 *", "250-OK"));
  EXPECT_FALSE(Matches("250 OK", "250 OK "));
  EXPECT_FALSE(Matches("*x", "xy"));
}

}  // namespace
}  // namespace ringpost::dialogs
