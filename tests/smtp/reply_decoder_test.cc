#include "ringpost/smtp/reply_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/base/text.h"

namespace ringpost::smtp {
namespace {

using Kind = ReplyDecoder::Kind;

// Each line as "CODE text", the last of a reply with '.' in front of it; a flaw as its description.
std::vector<std::string> Feed(ReplyDecoder& decoder, std::string_view input) {
  std::vector<std::string> lines;
  for (;;) {
    const ReplyDecoder::Line line = decoder.Next(input);
    switch (line.kind) {
      case Kind::kIncomplete:
        EXPECT_TRUE(input.empty());
        return lines;
      case Kind::kLine:
        lines.push_back(Concat(line.is_last ? "." : "", line.code, " ", line.text));
        break;
      case Kind::kMalformed:
        EXPECT_TRUE(line.flaw != ReplyFlaw::kNone);
        lines.emplace_back(Describe(line.flaw));
        return lines;
    }
  }
}

std::vector<std::string> Decode(std::string_view input, const ReplyLimits& limits = {}) {
  ReplyDecoder decoder(limits);
  return Feed(decoder, input);
}

using Lines = std::vector<std::string>;

TEST(ReplyDecoder, ReadsAReplyOfOneLine) {
  EXPECT_EQ(Decode("250 2.1.0 OK\r\n"), Lines({".250 2.1.0 OK"}));
}

TEST(ReplyDecoder, ReadsAReplyOfSeveralLines) {
  EXPECT_EQ(Decode("250-mail.test\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"),
            Lines({"250 mail.test", "250 PIPELINING", ".250 SIZE 1000"}));
}

TEST(ReplyDecoder, ReadsRepliesThatComeTogether) {
  EXPECT_EQ(Decode("250 a\r\n550-b\r\n550 c\r\n354 d\r\n"),
            Lines({".250 a", "550 b", ".550 c", ".354 d"}));
}

TEST(ReplyDecoder, ReadsTheSameOctetByOctet) {
  ReplyDecoder decoder;
  Lines lines;
  const std::string input = "250-mail.test\r\n250 SIZE\r\n220 x\r\n";
  for (const char c : input) {
    for (std::string& line : Feed(decoder, std::string(1, c))) lines.push_back(std::move(line));
  }
  EXPECT_EQ(lines, Lines({"250 mail.test", ".250 SIZE", ".220 x"}));
}

TEST(ReplyDecoder, TakesACodeAlone) {
  EXPECT_EQ(Decode("250\r\n250-\r\n250 \r\n"), Lines({".250 ", "250 ", ".250 "}));
}

TEST(ReplyDecoder, KnowsWhetherAReplyIsUnderWay) {
  ReplyDecoder decoder;
  EXPECT_TRUE(decoder.is_between_replies());
  Feed(decoder, "25");
  EXPECT_FALSE(decoder.is_between_replies());
  Feed(decoder, "0-a\r\n");
  EXPECT_FALSE(decoder.is_between_replies());
  Feed(decoder, "250 b\r\n");
  EXPECT_TRUE(decoder.is_between_replies());
}

TEST(ReplyDecoder, RefusesWhatIsNoCode) {
  for (const char* const line : {"\r\n", "25\r\n", "2x0 a\r\n", "650 a\r\n", "150 a\r\n",
                                 " 250 a\r\n", "HTTP/1.1 200 OK\r\n", "\xff\xfe\xfd\r\n"}) {
    EXPECT_EQ(Decode(line), Lines({"a line without a reply code"})) << line;
  }
}

TEST(ReplyDecoder, RefusesAnotherSeparator) {
  EXPECT_EQ(Decode("250_a\r\n"), Lines({"neither a blank nor '-' behind the code"}));
  EXPECT_EQ(Decode("2500\r\n"), Lines({"neither a blank nor '-' behind the code"}));
}

TEST(ReplyDecoder, RefusesACodeThatChanges) {
  EXPECT_EQ(Decode("250-a\r\n251 b\r\n"),
            Lines({"250 a", "lines of one reply with different codes"}));
}

TEST(ReplyDecoder, LimitsTheLengthOfALine) {
  const ReplyLimits limits = {.line_octets = 12};
  EXPECT_EQ(Decode("250 123456\r\n", limits), Lines({".250 123456"}));
  EXPECT_EQ(Decode("250 1234567\r\n", limits), Lines({"a line that is too long"}));
  EXPECT_EQ(Decode("250 12345678", limits), Lines({"a line that is too long"}));
  EXPECT_EQ(Decode("250 1234567", limits), Lines());
}

TEST(ReplyDecoder, LimitsTheNumberOfLines) {
  const ReplyLimits limits = {.lines = 3};
  EXPECT_EQ(Decode("250-a\r\n250-b\r\n250 c\r\n", limits), Lines({"250 a", "250 b", ".250 c"}));
  EXPECT_EQ(Decode("250-a\r\n250-b\r\n250-c\r\n250 d\r\n", limits),
            Lines({"250 a", "250 b", "250 c", "a reply of too many lines"}));
}

TEST(ReplyDecoder, ABareLineFeedIsAMatterOfTolerance) {
  EXPECT_EQ(Decode("250 a\n"), Lines({"a line that ends with LF alone"}));
  EXPECT_EQ(Decode("250-a\n250 b\r\n", {.takes_bare_line_feed = true}), Lines({"250 a", ".250 b"}));
}

TEST(ReplyDecoder, RefusesABareCarriageReturn) {
  EXPECT_EQ(Decode("250 a\rb\r\n"), Lines({"a CR in the middle of a line"}));
  EXPECT_EQ(Decode("250 a\r\r\n"), Lines({"a CR in the middle of a line"}));
}

TEST(ReplyDecoder, UnderstandsNothingAfterAFlaw) {
  ReplyDecoder decoder;
  EXPECT_EQ(Feed(decoder, "oops\r\n250 a\r\n"), Lines({"a line without a reply code"}));
  EXPECT_EQ(Feed(decoder, "250 b\r\n"), Lines({"a line without a reply code"}));
}

TEST(ReplyDecoder, DescribesEveryFlaw) {
  for (int flaw = 0; flaw <= static_cast<int>(ReplyFlaw::kBareCarriageReturn); ++flaw) {
    EXPECT_FALSE(Describe(static_cast<ReplyFlaw>(flaw)).empty());
  }
}

}  // namespace
}  // namespace ringpost::smtp
