#include "ringpost/sasl/saslprep.h"

#include "gtest/gtest.h"

namespace ringpost::sasl {
namespace {

std::optional<std::string> Query(std::string_view text) {
  return SaslPrep(text, StringUse::kQuery);
}

TEST(SaslPrep, LeavesVisibleAsciiAlone) {
  std::string all;
  for (char c = ' '; c < '\x7f'; ++c) all.push_back(c);
  EXPECT_EQ(Query(all), all);
  EXPECT_EQ(Query(""), "");
}

TEST(SaslPrep, KnowsTheExamplesOfRfc4013) {
  EXPECT_EQ(Query("I\xc2\xadX"), "IX");  // soft hyphen
  EXPECT_EQ(Query("user"), "user");
  EXPECT_EQ(Query("USER"), "USER");
  EXPECT_EQ(Query("\xc2\xaa"), "a");               // feminine ordinal
  EXPECT_EQ(Query("\xe2\x85\xa8"), "IX");          // roman numeral nine
  EXPECT_EQ(Query("\x07"), std::nullopt);          // bell
  EXPECT_EQ(Query("\xd8\xa7\x31"), std::nullopt);  // alef, and a digit behind it
}

TEST(SaslPrep, MakesOneFormOfManyWaysToType) {
  EXPECT_EQ(Query("e\xcc\x81"), "\xc3\xa9");  // e and an accent
  EXPECT_EQ(Query("a\xc2\xa0"
                  "b"),
            "a b");  // no-break space
  EXPECT_EQ(Query("a\xe3\x80\x80"
                  "b"),
            "a b");                       // ideographic space
  EXPECT_EQ(Query("\xef\xbc\xa1"), "A");  // full width
}

TEST(SaslPrep, RefusesControlCharacters) {
  EXPECT_EQ(Query(std::string_view("a\0b", 3)), std::nullopt);
  for (const char* text :
       {"a\nb", "a\rb", "\x01", "a\x7f", "a\xc2\x85", "a\xe2\x80\xa8", "\xef\xbb\xbf\x07"}) {
    EXPECT_EQ(Query(text), std::nullopt) << text;
  }
}

TEST(SaslPrep, RefusesCharactersThatStandForNone) {
  EXPECT_EQ(Query("\xee\x80\x80"), std::nullopt) << "private use";
  EXPECT_EQ(Query("\xef\xbf\xbe"), std::nullopt) << "no character";
  EXPECT_EQ(Query("\xef\xbf\xbd"), std::nullopt) << "replacement character";
  EXPECT_EQ(Query("\xe2\x80\xae"
                  "abc"),
            std::nullopt)
      << "right-to-left override";
}

TEST(SaslPrep, RefusesWhatIsNoUtf8) {
  for (const char* text : {"\xff", "\xc3", "a\xc3(", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xe2\x82", "\x80"}) {
    EXPECT_EQ(Query(text), std::nullopt) << text;
  }
}

TEST(SaslPrep, StoresOnlyWhatUnicodeKnewThen) {
  const std::string_view emoji = "\xf0\x9f\x98\x80";
  EXPECT_EQ(Query(emoji), emoji);
  EXPECT_EQ(SaslPrep(emoji, StringUse::kStored), std::nullopt);
  EXPECT_EQ(SaslPrep("\xc3\xa9", StringUse::kStored), "\xc3\xa9");
}

}  // namespace
}  // namespace ringpost::sasl
