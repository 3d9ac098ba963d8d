#include "ringpost/base/text.h"

#include <limits>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(TextBuffer, KeepsWhatWasAddedBefore) {
  TextBuffer<64> buffer;
  const std::string_view first = buffer.Add("a", '@', "b");
  const std::string_view second = buffer.Add(7u, '-', uint8_t{255});
  EXPECT_EQ(first, "a@b");
  EXPECT_EQ(second, "7-255");
  EXPECT_EQ(buffer.text(), "a@b7-255");
}

TEST(TextBufferDeathTest, HasNoMoreRoomThanItHas) {
  TextBuffer<4> buffer;
  EXPECT_DEATH(buffer.Add("12345"), "full");
}

TEST(Append, TakesViewsOfNothing) {
  std::string out;
  Append(out, std::string_view(), "a", std::string_view());
  TextBuffer<8> buffer;
  EXPECT_EQ(out, "a");
  EXPECT_EQ(buffer.Add(std::string_view()), "");
}

TEST(Append, TakesPiecesOfAnySize) {
  const std::string large(1000, 'x');
  std::string out = "<";
  Append(out, large, ':', 12, '>');
  EXPECT_EQ(out, "<" + large + ":12>");
}

TEST(Text, ConcatJoinsTextCharactersAndIntegers) {
  EXPECT_EQ(Concat("a", std::string("b"), std::string_view("c"), 'd', 12, -3, uint8_t{200}),
            "abcd12-3200");
  EXPECT_EQ(Concat(), "");
}

TEST(Text, ConcatTakesTheExtremes) {
  EXPECT_EQ(Concat(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Concat(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
}

TEST(Text, ConcatKeepsNul) { EXPECT_EQ(Concat(std::string_view("a\0b", 3), '\0').size(), 4u); }

TEST(Text, AppendKeepsWhatIsThere) {
  std::string text = "x";
  Append(text, 1, "y");
  EXPECT_EQ(text, "x1y");
}

TEST(Text, ParsesDecimalNumbers) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("0012"), 12u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), std::numeric_limits<uint64_t>::max());
}

TEST(Text, RefusesWhatIsNoDecimalNumber) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "0x10", "1a", "1.0", "18446744073709551616"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ringpost
