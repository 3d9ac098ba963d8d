#include "ringpost/auth/user_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringpost/base/text.h"

namespace ringpost::auth {
namespace {

using testing::HasSubstr;

constexpr std::string_view kBcrypt = "$2b$04$abcdefghijklmnopqrstuuM5Ch0Z9xWzLTUkcYqKqzr0AKbBIWJrK";
// RFC 5802 §5 and RFC 7677 §3: user, "pencil".
constexpr std::string_view kSha1Keys =
    "4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/fTE=";
constexpr std::string_view kSha256Keys =
    "4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

std::string ErrorOf(std::string_view line) {
  return std::string(ParseUserEntry(line).status().message());
}

TEST(UserEntry, IsWrittenAsItWasRead) {
  const std::string lines[] = {
      Concat("alice:", kBcrypt),
      Concat("alice:", kBcrypt, ":scram-sha-1=", kSha1Keys, ":scram-sha-256=", kSha256Keys),
      Concat("bücher:*:scram-sha-256=", kSha256Keys),
      Concat("carol:!", kBcrypt),
      "dave:!*",
      "alice@example.org:*",
  };
  for (const std::string& line : lines) {
    const auto entry = ParseUserEntry(line);
    ASSERT_TRUE(entry.ok()) << line << ": " << entry.status();
    EXPECT_EQ(FormatUserEntry(*entry), line);
  }
}

TEST(UserEntry, HasWhatTheLineSays) {
  const auto entry = ParseUserEntry(Concat("alice:!", kBcrypt, ":scram-sha-256=", kSha256Keys));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->name, "alice");
  EXPECT_TRUE(entry->is_locked);
  EXPECT_EQ(entry->password_hash, kBcrypt);
  EXPECT_FALSE(entry->scram_sha1.has_value());
  ASSERT_TRUE(entry->scram_sha256.has_value());
  EXPECT_EQ(entry->scram_sha256->iteration_count, 4096u);
  EXPECT_EQ(entry->scram_sha256->salt.size(), 16u);
  EXPECT_EQ(entry->scram_sha256->stored_key.size(), 32u);
}

TEST(UserEntry, AStarIsNoPasswordAndALockAloneIsEnough) {
  EXPECT_EQ(ParseUserEntry("robot:*")->password_hash, "");
  EXPECT_FALSE(ParseUserEntry("robot:*")->is_locked);
  EXPECT_TRUE(ParseUserEntry("robot:!")->is_locked);
}

// In shadow(5) an empty field lets everybody in.
TEST(UserEntry, RefusesAnEmptyHash) {
  EXPECT_THAT(ErrorOf("alice:"), HasSubstr("no password hash"));
  EXPECT_THAT(ErrorOf("alice"), HasSubstr("no password hash"));
}

TEST(UserEntry, RefusesHashesThatAreCheapToGuess) {
  for (const std::string_view hash :
       {"secret", "{SSHA}abc", "ab2LXGl0r6G2M", "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$3$$8846f7eaee8fb117ad06bdd830b7586c", "$2b$04$short"}) {
    EXPECT_THAT(ErrorOf(Concat("alice:", hash)), HasSubstr("not one of yescrypt")) << hash;
  }
}

TEST(UserEntry, RefusesNamesThatNobodyCouldAuthenticateAs) {
  EXPECT_THAT(ErrorOf(":*"), HasSubstr("without a name"));
  EXPECT_THAT(ErrorOf(Concat(std::string(256, 'a'), ":*")), HasSubstr("too long"));
  EXPECT_THAT(ErrorOf("a\x01:*"), HasSubstr("prohibits"));
  EXPECT_THAT(ErrorOf("\xff:*"), HasSubstr("prohibits"));
  EXPECT_THAT(ErrorOf(" alice:*"), HasSubstr("no blank at its ends"));
  EXPECT_THAT(ErrorOf("alice :*"), HasSubstr("no blank at its ends"));
  EXPECT_THAT(ErrorOf("\xe2\x85\xa3:*"), HasSubstr("which is IV"));  // ROMAN NUMERAL FOUR
}

TEST(UserEntry, RefusesFieldsItDoesNotKnow) {
  EXPECT_THAT(ErrorOf("alice:*:scram"), HasSubstr("a field without ="));
  EXPECT_THAT(ErrorOf("alice:*:scram-sha-512=1"), HasSubstr("unknown field scram-sha-512"));
  EXPECT_THAT(ErrorOf(Concat("alice:*:scram-sha-1=", kSha1Keys, ":scram-sha-1=", kSha1Keys)),
              HasSubstr("a second scram-sha-1"));
}

TEST(UserEntry, RefusesScramKeysThatCannotBe) {
  for (const std::string_view keys :
       {"", "4096",
        "4095,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/fTE=",
        "1000001,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/fTE=",
        "4096,,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/fTE=",
        "4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7v,D+CSWLOshSulAsxiupA+qs2/fTE=",
        "4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,?"}) {
    EXPECT_THAT(ErrorOf(Concat("alice:*:scram-sha-1=", keys)), HasSubstr("is not ITERATIONS"))
        << keys;
  }
  EXPECT_THAT(ErrorOf(Concat("alice:*:scram-sha-256=", kSha1Keys)), HasSubstr("is not ITERATIONS"));
}

TEST(UserEntry, RefusesAnEndlessLine) {
  EXPECT_THAT(ErrorOf(std::string(kLongestUserLine + 1, 'a')), HasSubstr("the line is too long"));
}

TEST(UserEntry, NamesALineHoweverWrongItIs) {
  EXPECT_EQ(NameOfUserLine("alice:nonsense:="), "alice");
  EXPECT_EQ(NameOfUserLine("alice"), "alice");
  EXPECT_EQ(NameOfUserLine("# alice:*"), "");
  EXPECT_EQ(NameOfUserLine(""), "");
}

}  // namespace
}  // namespace ringpost::auth
