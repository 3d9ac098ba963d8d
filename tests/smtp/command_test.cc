#include "ringpost/smtp/command.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::smtp {
namespace {

constexpr CommandRules kRules{.parameters = {true, true, true, true, true},
                              .allow_utf8_path = true,
                              .allow_space_before_path = true};
constexpr CommandRules kStrict{.parameters = {true, true, true, true, true},
                               .allow_utf8_path = true,
                               .allow_space_before_path = false};

class CommandTest : public ::testing::Test {
 protected:
  // The sender, or the number of the error.
  std::string Mail(std::string_view argument, CommandRules rules = kRules) {
    const auto result = ParseMail(argument, rules, arena_);
    if (const auto* error = std::get_if<CommandError>(&result)) return Name(*error);
    return "<" + std::get<MailCommand>(result).sender.ToString() + ">";
  }
  std::string Rcpt(std::string_view argument, CommandRules rules = kRules) {
    const auto result = ParseRcpt(argument, rules, arena_);
    if (const auto* error = std::get_if<CommandError>(&result)) return Name(*error);
    return "<" + std::get<Recipient>(result).mailbox.ToString() + ">";
  }
  static std::string Bdat(std::string_view argument) {
    const auto result = ParseBdat(argument);
    if (std::holds_alternative<CommandError>(result)) return "error";
    const auto& command = std::get<BdatCommand>(result);
    return std::to_string(command.octets) + (command.is_last ? " LAST" : "");
  }
  static std::string Name(CommandError error) {
    switch (error) {
      case CommandError::kSyntax:
        return "syntax";
      case CommandError::kPathSyntax:
        return "path";
      case CommandError::kUtf8NotAllowed:
        return "utf8";
      case CommandError::kUnknownParameter:
        return "unknown parameter";
      case CommandError::kBadParameter:
        return "bad parameter";
      case CommandError::kRepeatedParameter:
        return "repeated parameter";
    }
    return "";
  }

  Arena arena_;
};

TEST_F(CommandTest, VerbsMatchInAnyCase) {
  EXPECT_EQ(LookUpVerb("MAIL"), Verb::kMail);
  EXPECT_EQ(LookUpVerb("mail"), Verb::kMail);
  EXPECT_EQ(LookUpVerb("rCpT"), Verb::kRcpt);
}

TEST_F(CommandTest, VerbsMatchWhole) {
  for (const char* word : {"", "MAI", "MAILS", "MAIL:", "NOOPNOOP"}) {
    EXPECT_EQ(LookUpVerb(word), Verb::kUnknown) << word;
  }
}

TEST_F(CommandTest, VerbsMatchInAsciiOnly) {
  EXPECT_EQ(LookUpVerb("R\xc5\xbf"
                       "ET"),
            Verb::kUnknown);  // U+017F folds to S in Unicode
  EXPECT_EQ(LookUpVerb("HEL\xc4\xb0"), Verb::kUnknown);
}

TEST_F(CommandTest, KnowsVerbsItDoesNotSpeak) {
  for (const char* word : {"SEND", "SOML", "SAML", "TURN", "ETRN", "ATRN"}) {
    EXPECT_EQ(LookUpVerb(word), Verb::kUnimplemented) << word;
  }
}

TEST_F(CommandTest, SplitsVerbAndArgument) {
  const CommandLine line = SplitCommand("MAIL FROM:<a@b> SIZE=1");
  EXPECT_EQ(line.verb, Verb::kMail);
  EXPECT_EQ(line.argument, "FROM:<a@b> SIZE=1");
}

TEST_F(CommandTest, DropsBlanksAroundTheArgument) {
  EXPECT_EQ(SplitCommand("NOOP  x y \t ").argument, "x y");
  EXPECT_EQ(SplitCommand("RSET ").argument, "");
  EXPECT_EQ(SplitCommand("RSET\t").verb, Verb::kRset);
  EXPECT_FALSE(SplitCommand("RSET\t").has_control) << "trailing white space is tolerated";
}

TEST_F(CommandTest, SeesControlCharacters) {
  for (const std::string& line : {std::string("NOOP a\rb"), std::string("NOOP a\0b", 8),
                                  std::string("NOOP\ta"), std::string("NOOP \x7f")}) {
    EXPECT_TRUE(SplitCommand(line).has_control);
  }
  EXPECT_FALSE(SplitCommand("NOOP ~ !").has_control);
}

TEST_F(CommandTest, SeesOctetsOver127) {
  EXPECT_TRUE(SplitCommand("NOOP \xc3\xbc").has_utf8);
  EXPECT_FALSE(SplitCommand("NOOP x").has_utf8);
}

TEST_F(CommandTest, MailHasAPath) {
  EXPECT_EQ(Mail("FROM:<a@b>"), "<a@b>");
  EXPECT_EQ(Mail("from:<>"), "<>");
  EXPECT_EQ(Mail("FROM:<@x:a@b> BODY=8BITMIME"), "<a@b>");
}

TEST_F(CommandTest, MailNeedsItsKeyword) {
  for (const char* argument : {"", "<a@b>", "TO:<a@b>", "FROM <a@b>", "FROM", "FROM :<a@b>"}) {
    EXPECT_EQ(Mail(argument), "syntax") << argument;
  }
}

TEST_F(CommandTest, MailNeedsAGoodPath) {
  for (const char* argument : {"FROM:", "FROM:a@b", "FROM:<a@b", "FROM:<a>", "FROM:<a@b>SIZE=1",
                               "FROM:<a@b>>", "FROM:<a@b>,<c@d>", "FROM: ", "FROM:<postmaster>"}) {
    EXPECT_EQ(Mail(argument), "path") << argument;
  }
}

TEST_F(CommandTest, BlanksBeforeAPathAreALeniency) {
  EXPECT_EQ(Mail("FROM: <a@b>"), "<a@b>");
  EXPECT_EQ(Mail("FROM: <a@b>", kStrict), "path");
  EXPECT_EQ(Rcpt("TO:  <a@b>"), "<a@b>");
  EXPECT_EQ(Rcpt("TO:  <a@b>", kStrict), "path");
}

TEST_F(CommandTest, AUtf8SenderNeedsSmtputf8) {
  EXPECT_EQ(Mail("FROM:<\xc3\xbc@b>"), "utf8");
  EXPECT_EQ(Mail("FROM:<\xc3\xbc@b> SMTPUTF8"), "<\xc3\xbc@b>");
  EXPECT_EQ(Mail("FROM:<\xc3@b> SMTPUTF8"), "path");
}

TEST_F(CommandTest, ParametersTellTheirErrors) {
  EXPECT_EQ(Mail("FROM:<a@b> FOO=1"), "unknown parameter");
  EXPECT_EQ(Mail("FROM:<a@b> SIZE=x"), "bad parameter");
  EXPECT_EQ(Mail("FROM:<a@b> SIZE=1 SIZE=1"), "repeated parameter");
  EXPECT_EQ(Rcpt("TO:<a@b> FOO"), "unknown parameter");
}

TEST_F(CommandTest, RcptHasAPath) {
  EXPECT_EQ(Rcpt("TO:<a@b> NOTIFY=NEVER"), "<a@b>");
  EXPECT_EQ(Rcpt("TO:<Postmaster>"), "<Postmaster>");
  for (const char* argument : {"TO:<>", "TO:", "TO:a@b", "TO:<a@b>x", "TO:<a>"}) {
    EXPECT_EQ(Rcpt(argument), "path") << argument;
  }
  EXPECT_EQ(Rcpt("FROM:<a@b>"), "syntax");
}

TEST_F(CommandTest, BdatHasASize) {
  EXPECT_EQ(Bdat("0"), "0");
  EXPECT_EQ(Bdat("86 LAST"), "86 LAST");
  EXPECT_EQ(Bdat("86  last"), "86 LAST");
  EXPECT_EQ(Bdat("18446744073709551615"), "18446744073709551615");
}

TEST_F(CommandTest, BdatWithoutAReadableSizeIsAnError) {
  for (const char* argument :
       {"", "LAST", "-1", "+1", "0x10", "1.5", "1LAST", "1 FIRST", "1 LAST LAST", "1 2",
        "18446744073709551616", "99999999999999999999999999"}) {
    EXPECT_EQ(Bdat(argument), "error") << argument;
  }
}

}  // namespace
}  // namespace ringpost::smtp
