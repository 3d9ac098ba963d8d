#include "ringpost/crypto/password_hash.h"

#include <gtest/gtest.h>

#include "ringpost/base/text.h"

namespace ringpost::crypto {
namespace {

constexpr PasswordScheme kAllSchemes[] = {PasswordScheme::kYescrypt, PasswordScheme::kBcrypt,
                                          PasswordScheme::kSha512};

TEST(PasswordHash, KnowsThePasswordAndNoOther) {
  for (const PasswordScheme scheme : kAllSchemes) {
    const std::string hash = HashPassword(scheme, "pencil");
    EXPECT_TRUE(IsPasswordHash(hash)) << hash;
    EXPECT_TRUE(IsPasswordOf(hash, "pencil")) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, "pencils")) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, "Pencil")) << hash;
    EXPECT_FALSE(IsPasswordOf(hash, "")) << hash;
  }
}

TEST(PasswordHash, HasASaltOfItsOwnEachTime) {
  for (const PasswordScheme scheme : kAllSchemes) {
    EXPECT_NE(HashPassword(scheme, "pencil"), HashPassword(scheme, "pencil"));
  }
}

// Openwall's test of bcrypt; what `openssl passwd -6` makes; Drepper's specification of sha512.
TEST(PasswordHash, ReadsWhatOthersWrote) {
  EXPECT_TRUE(IsPasswordOf("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"));
  EXPECT_TRUE(
      IsPasswordOf("$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLi"
                   "BFdcbYEdFCoEOfaS35inz1",
                   "Hello world!"));
  EXPECT_TRUE(
      IsPasswordOf("$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSn"
                   "CM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
                   "Hello world!"));
}

TEST(PasswordHash, RefusesWhatIsNoHashOfTheSchemes) {
  for (const std::string_view text :
       {"", "*", "!", "pencil", "$y$", "$y$j9T$", "$6$", "$6$salt$short", "$2b$04$short",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0", "ab2LXGl0r6G2M"}) {
    EXPECT_FALSE(IsPasswordHash(text)) << text;
    EXPECT_FALSE(IsPasswordOf(text, "pencil")) << text;
  }
  EXPECT_FALSE(IsPasswordHash(Concat("$6$", std::string(1000, 'a'))));
}

TEST(PasswordHash, NeverFitsAPasswordThatItCannotHash) {
  const std::string longest(kLongestHashedPassword, 'a');
  const std::string hash = HashPassword(PasswordScheme::kSha512, longest);
  EXPECT_TRUE(IsPasswordOf(hash, longest));
  EXPECT_FALSE(IsPasswordOf(hash, Concat(longest, 'a')));
  const std::string short_hash = HashPassword(PasswordScheme::kSha512, "pencil");
  EXPECT_FALSE(IsPasswordOf(short_hash, std::string_view("pencil\0case", 11)));
}

}  // namespace
}  // namespace ringpost::crypto
