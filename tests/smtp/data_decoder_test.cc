#include "ringpost/smtp/data_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ringpost/base/random.h"
#include "text_reference.h"

namespace ringpost::smtp {
namespace {

using Kind = DataDecoder::Kind;

constexpr TextRules kStrict{};
constexpr TextRules kAllow = TextRules::AllowAll();
constexpr TextRules kNormalise{Leniency::kNormalise, Leniency::kNormalise, Leniency::kNormalise};

// As one piece and octet by octet; both must agree.
DecodedText DecodeText(std::string_view in, TextRules rules = kStrict,
                       DotRule dots = DotRule::kTransparent) {
  const DataDecoder decoder(rules, dots);
  const DecodedText whole = Decode(decoder, in, [&] { return in.size(); });
  EXPECT_EQ(Decode(decoder, in, [] { return size_t{1}; }), whole);
  return whole;
}

std::string Body(std::string_view in, TextRules rules = kStrict) {
  const DecodedText text = DecodeText(in, rules);
  EXPECT_EQ(text.end, Kind::kEnd);
  EXPECT_EQ(text.taken_octets, in.size());
  return text.octets;
}

TEST(DataDecoder, EndsAtADotOnALineOfItsOwn) { EXPECT_EQ(Body("a\r\nb\r\n.\r\n"), "a\r\nb\r\n"); }

TEST(DataDecoder, TakesAnEmptyMessage) { EXPECT_EQ(Body(".\r\n"), ""); }

TEST(DataDecoder, DropsTheDotThatWasPutInFront) {
  EXPECT_EQ(Body("..\r\n.a\r\n...\r\na..b\r\n.\r\n"), ".\r\na\r\n..\r\na..b\r\n");
}

TEST(DataDecoder, LeavesWhatComesBehindTheEnd) {
  std::string_view input = "a\r\n.\r\nMAIL";
  DataDecoder decoder(kStrict, DotRule::kTransparent);
  EXPECT_EQ(decoder.Next(input).octets, "a\r\n");
  EXPECT_EQ(decoder.Next(input).kind, Kind::kEnd);
  EXPECT_EQ(input, "MAIL");
}

TEST(DataDecoder, GivesViewsOfTheInput) {
  const std::string text = "abc\r\n..def\r\n";
  std::string_view input = text;
  DataDecoder decoder(kStrict, DotRule::kTransparent);
  EXPECT_EQ(decoder.Next(input).octets.data(), text.data());
  EXPECT_EQ(decoder.Next(input).octets.data(), text.data() + 6);
}

TEST(DataDecoder, GivesAWholeBufferAsOnePiece) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a line of some length, and no dot in front\r\n";
  std::string_view input = text;
  DataDecoder decoder(kStrict, DotRule::kTransparent);
  EXPECT_EQ(decoder.Next(input).octets.size(), text.size());
}

// What other servers have taken for an end of data.
TEST(DataDecoder, OnlyCrLfDotCrLfIsTheEnd) {
  for (const std::string& end : {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r",
                                 "\n.\r", "\r\n. \r\n", "\r\n.\r\r\n"}) {
    const std::string in = "a" + end + "b";
    EXPECT_NE(DecodeText(in).end, Kind::kEnd) << in;
    EXPECT_EQ(DecodeText(in, kAllow).end, Kind::kNeedInput) << in;
    EXPECT_EQ(DecodeText(in, kNormalise).end, Kind::kNeedInput) << in;
  }
}

TEST(DataDecoder, ANulIsNoPartOfTheEnd) {
  const std::string in("a\r\n\0.\r\nb\r\n.\0\r\nc\r\n.\r\0\nd\r\n.\r\n", 27);
  EXPECT_EQ(Body(in, kAllow), std::string("a\r\n\0.\r\nb\r\n\0\r\nc\r\n\r\0\nd\r\n", 22));
  EXPECT_EQ(DecodeText(in).end, Kind::kNul);
}

TEST(DataDecoder, DropsNoDotBehindABareLineEnd) {
  EXPECT_EQ(Body("a\n..b\r..c\r\n.\r\n", kAllow), "a\n..b\r..c\r\n");
  EXPECT_EQ(Body("a\n..b\r..c\r\n.\r\n", kNormalise), "a\r\n..b\r\n..c\r\n");
}

TEST(DataDecoder, ReportsABareLf) {
  const DecodedText text = DecodeText("ab\ncd\r\n.\r\n");
  EXPECT_EQ(text.end, Kind::kBareLf);
  EXPECT_EQ(text.octets, "ab");
}

TEST(DataDecoder, ReportsABareCr) {
  const DecodedText text = DecodeText("ab\rcd\r\n.\r\n");
  EXPECT_EQ(text.end, Kind::kBareCr);
  EXPECT_EQ(text.octets, "ab\r");
}

TEST(DataDecoder, ReportsABareCrBehindTheDotOfAnEnd) {
  EXPECT_EQ(DecodeText(".\rx\r\n.\r\n").end, Kind::kBareCr);
  EXPECT_EQ(Body(".\rx\r\n.\r\n", kAllow), "\rx\r\n");
  EXPECT_EQ(Body(".\rx\r\n.\r\n", kNormalise), "\r\nx\r\n");
}

TEST(DataDecoder, TakesTheLastOfSeveralCrs) {
  EXPECT_EQ(Body("a\r\r\n.\r\n", kAllow), "a\r\r\n");
  EXPECT_EQ(Body("a\r\r\n.\r\n", kNormalise), "a\r\n\r\n");
}

TEST(DataDecoder, NormalisesBareLineEnds) {
  EXPECT_EQ(Body("a\nb\rc\r\n.\r\n", kNormalise), "a\r\nb\r\nc\r\n");
}

TEST(DataDecoder, NormalisesNulAway) {
  EXPECT_EQ(Body(std::string("a\0b\r\n\0\0.\r\n.\r\n", 13), kNormalise), "ab\r\n.\r\n");
}

TEST(DataDecoder, FindsTheEndAfterAViolation) {
  std::string_view input("ab\ncd\n.\n\r\r\n.\r\nNOOP");
  DataDecoder decoder(kStrict, DotRule::kTransparent);
  EXPECT_EQ(decoder.Next(input).octets, "ab");
  EXPECT_EQ(decoder.Next(input).kind, Kind::kBareLf);
  decoder.PassEverything();
  while (decoder.Next(input).kind == Kind::kOctets) continue;
  EXPECT_EQ(input, "NOOP");
}

TEST(DataDecoder, TakesALineOfExactlyTheLimit) {
  const TextRules rules{.line_octets = 5};
  EXPECT_EQ(Body("abc\r\nabc\r\n.\r\n", rules), "abc\r\nabc\r\n");
  EXPECT_EQ(DecodeText("abcd\r\n.\r\n", rules).end, Kind::kLineTooLong);
}

TEST(DataDecoder, DoesNotCountTheDotInFront) {
  const TextRules rules{.line_octets = 5};
  EXPECT_EQ(Body("..bc\r\n.\r\n", rules), ".bc\r\n");
}

TEST(DataDecoder, RefusesALineWithoutEnd) {
  const TextRules rules{.line_octets = 1000};
  EXPECT_EQ(DecodeText(std::string(1001, 'x'), rules).end, Kind::kLineTooLong);
  EXPECT_EQ(DecodeText(std::string(1000, 'x'), rules).end, Kind::kNeedInput);
}

TEST(DataDecoder, LeavesDotsAloneInPlainText) {
  EXPECT_EQ(DecodeText(".\r\n..\r\n", kStrict, DotRule::kPlain).octets, ".\r\n..\r\n");
}

TEST(DataDecoder, FinishTellsATrailingCr) {
  std::string_view input = "a\r";
  DataDecoder decoder(kStrict, DotRule::kPlain);
  EXPECT_EQ(decoder.Next(input).octets, "a\r");
  EXPECT_EQ(decoder.Finish().kind, Kind::kBareCr);
  DataDecoder normalising(kNormalise, DotRule::kPlain);
  input = "a\r";
  normalising.Next(input);
  EXPECT_EQ(normalising.Finish().octets, "\n");
  EXPECT_EQ(normalising.Finish().kind, Kind::kEnd);
}

constexpr Leniency kLeniencies[] = {Leniency::kReject, Leniency::kNormalise, Leniency::kAllow};

std::vector<TextRules> AllRules(size_t line_octets) {
  std::vector<TextRules> all;
  for (const Leniency bare_cr : kLeniencies) {
    for (const Leniency bare_lf : kLeniencies) {
      for (const Leniency nul : kLeniencies) all.push_back({bare_cr, bare_lf, nul, line_octets});
    }
  }
  return all;
}

// Every text of up to six octets over the octets that matter, under every rule.
TEST(DataDecoder, AgreesWithTheReferenceOnEveryShortText) {
  constexpr std::string_view kOctets("x.\r\n\0", 5);
  size_t text_count = 1;
  for (size_t length = 1; length <= 6; ++length) {
    text_count *= kOctets.size();
    for (size_t number = 0; number < text_count; ++number) {
      std::string in;
      for (size_t i = 0, rest = number; i < length; ++i, rest /= kOctets.size()) {
        in += kOctets[rest % kOctets.size()];
      }
      for (const size_t line_octets : {size_t{3}, SIZE_MAX}) {
        for (const TextRules& rules : AllRules(line_octets)) {
          const DecodedText expected = DecodeByReference(in, rules, DotRule::kTransparent);
          const DataDecoder decoder(rules, DotRule::kTransparent);
          ASSERT_EQ(Decode(decoder, in, [&] { return in.size(); }), expected)
              << ::testing::PrintToString(in);
          ASSERT_EQ(Decode(decoder, in, [] { return size_t{1}; }), expected)
              << ::testing::PrintToString(in);
        }
      }
    }
  }
}

// Long texts cross the blocks of the scan at every place.
TEST(DataDecoder, AgreesWithTheReferenceOnLongTexts) {
  constexpr std::string_view kParts[] = {"x",     "some words", "\r\n", "\r\n",
                                         "\r\n.", "\r",         "\n",   "."};
  Random random(20261123);
  for (int round = 0; round < 3000; ++round) {
    std::string in;
    const uint64_t spread = 3 + random.Below(200);  // how rare the awkward parts are
    while (in.size() < 400) {
      const uint64_t part = random.Below(spread);
      in += part < std::size(kParts) ? kParts[part] : "words";
      if (random.OneIn(5)) in += "\r\n";
    }
    for (const TextRules& rules : {kStrict, kAllow, kNormalise, TextRules{.line_octets = 64},
                                   TextRules{.line_octets = 100 + random.Below(100)}}) {
      const DecodedText expected = DecodeByReference(in, rules, DotRule::kTransparent);
      const DataDecoder decoder(rules, DotRule::kTransparent);
      ASSERT_EQ(Decode(decoder, in, [&] { return in.size(); }), expected);
      ASSERT_EQ(Decode(decoder, in, [&] { return 1 + random.Below(150); }), expected);
    }
  }
}

}  // namespace
}  // namespace ringpost::smtp
