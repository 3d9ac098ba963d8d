#include "ringpost/store/aliases.h"

#include <gtest/gtest.h>

namespace ringpost::store {
namespace {

Aliases Parsed(std::string_view text) {
  absl::StatusOr<Aliases> aliases = Aliases::Parse(text, "aliases", {});
  EXPECT_TRUE(aliases.ok()) << aliases.status();
  return aliases.ok() ? *std::move(aliases) : Aliases();
}

std::string ParseError(std::string_view text) {
  return std::string(Aliases::Parse(text, "aliases", {}).status().message());
}

// The mailboxes behind an address, separated by blanks.
std::string Expanded(const Aliases& aliases, std::string_view address,
                     bool through_catch_all = true) {
  const size_t at = address.rfind('@');
  std::vector<LocalAddress> mailboxes;
  aliases.Expand(*LocalAddress::Make(address.substr(0, at), address.substr(at + 1), {}),
                 through_catch_all, mailboxes);
  std::string text;
  for (const LocalAddress& mailbox : mailboxes) {
    if (!text.empty()) text += ' ';
    text += mailbox.text();
  }
  return text;
}

TEST(Aliases, LeavesWhatHasNoneAsItIs) {
  EXPECT_EQ(Expanded(Aliases(), "john@a"), "john@a");
  EXPECT_EQ(Expanded(Parsed("sales: john\n"), "john@a"), "john@a");
}

TEST(Aliases, StandForMailboxesAtTheSameDomain) {
  const Aliases aliases = Parsed("sales: john, jane\n");
  EXPECT_EQ(Expanded(aliases, "sales@a"), "john@a jane@a");
  EXPECT_EQ(Expanded(aliases, "SALES@b"), "john@b jane@b");
}

TEST(Aliases, MayHoldAtOneDomainOnly) {
  const Aliases aliases = Parsed("info@A: john\ninfo: jane@b\n");
  EXPECT_EQ(Expanded(aliases, "info@a"), "john@a");
  EXPECT_EQ(Expanded(aliases, "info@c"), "jane@b");
}

TEST(Aliases, ReadsCommentsBlankLinesAndContinuations) {
  const Aliases aliases = Parsed(
      "# comment\r\n"
      "\r\n"
      "sales: john,\r\n"
      "  # comment inside\r\n"
      "\tjane\r\n"
      "\r\n"
      "  , joe\r\n"
      "last: end");
  EXPECT_EQ(Expanded(aliases, "sales@a"), "john@a jane@a joe@a");
  EXPECT_EQ(Expanded(aliases, "last@a"), "end@a");
}

TEST(Aliases, ExpandTargetsInTheirTurn) {
  const Aliases aliases = Parsed("all: sales, joe\nsales: john, jane\n");
  EXPECT_EQ(Expanded(aliases, "all@a"), "john@a jane@a joe@a");
}

TEST(Aliases, GiveEachMailboxOnce) {
  const Aliases aliases = Parsed("all: x, y, john\nx: john, jane\ny: jane, john\n");
  EXPECT_EQ(Expanded(aliases, "all@a"), "john@a jane@a");
}

TEST(Aliases, MayNameThemselves) {
  EXPECT_EQ(Expanded(Parsed("john: john, archive\n"), "john@a"), "john@a archive@a");
}

TEST(Aliases, AnswerForSubAddresses) {
  const Aliases aliases = Parsed("sales: john\nsales+eu: jane\n");
  EXPECT_EQ(Expanded(aliases, "sales+us@a"), "john@a");
  EXPECT_EQ(Expanded(aliases, "sales+eu@a"), "jane@a");
  EXPECT_EQ(Expanded(Parsed("john: john, archive\n"), "john+x@a"), "john@a archive@a");
}

TEST(Aliases, CatchAllTakesWhatHasNoAlias) {
  const Aliases aliases = Parsed("@a: eve\nsales: john\n");
  EXPECT_EQ(Expanded(aliases, "anybody@a"), "eve@a");
  EXPECT_EQ(Expanded(aliases, "eve@a"), "eve@a");
  EXPECT_EQ(Expanded(aliases, "sales@a"), "john@a");
  EXPECT_EQ(Expanded(aliases, "anybody@b"), "anybody@b");
  EXPECT_EQ(Expanded(aliases, "listed@a", /*through_catch_all=*/false), "listed@a");
}

TEST(Aliases, MapAWholeDomain) {
  const Aliases aliases = Parsed("@old: @new\nsales@new: john\n");
  EXPECT_EQ(Expanded(aliases, "jane+x@old"), "jane+x@new");
  EXPECT_EQ(Expanded(aliases, "sales@old"), "john@new");
}

TEST(Aliases, TellAliasesFromCatchAlls) {
  const Aliases aliases = Parsed("@a: eve\nsales: john\n");
  const auto address = [](std::string_view local_part) {
    return *LocalAddress::Make(local_part, "a", {});
  };
  EXPECT_TRUE(aliases.HasAlias(address("sales")));
  EXPECT_TRUE(aliases.HasAlias(address("sales+x")));
  EXPECT_FALSE(aliases.HasAlias(address("eve")));
  EXPECT_TRUE(aliases.HasCatchAll("a"));
  EXPECT_FALSE(aliases.HasCatchAll("b"));
  EXPECT_FALSE(aliases.empty());
  EXPECT_TRUE(Aliases().empty());
}

TEST(Aliases, RefuseLoopsWithTheirLine) {
  EXPECT_EQ(ParseError("x: john\na: b\nb: a\n").substr(0, 9), "aliases:2");
  EXPECT_NE(ParseError("a: b\nb: c\nc: a, john\n").find("a loop"), std::string::npos);
  EXPECT_NE(ParseError("a: b@x\nb@x: a\n").find("a loop"), std::string::npos);
}

TEST(Aliases, EndAtALoopThatOnlyOneDomainHas) {
  // b is an alias at x alone: a@x, b@x, a@x. Nothing is lost.
  const Aliases aliases = Parsed("a: b\nb@x: c@x, d\nd@x: e\n");
  EXPECT_EQ(Expanded(aliases, "a@x"), "c@x e@x");
}

TEST(Aliases, RefuseNestingThatIsTooDeep) {
  std::string text;
  for (size_t i = 0; i <= kDeepestAlias + 1; ++i) {
    text += "a" + std::to_string(i) + ": a" + std::to_string(i + 1) + "\n";
  }
  EXPECT_NE(ParseError(text).find("nested more than 20 deep"), std::string::npos);
}

TEST(Aliases, NameTheLineOfEveryError) {
  EXPECT_EQ(ParseError("# ok\nnonsense\n"), "aliases:2: expected \"name: target, ...\"");
  EXPECT_EQ(ParseError("  continues\n"), "aliases:1: continues nothing");
  EXPECT_EQ(ParseError("a: b\nA: c\n"), "aliases:2: there is an alias for A already");
  EXPECT_EQ(ParseError("a:\n"), "aliases:1: an alias without a target would lose mail");
  EXPECT_EQ(ParseError("a: ,\n"), "aliases:1: an alias without a target would lose mail");
  EXPECT_EQ(ParseError("two words: b\n"),
            "aliases:1: \"two words\" is none of name, name@domain, @domain");
  EXPECT_EQ(ParseError("a@: b\n"), "aliases:1: \"a@\" is none of name, name@domain, @domain");
  EXPECT_EQ(ParseError(std::string(65, 'a') + ": b\n"),
            "aliases:1: the name is too long for an address");
}

TEST(Aliases, RefuseTargetsThatAreNoMailboxes) {
  for (const std::string_view target :
       {"|/bin/sh", "/etc/passwd", ":include:/x", "\"a b\"", "a b", "a@", "<a@b>"}) {
    EXPECT_NE(ParseError("a: " + std::string(target)).find("only mailboxes can be targets"),
              std::string::npos)
        << target;
  }
}

TEST(Aliases, CheckTheDomainsOfTargets) {
  const auto is_local = [](std::string_view domain) { return domain == "a"; };
  EXPECT_TRUE(Parsed("x: y, z@a\n").CheckDomains(is_local).ok());
  EXPECT_EQ(Parsed("x: y\nv: w@elsewhere\n").CheckDomains(is_local).message(),
            "aliases:2: the target w@elsewhere is at no domain of ours; mail is not forwarded");
}

}  // namespace
}  // namespace ringpost::store
