#include "ringpost/smtp/line_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ringpost::smtp {
namespace {

using Kind = LineDecoder::Kind;

constexpr size_t kLimit = 20;

class LineDecoderTest : public ::testing::Test {
 protected:
  // All lines of `input`: "text" for a good one, "LF:text", "TOO LONG".
  std::vector<std::string> Feed(std::string_view input) {
    std::vector<std::string> lines;
    for (;;) {
      const LineDecoder::Line line = decoder_.Next(input, kLimit);
      switch (line.kind) {
        case Kind::kIncomplete:
          EXPECT_TRUE(input.empty());
          return lines;
        case Kind::kLine:
          lines.emplace_back(line.text);
          break;
        case Kind::kBareLineFeed:
          lines.push_back("LF:" + std::string(line.text));
          break;
        case Kind::kSkipped:
          break;
        case Kind::kTooLong:
          lines.push_back("TOO LONG");
          break;
      }
    }
  }
  std::vector<std::string> FeedOctets(std::string_view input) {
    std::vector<std::string> lines;
    for (const char& octet : input) {
      for (const std::string& line : Feed({&octet, 1})) lines.push_back(line);
    }
    return lines;
  }

  LineDecoder decoder_;
};

using Lines = std::vector<std::string>;

TEST_F(LineDecoderTest, CutsLines) { EXPECT_EQ(Feed("NOOP\r\nQUIT\r\n"), (Lines{"NOOP", "QUIT"})); }

TEST_F(LineDecoderTest, ALineInTheInputIsAViewOfIt) {
  const std::string input = "NOOP\r\n";
  std::string_view rest = input;
  EXPECT_EQ(decoder_.Next(rest, kLimit).text.data(), input.data());
}

TEST_F(LineDecoderTest, CarriesALineThatIsCut) {
  EXPECT_EQ(Feed("NO"), Lines{});
  EXPECT_EQ(Feed("OP\r"), Lines{});
  EXPECT_EQ(Feed("\nQUIT\r\n"), (Lines{"NOOP", "QUIT"}));
}

TEST_F(LineDecoderTest, ToldByOctetsIsTheSame) {
  const std::string input =
      "NOOP\r\n\r\nx\ny\n\r\r\ny\rz\r\n012345678901234567890123456789\n0\r\r\nQUIT\r\n";
  const Lines whole = Feed(input);
  EXPECT_EQ(FeedOctets(input), whole);
  EXPECT_EQ(whole, (Lines{"NOOP", "", "LF:x", "y\rz", "TOO LONG", "QUIT"}));
}

TEST_F(LineDecoderTest, TellsABareLineFeed) { EXPECT_EQ(Feed("NOOP\n"), Lines{"LF:NOOP"}); }

TEST_F(LineDecoderTest, SkipsWhatFollowsABareLineFeedToTheLineEnd) {
  EXPECT_EQ(Feed("NOOP\nRSET\n\rRSET\r\nQUIT\r\n"), (Lines{"LF:NOOP", "QUIT"}));
}

TEST_F(LineDecoderTest, TheLineEndRightBehindABareLineFeed) {
  EXPECT_EQ(Feed("NOOP\n\r\nQUIT\r\n"), (Lines{"LF:NOOP", "QUIT"}));
}

TEST_F(LineDecoderTest, SkipsPastALineEndThatIsCut) {
  EXPECT_EQ(Feed("NOOP\nx\r"), Lines{"LF:NOOP"});
  EXPECT_EQ(Feed("\nQUIT\r\n"), Lines{"QUIT"});
}

TEST_F(LineDecoderTest, ABareLineFeedEndsNoLongLine) {
  EXPECT_EQ(Feed(std::string(1000, 'x') + "\nRSET\r\nQUIT\r\n"), (Lines{"TOO LONG", "QUIT"}));
}

TEST_F(LineDecoderTest, TellsTheStartOfALongLine) {
  Feed("BDAT");
  std::string_view rest = " 123456789012345678901234567890\r\n";
  EXPECT_EQ(decoder_.Next(rest, kLimit).text, "BDAT 123");
}

TEST_F(LineDecoderTest, ABareCrEndsNothing) { EXPECT_EQ(Feed("a\rb\r\n"), Lines{"a\rb"}); }

TEST_F(LineDecoderTest, OnlyTheLastCrBelongsToTheLineEnd) {
  EXPECT_EQ(Feed("a\r\r\n"), Lines{"a\r"});
}

TEST_F(LineDecoderTest, TakesALineOfExactlyTheLimit) {
  EXPECT_EQ(Feed(std::string(kLimit - 2, 'x') + "\r\n"), Lines{std::string(kLimit - 2, 'x')});
}

TEST_F(LineDecoderTest, RefusesOneOctetMore) {
  EXPECT_EQ(Feed(std::string(kLimit - 1, 'x') + "\r\n"), Lines{"TOO LONG"});
}

TEST_F(LineDecoderTest, SkipsALongLineToItsEnd) {
  EXPECT_EQ(Feed(std::string(1000, 'x')), Lines{});
  EXPECT_EQ(Feed("QUIT"), Lines{});
  EXPECT_EQ(Feed("\r\nNOOP\r\n"), (Lines{"TOO LONG", "NOOP"}));
}

TEST_F(LineDecoderTest, KeepsNothingOfALongLine) {
  Feed(std::string(kLimit - 1, 'x'));
  EXPECT_EQ(decoder_.start().size(), kLimit - 1);
  Feed("x");
  EXPECT_EQ(decoder_.start(), "xxxxxxxx");
  EXPECT_EQ(decoder_.skipped_octets(), kLimit);
}

TEST_F(LineDecoderTest, CountsWhatItSkips) {
  Feed(std::string(1000, 'x'));
  Feed(std::string(500, 'x'));
  EXPECT_EQ(decoder_.skipped_octets(), 1500u);
  std::string_view input = "\r\nNOOP\r\n";
  EXPECT_EQ(decoder_.Next(input, kLimit).kind, Kind::kTooLong);
  EXPECT_EQ(decoder_.skipped_octets(), 1501u);
  decoder_.Next(input, kLimit);
  EXPECT_EQ(decoder_.skipped_octets(), 0u);
}

TEST_F(LineDecoderTest, KnowsWhereALineStarts) {
  EXPECT_TRUE(decoder_.is_at_line_start());
  Feed("NO");
  EXPECT_FALSE(decoder_.is_at_line_start());
  Feed("OP\r\n");
  EXPECT_TRUE(decoder_.is_at_line_start());
  Feed(std::string(100, 'x'));
  EXPECT_FALSE(decoder_.is_at_line_start());
}

TEST_F(LineDecoderTest, ReleasesItsMemoryOnlyWhenItHoldsNothing) {
  Feed("NO");
  decoder_.ReleaseSpareMemory();
  EXPECT_EQ(decoder_.start(), "NO");
  EXPECT_EQ(Feed("OP\r\n"), Lines{"NOOP"});
  decoder_.ReleaseSpareMemory();
  EXPECT_EQ(Feed("QUIT\r\n"), Lines{"QUIT"});
}

TEST(LineDecoderTakeWhole, TakesOnlyAWholeLine) {
  std::string_view input = "NOOP\r\nQUI";
  EXPECT_EQ(LineDecoder::TakeWhole(input, kLimit).text, "NOOP");
  EXPECT_EQ(LineDecoder::TakeWhole(input, kLimit).kind, Kind::kIncomplete);
  EXPECT_EQ(input, "QUI");
}

TEST(LineDecoderTakeWhole, TellsFlaws) {
  std::string_view bare = "NOOP\nQUIT\r\n";
  EXPECT_EQ(LineDecoder::TakeWhole(bare, kLimit).kind, Kind::kBareLineFeed);
  std::string_view is_long = "0123456789012345678901234567890\r\n";
  EXPECT_EQ(LineDecoder::TakeWhole(is_long, kLimit).kind, Kind::kTooLong);
}

}  // namespace
}  // namespace ringpost::smtp
