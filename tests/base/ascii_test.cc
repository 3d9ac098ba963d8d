#include "ringpost/base/ascii.h"

#include "gtest/gtest.h"

namespace ringpost {
namespace {

constexpr char kEAcuteInLatin1 = '\xe9';

TEST(Ascii, ClassesCoverEachOctetOnce) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(IsAsciiDigit(c), i >= '0' && i <= '9') << i;
    EXPECT_EQ(IsAsciiAlpha(c), (i >= 'A' && i <= 'Z') || (i >= 'a' && i <= 'z')) << i;
    EXPECT_EQ(IsAsciiAlnum(c), IsAsciiAlpha(c) || IsAsciiDigit(c)) << i;
    EXPECT_EQ(IsAsciiControl(c), i < 32 || i == 127) << i;
    EXPECT_EQ(IsAscii(c), i < 128) << i;
  }
}

TEST(Ascii, ChangesCaseOfLettersAlone) {
  EXPECT_EQ(AsciiToUpper('a'), 'A');
  EXPECT_EQ(AsciiToUpper('Z'), 'Z');
  EXPECT_EQ(AsciiToUpper('{'), '{');
  EXPECT_EQ(AsciiToLower('A'), 'a');
  EXPECT_EQ(AsciiToLower('@'), '@');
  EXPECT_EQ(AsciiToUpper(kEAcuteInLatin1), kEAcuteInLatin1);
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(EqualsIgnoreCase("StartTLS", "STARTTLS"));
  EXPECT_TRUE(EqualsIgnoreCase("", ""));
  EXPECT_FALSE(EqualsIgnoreCase("EHLO", "EHL"));
  EXPECT_FALSE(EqualsIgnoreCase("EHLO", "EHLP"));
}

// U+017F (long s) and U+212A (Kelvin sign) fold to s and k in Unicode.
TEST(Ascii, NeverFoldsUnicodeLetters) {
  EXPECT_FALSE(EqualsIgnoreCase("LA\u017fT", "LAST"));
  EXPECT_FALSE(EqualsIgnoreCase("\u212aEEP", "KEEP"));
}

TEST(Ascii, FindsPrefixWithoutCase) {
  EXPECT_TRUE(StartsWithIgnoreCase("mail from:<>", "MAIL FROM:"));
  EXPECT_TRUE(StartsWithIgnoreCase("mail", ""));
  EXPECT_FALSE(StartsWithIgnoreCase("mai", "MAIL"));
}

}  // namespace
}  // namespace ringpost
