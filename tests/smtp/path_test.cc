#include "ringpost/smtp/path.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::smtp {
namespace {

constexpr PathRules kUtf8{.allow_utf8 = true};

bool IsMailbox(std::string_view text, PathRules rules = {}) {
  return std::holds_alternative<Mailbox>(ParseMailbox(text, rules));
}

PathError ErrorOf(std::string_view text, PathRules rules = {}) {
  const PathResult<Mailbox> result = ParseMailbox(text, rules);
  EXPECT_TRUE(std::holds_alternative<PathError>(result)) << text;
  return std::holds_alternative<PathError>(result) ? std::get<PathError>(result)
                                                   : PathError::kSyntax;
}

// What a path stands for, then a '|' and what follows it; "error" when it is none.
std::string Reverse(std::string_view text, PathRules rules = {}) {
  std::string_view rest;
  const auto result = ParseReversePath(text, rules, rest);
  if (!std::holds_alternative<ReversePath>(result)) return "error";
  return std::get<ReversePath>(result).ToString() + "|" + std::string(rest);
}

std::string Forward(std::string_view text, PathRules rules = {}) {
  std::string_view rest;
  const auto result = ParseForwardPath(text, rules, rest);
  if (!std::holds_alternative<Mailbox>(result)) return "error";
  return std::get<Mailbox>(result).ToString() + "|" + std::string(rest);
}

TEST(Mailbox, SplitsAtTheDomain) {
  const auto result = ParseMailbox("john@example.com", {});
  const auto& mailbox = std::get<Mailbox>(result);
  EXPECT_EQ(mailbox.local_part, "john");
  EXPECT_EQ(mailbox.domain, "example.com");
}

TEST(Mailbox, TakesDotStrings) {
  for (const char* text : {"a@b", "a.b.c@d.e", "!#$%&'*+-/=?^_`{|}~@b", "1@2", "A@B.C-D"}) {
    EXPECT_TRUE(IsMailbox(text)) << text;
  }
}

TEST(Mailbox, RefusesMisplacedDots) {
  for (const char* text : {".a@b", "a.@b", "a..b@c", ".@b", "a@.b", "a@b.", "a@b..c", "a@."}) {
    EXPECT_EQ(ErrorOf(text), PathError::kSyntax) << text;
  }
}

TEST(Mailbox, RefusesMissingParts) {
  for (const char* text : {"", "a", "@", "a@", "@b", "a@@b", "a@b@c", "a b@c", "a@b c", "<a@b>"}) {
    EXPECT_EQ(ErrorOf(text), PathError::kSyntax) << text;
  }
}

TEST(Mailbox, RefusesSpecialsOutsideQuotes) {
  for (const char special : std::string("()<>[]:;\\,\" \t")) {
    EXPECT_FALSE(IsMailbox(std::string("a") + special + "b@c")) << special;
  }
}

TEST(Mailbox, TakesQuotedLocalParts) {
  for (const char* text : {R"("a b"@c)", R"(""@c)", R"("a@b"@c)", R"("a\"b"@c)", R"("a\\"@c)",
                           R"("<>"@c)", R"("\ "@c)"}) {
    EXPECT_TRUE(IsMailbox(text)) << text;
  }
}

TEST(Mailbox, RefusesBrokenQuotes) {
  for (const char* text : {R"("a@c)", R"("a"b@c)", R"(a"b"@c)", R"("a\"@c)", R"("a"."b"@c)",
                           "\"a\nb\"@c", "\"a\\\nb\"@c", "\"\x7f\"@c"}) {
    EXPECT_FALSE(IsMailbox(text)) << text;
  }
}

TEST(Mailbox, RefusesANulEverywhere) {
  EXPECT_FALSE(IsMailbox(std::string("a\0b@c", 5)));
  EXPECT_FALSE(IsMailbox(std::string("\"a\0b\"@c", 7)));
  EXPECT_FALSE(IsMailbox(std::string("a@b\0c", 5)));
}

TEST(Mailbox, UnquotesItsLocalPart) {
  const auto result = ParseMailbox(R"("a \"b\" \\c"@d)", {});
  const auto& mailbox = std::get<Mailbox>(result);
  EXPECT_TRUE(mailbox.has_quoted_local_part());
  EXPECT_EQ(mailbox.UnquotedLocalPart(), R"(a "b" \c)");
  EXPECT_EQ(mailbox.ToString(), R"("a \"b\" \\c"@d)");
}

TEST(Mailbox, KnowsPostmaster) {
  EXPECT_TRUE((Mailbox{"PostMaster", "x.example"}).is_postmaster());
  EXPECT_TRUE((Mailbox{"postmaster", ""}).is_postmaster());
  EXPECT_FALSE((Mailbox{"postmasters", ""}).is_postmaster());
}

TEST(Mailbox, HoldsTheLimitsOfLength) {
  const std::string local(kLongestLocalPart, 'l');
  EXPECT_TRUE(IsMailbox(local + "@d"));
  EXPECT_EQ(ErrorOf("l" + local + "@d"), PathError::kLocalPartTooLong);
  std::string domain;
  while (domain.size() < kLongestDomain - 1) domain += "d.";
  domain.resize(kLongestDomain, 'd');
  EXPECT_TRUE(IsDomain(domain, {}));
  EXPECT_FALSE(IsDomain(domain + "d", {}));
  EXPECT_EQ(ErrorOf("l@" + domain + ".d"), PathError::kDomainTooLong);
  EXPECT_EQ(ErrorOf("l@" + domain), PathError::kPathTooLong);
  const size_t room = kLongestPath - std::string_view("<ll@>").size();
  const std::string long_domain = domain.substr(domain.size() - room);
  EXPECT_TRUE(IsMailbox("ll@" + long_domain));
  EXPECT_EQ(ErrorOf("lll@" + long_domain), PathError::kPathTooLong);
}

TEST(Mailbox, HoldsTheLimitOfALabel) {
  EXPECT_TRUE(IsMailbox("a@" + std::string(63, 'd') + ".example"));
  EXPECT_FALSE(IsMailbox("a@" + std::string(64, 'd') + ".example"));
}

TEST(Domain, HasLettersDigitsAndInnerHyphens) {
  for (const char* text : {"a", "a.b", "a-b.c", "1.2", "xn--bcher-kva.example", "a--b"}) {
    EXPECT_TRUE(IsDomain(text, {})) << text;
  }
  for (const char* text :
       {"", "-a", "a-", "a.-b", "a_b", "a.b.", ".", "a b", "a\tb", "[1.2.3.4]"}) {
    EXPECT_FALSE(IsDomain(text, {})) << text;
  }
}

TEST(AddressLiteral, TakesIpv4) {
  EXPECT_TRUE(IsAddressLiteral("[192.0.2.1]"));
  EXPECT_TRUE(IsAddressLiteral("[255.255.255.255]"));
  for (const char* text :
       {"[256.0.0.1]", "[1.2.3]", "[1.2.3.4.5]", "[1.2.3.]", "[.1.2.3]", "[]", "[1..2.3]",
        "[0001.2.3.4]", "[1.2.3.4", "1.2.3.4]", "[1.2.3.4 ]", "[1.2.3.-4]"}) {
    EXPECT_FALSE(IsAddressLiteral(text)) << text;
  }
}

TEST(AddressLiteral, TakesIpv6) {
  for (const char* text :
       {"[IPv6:2001:db8:0:0:0:0:0:1]", "[ipv6:::1]", "[IPv6:::]", "[IPv6:1::]", "[IPv6:1::8]",
        "[IPv6:1:2:3:4:5:6::]", "[IPv6:::ffff:192.0.2.1]", "[IPv6:1:2:3:4:5:6:192.0.2.1]"}) {
    EXPECT_TRUE(IsAddressLiteral(text)) << text;
  }
}

TEST(AddressLiteral, RefusesWhatIsNoIpv6) {
  for (const char* text :
       {"[IPv6:1:2:3:4:5:6:7]", "[IPv6:1:2:3:4:5:6:7:8:9]", "[IPv6:1::2::3]", "[IPv6::1]",
        "[IPv6:1:]", "[IPv6:12345::]", "[IPv6:g::]", "[IPv6:]", "[IPv6::::]",
        "[IPv6:1:2:3:4:5:6:7::]", "[IPv6:192.0.2.1::]", "[IPv6:1:2:3:4:5:6:7:192.0.2.1]"}) {
    EXPECT_FALSE(IsAddressLiteral(text)) << text;
  }
}

// A tag has to be registered (RFC 5321 §4.1.3), and no other than IPv6 is.
TEST(AddressLiteral, RefusesTagsThatNobodyRegistered) {
  for (const char* text : {"[IPv5:::1]", "[X400:c=de]", "[2001:db8::1]", "[x:]", "[:x]", "[x]"}) {
    EXPECT_FALSE(IsAddressLiteral(text)) << text;
  }
}

TEST(AddressLiteral, StandsInAMailbox) {
  EXPECT_TRUE(IsMailbox("a@[192.0.2.1]"));
  EXPECT_FALSE(IsMailbox("a@[192.0.2.1]x"));
  EXPECT_FALSE(IsMailbox("a@[192.0.2.1"));
}

TEST(ReversePath, NullIsEmpty) {
  EXPECT_EQ(Reverse("<>"), "|");
  EXPECT_EQ(Reverse("<> SIZE=1"), "| SIZE=1");
  std::string_view rest;
  EXPECT_TRUE(std::get<ReversePath>(ParseReversePath("<>", {}, rest)).is_null());
}

TEST(ReversePath, GivesWhatFollows) { EXPECT_EQ(Reverse("<a@b> SIZE=1"), "a@b| SIZE=1"); }

TEST(ReversePath, NeedsBrackets) {
  for (const char* text : {"a@b", "<a@b", "a@b>", "", "<", "< a@b>", "<a@b >", "<<a@b>>"}) {
    EXPECT_EQ(Reverse(text), "error") << text;
  }
}

TEST(ReversePath, HasADomainAlways) { EXPECT_EQ(Reverse("<postmaster>"), "error"); }

TEST(ReversePath, MayHaveBracketsInItsQuotes) { EXPECT_EQ(Reverse(R"(<"a>b"@c>)"), R"("a>b"@c|)"); }

TEST(ReversePath, DropsASourceRoute) {
  EXPECT_EQ(Reverse("<@a.example:b@c>"), "b@c|");
  EXPECT_EQ(Reverse("<@a.example,@[192.0.2.1]:b@c>"), "b@c|");
}

TEST(ReversePath, RefusesABrokenSourceRoute) {
  for (const char* text :
       {"<@a>", "<@a,b@c>", "<@a,:b@c>", "<@:b@c>", "<@a:>", "<@a,@b@c>", "<@a;@b:c@d>"}) {
    EXPECT_EQ(Reverse(text), "error") << text;
  }
}

TEST(ForwardPath, TakesPostmasterWithoutDomain) {
  EXPECT_EQ(Forward("<Postmaster>"), "Postmaster|");
  EXPECT_EQ(Forward("<POSTMASTER> X"), "POSTMASTER| X");
  EXPECT_EQ(Forward("<postmaster@b>"), "postmaster@b|");
}

TEST(ForwardPath, TakesNoOtherNameWithoutDomain) { EXPECT_EQ(Forward("<john>"), "error"); }

TEST(ForwardPath, IsNeverNull) { EXPECT_EQ(Forward("<>"), "error"); }

TEST(Utf8Path, NeedsToBeAllowed) {
  EXPECT_EQ(ErrorOf("gr\xc3\xbc\xc3\x9f@example"), PathError::kUtf8NotAllowed);
  EXPECT_EQ(ErrorOf("a@b\xc3\xbc"
                    "cher.example"),
            PathError::kUtf8NotAllowed);
  EXPECT_TRUE(
      IsMailbox("gr\xc3\xbc\xc3\x9f@b\xc3\xbc"
                "cher.example",
                kUtf8));
  EXPECT_TRUE(IsMailbox("\"gr\xc3\xbc\xc3\x9f\"@example", kUtf8));
}

TEST(Utf8Path, MustBeWellFormed) {
  EXPECT_EQ(ErrorOf("gr\xfc\xdf@example", kUtf8), PathError::kInvalidUtf8);
  EXPECT_EQ(ErrorOf("a@b\xfc.example", kUtf8), PathError::kInvalidUtf8);
  EXPECT_EQ(ErrorOf("\xc0\xaf@example", kUtf8), PathError::kInvalidUtf8);
}

TEST(Utf8Path, KnowsThatItNeedsUtf8) {
  EXPECT_TRUE((Mailbox{"gr\xc3\xbc\xc3\x9f", "b"}).needs_utf8());
  EXPECT_TRUE((Mailbox{"a", "b\xc3\xbc"}).needs_utf8());
  EXPECT_FALSE((Mailbox{"a", "b"}).needs_utf8());
}

}  // namespace
}  // namespace ringpost::smtp
