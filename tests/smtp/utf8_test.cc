#include "ringpost/smtp/internal/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::smtp::internal {
namespace {

TEST(Utf8SequenceLength, OfEachLength) {
  EXPECT_EQ(Utf8SequenceLength("a"), 1u);
  EXPECT_EQ(Utf8SequenceLength("\xc3\xa9"), 2u);
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xf0\x9f\x93\xae"), 4u);
}

TEST(Utf8SequenceLength, LooksAtTheFirstSequenceOnly) {
  EXPECT_EQ(Utf8SequenceLength("a\xff"), 1u);
  EXPECT_EQ(Utf8SequenceLength("\xc3\xa9\xff"), 2u);
}

TEST(Utf8SequenceLength, IsZeroForNothing) { EXPECT_EQ(Utf8SequenceLength(""), 0u); }

TEST(Utf8SequenceLength, RefusesWhatIsCutShort) {
  for (const std::string& text : {"\xc3", "\xe2\x82", "\xf0\x9f\x93", "\xe2", "\xf0"}) {
    EXPECT_EQ(Utf8SequenceLength(text), 0u) << text;
  }
}

TEST(Utf8SequenceLength, RefusesOverlongForms) {
  for (const std::string& text : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_EQ(Utf8SequenceLength(text), 0u);
  }
}

TEST(Utf8SequenceLength, RefusesSurrogatesAndWhatIsOverTheTop) {
  EXPECT_EQ(Utf8SequenceLength("\xed\xa0\x80"), 0u);
  EXPECT_EQ(Utf8SequenceLength("\xed\xbf\xbf"), 0u);
  EXPECT_EQ(Utf8SequenceLength("\xf4\x90\x80\x80"), 0u);
  EXPECT_EQ(Utf8SequenceLength("\xf5\x80\x80\x80"), 0u);
}

TEST(Utf8SequenceLength, TakesTheBorders) {
  EXPECT_EQ(Utf8SequenceLength("\xc2\x80"), 2u);
  EXPECT_EQ(Utf8SequenceLength("\xe0\xa0\x80"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xed\x9f\xbf"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xf0\x90\x80\x80"), 4u);
  EXPECT_EQ(Utf8SequenceLength("\xf4\x8f\xbf\xbf"), 4u);
}

TEST(Utf8SequenceLength, RefusesAContinuationAtTheStartAndALeadInTheMiddle) {
  EXPECT_EQ(Utf8SequenceLength("\x80"), 0u);
  EXPECT_EQ(Utf8SequenceLength("\xe2\xc3\xa9"), 0u);
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82x"), 0u);
}

}  // namespace
}  // namespace ringpost::smtp::internal
