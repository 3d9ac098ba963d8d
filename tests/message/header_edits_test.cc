#include "ringpost/message/header_edits.h"

#include <gtest/gtest.h>

#include "ringpost/message/header_field.h"

namespace ringpost::message {
namespace {

constexpr std::string_view kHeader =
    "From: a@example.com\r\nsubject: one\r\n two\r\nX-Tag: 1\r\nX-Tag: 2\r\n\r\n";

std::string Edited(std::string_view header, const HeaderEdits& edits) {
  const absl::StatusOr<std::string> edited = ApplyHeaderEdits(header, edits);
  return edited.ok() ? *edited : std::string(edited.status().message());
}

std::string Field(std::string_view name, std::string_view value) {
  std::string out;
  const absl::Status status = AppendHeaderField(out, name, value);
  return status.ok() ? out : std::string(status.message());
}

TEST(HeaderEdits, LeavesAHeaderWithoutEditsAsItIs) { EXPECT_EQ(Edited(kHeader, {}), kHeader); }

TEST(HeaderEdits, PrependsOnTop) {
  HeaderEdits edits;
  edits.Prepend("X-One", "1");
  edits.Prepend("X-Two", "2");
  EXPECT_EQ(Edited("A: b\r\n\r\n", edits), "X-Two: 2\r\nX-One: 1\r\nA: b\r\n\r\n");
}

TEST(HeaderEdits, AppendsBelowTheLastField) {
  HeaderEdits edits;
  edits.Append("X-One", "1");
  edits.Append("X-Two", "2");
  EXPECT_EQ(Edited("A: b\r\n\r\n", edits), "A: b\r\nX-One: 1\r\nX-Two: 2\r\n\r\n");
}

TEST(HeaderEdits, ReplacesTheFirstAndRemovesTheOthers) {
  HeaderEdits edits;
  edits.Replace("x-tag", "new");
  EXPECT_EQ(Edited(kHeader, edits),
            "From: a@example.com\r\nsubject: one\r\n two\r\nx-tag: new\r\n\r\n");
}

TEST(HeaderEdits, ReplacesAFoldedFieldWholly) {
  HeaderEdits edits;
  edits.Replace("Subject", "three");
  EXPECT_EQ(Edited("Subject: one\r\n two\r\nA: b\r\n\r\n", edits),
            "Subject: three\r\nA: b\r\n\r\n");
}

TEST(HeaderEdits, AppendsWhatThereIsNoneToReplace) {
  HeaderEdits edits;
  edits.Replace("X-New", "1");
  EXPECT_EQ(Edited("A: b\r\n\r\n", edits), "A: b\r\nX-New: 1\r\n\r\n");
}

TEST(HeaderEdits, RemovesEveryFieldOfTheName) {
  HeaderEdits edits;
  edits.Remove("X-TAG");
  edits.Remove("X-Absent");
  EXPECT_EQ(Edited(kHeader, edits), "From: a@example.com\r\nsubject: one\r\n two\r\n\r\n");
}

TEST(HeaderEdits, AppliesInOrder) {
  HeaderEdits edits;
  edits.Append("X-Tag", "3");
  edits.Remove("X-Tag");
  edits.Append("X-Tag", "4");
  EXPECT_EQ(Edited("X-Tag: 1\r\n\r\n", edits), "X-Tag: 4\r\n\r\n");
}

TEST(HeaderEdits, EndsAHeaderThatHadNoEmptyLine) {
  HeaderEdits edits;
  edits.Append("X", "1");
  EXPECT_EQ(Edited("", edits), "X: 1\r\n\r\n");
  EXPECT_EQ(Edited("A: b\r\n", edits), "A: b\r\nX: 1\r\n\r\n");
  EXPECT_EQ(Edited("A: b", edits), "A: b\r\nX: 1\r\n\r\n");
}

TEST(HeaderEdits, RefusesWhatWouldInjectAField) {
  for (const std::string_view value : {"a\r\nX: y", "a\nb", "a\rb", "a\x01", "a\x7f"}) {
    HeaderEdits edits;
    edits.Append("X", std::string(value));
    EXPECT_EQ(Edited(kHeader, edits), "header field X: a control character in the value");
    EXPECT_EQ(ValidateHeaderEdits(edits).code(), absl::StatusCode::kInvalidArgument);
  }
  HeaderEdits nul;
  nul.Append("X", std::string(1, '\0'));
  EXPECT_FALSE(ValidateHeaderEdits(nul).ok());
}

TEST(HeaderEdits, RefusesNamesThatAreNone) {
  for (const std::string_view name : {"", "a b", "a:", "a\r\nb", "caf\xc3\xa9"}) {
    HeaderEdits append, remove;
    append.Append(std::string(name), "x");
    remove.Remove(std::string(name));
    EXPECT_EQ(Edited(kHeader, append), "header field: the name is no field name");
    EXPECT_FALSE(ValidateHeaderEdits(append).ok());
    EXPECT_FALSE(ApplyHeaderEdits(kHeader, remove).ok());
    EXPECT_FALSE(ValidateHeaderEdits(remove).ok());
  }
  EXPECT_EQ(Field(std::string(77, 'n'), "x"),
            "header field " + std::string(77, 'n') + ": the name is too long");
}

TEST(HeaderEdits, ValidatesGoodOnes) {
  HeaderEdits edits;
  edits.Prepend("X-Spam-Flag", "YES");
  edits.Replace("Subject", "caf\xc3\xa9\t!");
  edits.Remove("Bcc");
  EXPECT_TRUE(ValidateHeaderEdits(edits).ok());
}

TEST(AppendHeaderField, WritesOneLineWhenItFits) {
  EXPECT_EQ(Field("X", "a  b"), "X: a  b\r\n");
  EXPECT_EQ(Field("X", "  outer blanks \t"), "X: outer blanks\r\n");
  EXPECT_EQ(Field("X", ""), "X: \r\n");
  EXPECT_EQ(Field("X", std::string(75, 'v')).size(), 80u);
}

TEST(AppendHeaderField, FoldsAtBlanksBefore78Octets) {
  const std::string word(40, 'w');
  EXPECT_EQ(Field("X", word + " " + word + "  " + word),
            "X: " + word + "\r\n " + word + "\r\n  " + word + "\r\n");
}

TEST(AppendHeaderField, UnfoldsToTheSameValue) {
  std::string value;
  for (int i = 0; i < 500; ++i) value += "word" + std::to_string(i) + (i % 7 == 0 ? "  " : " ");
  value += "end";
  const std::string field = Field("X-Long", value);
  std::vector<HeaderField> fields;
  SplitHeader(field, fields);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(Unfold(fields[0].raw_value), value);
}

TEST(AppendHeaderField, TakesWordsUpToTheHardLimit) {
  EXPECT_EQ(Field("X", std::string(995, 'v')), "X: " + std::string(995, 'v') + "\r\n");
  EXPECT_EQ(Field("X", std::string(996, 'v')),
            "header field X: a word of the value is longer than a line can be");
}

TEST(AppendHeaderField, AppendsNothingWhenItRefuses) {
  std::string out = "A: b\r\n";
  EXPECT_FALSE(AppendHeaderField(out, "X", "good " + std::string(2000, 'v')).ok());
  EXPECT_FALSE(AppendHeaderField(out, "X", std::string(kLongestFieldValue + 1, ' ')).ok());
  EXPECT_EQ(out, "A: b\r\n");
}

}  // namespace
}  // namespace ringpost::message
