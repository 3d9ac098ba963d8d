#include "ringpost/auth/users_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr NewUserOptions kQuick = {.scheme = crypto::PasswordScheme::kSha512};

std::string ErrorOf(std::string_view name, std::string_view password) {
  return std::string(MakeUserEntry(name, password, kQuick).status().message());
}

TEST(UsersText, KeepsCommentsOrderAndWhatItDoesNotUnderstand) {
  const std::string before = "# staff\nalice:*\n\n# robots\nrobot:nonsense\nzoe:*\n";
  UsersText text(before);
  EXPECT_EQ(text.text(), before);
  EXPECT_THAT(text.names(), ElementsAre("alice", "robot", "zoe"));
  text.Set({.name = "alice", .is_locked = true});
  EXPECT_EQ(text.text(), "# staff\nalice:!*\n\n# robots\nrobot:nonsense\nzoe:*\n");
  text.Set({.name = "bob"});
  EXPECT_TRUE(text.Remove("robot"));
  EXPECT_EQ(text.text(), "# staff\nalice:!*\n\n# robots\nzoe:*\nbob:*\n");
}

TEST(UsersText, RemovesOnlyWhoIsThere) {
  UsersText text("alice:*\n# bob:*\n");
  EXPECT_FALSE(text.Remove("bob"));
  EXPECT_FALSE(text.Contains("al"));
  EXPECT_TRUE(text.Contains("alice"));
}

TEST(UsersText, EndsALastLineThatHasNoEnd) {
  UsersText text("alice:*");
  text.Set({.name = "bob"});
  EXPECT_EQ(text.text(), "alice:*\nbob:*\n");
}

TEST(UsersText, OfNothingIsEmpty) { EXPECT_EQ(UsersText("").text(), ""); }

TEST(MakeUserEntry, StoresWhatEachMechanismNeeds) {
  const auto entry = MakeUserEntry("alice", "pencil", kQuick);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_TRUE(crypto::IsPasswordOf(entry->password_hash, "pencil"));
  const sasl::ScramKeys& keys = *entry->scram_sha256;
  EXPECT_EQ(keys.iteration_count, kQuick.scram_iteration_count);
  EXPECT_EQ(sasl::MakeScramKeys(crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha256), "pencil",
                                keys.salt, keys.iteration_count)
                .stored_key,
            keys.stored_key);
  EXPECT_NE(entry->scram_sha1->salt, keys.salt);
  EXPECT_EQ(FormatUserEntry(*ParseUserEntry(FormatUserEntry(*entry))), FormatUserEntry(*entry));
}

TEST(MakeUserEntry, UsesTheSchemeThatIsAskedFor) {
  const auto hash = [](crypto::PasswordScheme scheme) {
    return MakeUserEntry("alice", "pencil", {.scheme = scheme, .has_scram = false})->password_hash;
  };
  EXPECT_THAT(hash(crypto::PasswordScheme::kYescrypt), StartsWith("$y$"));
  EXPECT_THAT(hash(crypto::PasswordScheme::kBcrypt), StartsWith("$2b$"));
  EXPECT_THAT(hash(crypto::PasswordScheme::kSha512), StartsWith("$6$"));
}

TEST(MakeUserEntry, LeavesScramOutWhenToldTo) {
  const auto entry = MakeUserEntry("alice", "pencil",
                                   {.scheme = crypto::PasswordScheme::kSha512, .has_scram = false});
  EXPECT_FALSE(entry->scram_sha1.has_value());
  EXPECT_FALSE(entry->scram_sha256.has_value());
}

// However it was typed: a no-break space is a space, a Roman numeral its letters.
TEST(MakeUserEntry, StoresTheFormOfSaslPrep) {
  const auto entry = MakeUserEntry(
      "al\xc2\xad"
      "ice",
      "pen\xc2\xa0"
      "cil",
      kQuick);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->name, "alice");
  EXPECT_TRUE(crypto::IsPasswordOf(entry->password_hash, "pen cil"));
}

TEST(MakeUserEntry, RefusesWhatCannotBeStored) {
  EXPECT_THAT(ErrorOf("", "pencil"), HasSubstr("without a name"));
  EXPECT_THAT(ErrorOf("a:b", "pencil"), HasSubstr("no colon"));
  EXPECT_THAT(ErrorOf("#alice", "pencil"), HasSubstr("no #"));
  EXPECT_THAT(ErrorOf("a\nb", "pencil"), HasSubstr("prohibits"));
  EXPECT_THAT(ErrorOf("alice", ""), HasSubstr("password is empty"));
  EXPECT_THAT(ErrorOf("alice", "\xc2\xad"), HasSubstr("password is empty"));
  EXPECT_THAT(ErrorOf("alice", "pen\ncil"), HasSubstr("cannot be stored"));
  EXPECT_THAT(ErrorOf("alice", "\xf0\x9f\x98\x80"), HasSubstr("cannot be stored"));
  EXPECT_THAT(ErrorOf("alice", std::string(512, 'a')), HasSubstr("longer than 511"));
}

}  // namespace
}  // namespace ringpost::auth
