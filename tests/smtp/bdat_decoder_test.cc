#include "ringpost/smtp/bdat_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/base/random.h"
#include "text_reference.h"

namespace ringpost::smtp {
namespace {

using Content = BdatDecoder::Content;
using Kind = DataDecoder::Kind;

constexpr TextRules kNormalise{Leniency::kNormalise, Leniency::kNormalise, Leniency::kNormalise};

// All chunks of one message through a decoder: the octets, and how it ended.
class BdatDecoderTest : public ::testing::Test {
 protected:
  void Start(Content content, TextRules rules = {}) { decoder_ = BdatDecoder(content, rules); }

  // Gives a chunk in pieces of up to `piece_octets`, with a command behind it.
  Kind Chunk(const std::string& octets, bool is_last, size_t piece_octets = SIZE_MAX) {
    decoder_.StartChunk({octets.size(), is_last});
    const std::string input = octets + "NOOP\r\n";
    size_t at = 0;
    for (;;) {
      std::string_view piece = std::string_view(input).substr(at, piece_octets);
      const size_t offered = piece.size();
      const DataDecoder::Piece decoded = decoder_.Next(piece);
      at += offered - piece.size();
      text_ += decoded.octets;
      if (decoded.kind == Kind::kOctets || decoded.kind == Kind::kNeedInput) continue;
      if (decoded.kind == Kind::kEnd) {
        EXPECT_EQ(at, octets.size());
      }
      return decoded.kind;
    }
  }

  BdatDecoder decoder_;
  std::string text_;
};

TEST_F(BdatDecoderTest, TakesExactlyTheOctetsOfTheChunk) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("ab\r\n.\r\ncd", true), Kind::kEnd);
  EXPECT_EQ(text_, "ab\r\n.\r\ncd");
}

TEST_F(BdatDecoderTest, TakesAnEmptyChunk) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("", false), Kind::kEnd);
  EXPECT_EQ(Chunk("", true), Kind::kEnd);
  EXPECT_EQ(text_, "");
}

TEST_F(BdatDecoderTest, ALineEndMayBeCutByTwoChunks) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("a\r", false), Kind::kEnd);
  EXPECT_EQ(Chunk("\nb", true), Kind::kEnd);
  EXPECT_EQ(text_, "a\r\nb");
}

TEST_F(BdatDecoderTest, FindsABareCrAtTheBorderOfTwoChunks) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("a\r", false), Kind::kEnd);
  EXPECT_EQ(Chunk("b", true), Kind::kBareCr);
}

TEST_F(BdatDecoderTest, FindsABareCrAtTheVeryEnd) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("a\r", true), Kind::kBareCr);
}

TEST_F(BdatDecoderTest, FindsABareLfAtTheStartOfAChunk) {
  Start(Content::kText);
  EXPECT_EQ(Chunk("a", false), Kind::kEnd);
  EXPECT_EQ(Chunk("\nb", true), Kind::kBareLf);
}

TEST_F(BdatDecoderTest, TakesAnythingInABinaryMessage) {
  Start(Content::kBinary);
  const std::string octets("\r\n.\r\n\0\n\r\xff", 9);
  EXPECT_EQ(Chunk(octets, true), Kind::kEnd);
  EXPECT_EQ(text_, octets);
}

TEST_F(BdatDecoderTest, NormalisesAcrossTheBorder) {
  Start(Content::kText, kNormalise);
  EXPECT_EQ(Chunk("a\r", false), Kind::kEnd);
  EXPECT_EQ(Chunk("b\n", false), Kind::kEnd);
  EXPECT_EQ(Chunk("\nc\r", true), Kind::kEnd);
  EXPECT_EQ(text_, "a\r\nb\r\n\r\nc\r\n");
}

TEST_F(BdatDecoderTest, HasNoLimitOnLines) {
  Start(Content::kText, {.line_octets = 10});
  EXPECT_EQ(Chunk(std::string(1000, 'x'), true), Kind::kEnd);
}

TEST_F(BdatDecoderTest, GoesOnAfterAViolation) {
  Start(Content::kText);
  decoder_.StartChunk({4, true});
  std::string_view input = "a\nb\rNOOP\r\n";
  EXPECT_EQ(decoder_.Next(input).octets, "a");
  EXPECT_EQ(decoder_.Next(input).kind, Kind::kBareLf);
  decoder_.PassEverything();
  while (decoder_.Next(input).kind != Kind::kEnd) continue;
  EXPECT_EQ(input, "NOOP\r\n");
}

TEST_F(BdatDecoderTest, AgreesWithTheReferenceHoweverItIsCut) {
  constexpr std::string_view kOctets("xx\r\r\n\n\0.", 8);
  Random random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string in;
    const size_t length = random.Below(30);
    while (in.size() < length) in += kOctets[random.Below(kOctets.size())];
    const TextRules rules = random.OneIn(2) ? kNormalise : TextRules{};
    const DecodedText expected = DecodeByReference(in, rules, DotRule::kPlain, true);
    Start(Content::kText, rules);
    text_.clear();
    Kind end = Kind::kEnd;
    for (size_t at = 0; end == Kind::kEnd;) {
      const size_t chunk_octets = random.Below(in.size() - at + 1);
      const bool is_last = at + chunk_octets == in.size() && random.OneIn(2);
      end = Chunk(in.substr(at, chunk_octets), is_last, 1 + random.Below(4));
      at += chunk_octets;
      if (is_last) break;
    }
    ASSERT_EQ(end, expected.end);
    ASSERT_EQ(text_, expected.octets);
  }
}

TEST(BdatDecoderDeathTest, RefusesAChunkInsideAChunk) {
  BdatDecoder decoder(Content::kText, {});
  decoder.StartChunk({5, false});
  EXPECT_DEATH(decoder.StartChunk({5, false}), "a chunk inside a chunk");
}

}  // namespace
}  // namespace ringpost::smtp
