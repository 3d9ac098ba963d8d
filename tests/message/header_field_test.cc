#include "ringpost/message/header_field.h"

#include <gtest/gtest.h>

namespace ringpost::message {
namespace {

std::vector<HeaderField> Split(std::string_view block) {
  std::vector<HeaderField> fields;
  SplitHeader(block, fields);
  return fields;
}

TEST(SplitHeader, GivesNamesAndRawValues) {
  const auto fields = Split("From: a@b\r\nSubject: hello\r\n world\r\n\r\nbody: no\r\n");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].name, "From");
  EXPECT_EQ(fields[0].raw_value, " a@b");
  EXPECT_EQ(fields[0].raw_field, "From: a@b\r\n");
  EXPECT_EQ(fields[1].name, "Subject");
  EXPECT_EQ(fields[1].raw_value, " hello\r\n world");
  EXPECT_EQ(fields[1].raw_field, "Subject: hello\r\n world\r\n");
}

TEST(SplitHeader, TakesBlanksBeforeTheColon) {
  const auto fields = Split("Subject \t: x\r\n");
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].name, "Subject");
  EXPECT_EQ(fields[0].raw_value, " x");
}

TEST(SplitHeader, TakesEmptyValuesAndBlankContinuations) {
  const auto fields = Split("A:\r\nB: 1\r\n \t\r\n 2\r\n");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].raw_value, "");
  EXPECT_EQ(fields[1].raw_value, " 1\r\n \t\r\n 2");
}

TEST(SplitHeader, SeesFieldsBehindBareLineFeeds) {
  const auto fields = Split("A: 1\nB: 2\r\n");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].raw_value, " 1");
  EXPECT_EQ(fields[1].name, "B");
}

TEST(SplitHeader, KeepsABareCarriageReturnInTheValue) {
  const auto fields = Split("A: 1\rB: 2\r\n");
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].raw_value, " 1\rB: 2");
}

TEST(SplitHeader, StopsAtWhatIsNoField) {
  EXPECT_EQ(Split("A: 1\r\nno field\r\nB: 2\r\n").size(), 1u);
  EXPECT_EQ(Split(" continues nothing\r\nA: 1\r\n").size(), 0u);
  EXPECT_EQ(Split(": no name\r\n").size(), 0u);
  EXPECT_EQ(Split("caf\xc3\xa9: x\r\n").size(), 0u);
  EXPECT_EQ(Split("").size(), 0u);
}

TEST(SplitHeader, TakesAFieldWithoutLineEnd) {
  const auto fields = Split("A: 1");
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields[0].raw_field, "A: 1");
}

TEST(Unfold, MakesOneLineWithoutOuterBlanks) {
  EXPECT_EQ(Unfold(" hello\r\n world\r\n\t! "), "hello world\t!");
  EXPECT_EQ(Unfold("\r\n folded at once"), "folded at once");
  EXPECT_EQ(Unfold(" \r\n "), "");
}

TEST(IsFieldName, TakesPrintableAsciiWithoutColon) {
  EXPECT_TRUE(IsFieldName("X-Spam-Flag"));
  EXPECT_TRUE(IsFieldName("!"));
  EXPECT_FALSE(IsFieldName(""));
  EXPECT_FALSE(IsFieldName("a b"));
  EXPECT_FALSE(IsFieldName("a:"));
  EXPECT_FALSE(IsFieldName("a\r\n"));
  EXPECT_FALSE(IsFieldName("\xc3\xa9"));
}

}  // namespace
}  // namespace ringpost::message
