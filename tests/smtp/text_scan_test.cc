#include "ringpost/smtp/internal/text_scan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "text_scan_reference.h"

namespace ringpost::smtp::internal {
namespace {

constexpr TextScanStops kAll{true, true, true, SIZE_MAX};
constexpr TextScanStops kNone{false, false, false, SIZE_MAX};

size_t Plain(std::string_view text, TextScanStops stops = kAll) {
  return ScanPlainText(text, 0, stops).plain_octets;
}

TEST(TextScan, TakesPlainLines) {
  EXPECT_EQ(Plain("abc\r\ndef\r\n"), 10u);
  EXPECT_EQ(Plain("abc\r\ndef"), 8u);
  EXPECT_EQ(Plain(""), 0u);
}

TEST(TextScan, TellsTheLengthOfTheLineItEndsIn) {
  EXPECT_EQ(ScanPlainText("abc", 5, kAll).line_octets, 8u);
  EXPECT_EQ(ScanPlainText("abc\r\nde", 5, kAll).line_octets, 2u);
  EXPECT_EQ(ScanPlainText("abc\r\n", 5, kAll).line_octets, 0u);
}

// At every distance from the start of a block.
TEST(TextScan, StopsWhereACloserLookIsNeeded) {
  for (size_t before = 0; before < 200; ++before) {
    const std::string text(before, 'x');
    const auto with = [&](std::string_view end) { return text + std::string(end); };
    EXPECT_EQ(Plain(with("\ny")), before);
    EXPECT_EQ(Plain(with("\ry")), before);
    EXPECT_EQ(Plain(with("\r\ry")), before);
    EXPECT_EQ(Plain(with(std::string_view("\0y", 2))), before);
    EXPECT_EQ(Plain(with("\r")), before);
    EXPECT_EQ(Plain(with("\r\n")), before + 2);
    EXPECT_EQ(Plain(with("\r\n.y")), before + 2);
    EXPECT_EQ(Plain(with("\r\n\n")), before + 2);
    EXPECT_EQ(Plain(with("\r\ny.\r\ny")), before + 7);
  }
}

TEST(TextScan, PassesWhatItIsNotToldToStopAt) {
  for (size_t before = 0; before < 200; ++before) {
    const std::string text(before, 'x');
    EXPECT_EQ(Plain(text + "\ny\ry\r\ry", kNone), before + 7);
    EXPECT_EQ(Plain(text + std::string("\0y", 2), kNone), before + 2);
    EXPECT_EQ(Plain(text + "\n.y", kNone), before + 3) << "a dot behind a bare LF is no matter";
    EXPECT_EQ(Plain(text + "\r\n.y", kNone), before + 2) << "a dot behind CRLF is one";
    EXPECT_EQ(Plain(text + "y\r", kNone), before + 1) << "a CR at the end is not decided";
  }
}

TEST(TextScan, StopsAtALineThatIsTooLong) {
  for (size_t longest = 2; longest < 200; ++longest) {
    const TextScanStops stops{true, true, true, longest};
    EXPECT_EQ(Plain(std::string(longest - 2, 'x') + "\r\nab", stops), longest + 2);
    EXPECT_EQ(Plain(std::string(longest - 1, 'x') + "\r\nab", stops), longest - 1)
        << "never between CR and LF";
    EXPECT_EQ(Plain(std::string(300, 'x'), stops), longest);
    EXPECT_EQ(ScanPlainText(std::string(300, 'x'), longest, stops).plain_octets, 0u);
  }
}

// Texts of many lines, where the scan takes strides, with something awkward at every place.
TEST(TextScan, AgreesWithTheReferenceOnManyLines) {
  const std::string_view awkward[] = {
      "", "\r", "\n", "\r\n", ".", "\r\n.", "\n.", "\r\r\n", std::string_view("\0", 1)};
  const TextScanStops all_stops[] = {
      kAll, kNone, {true, true, true, 300}, {false, true, false, 64}, {true, false, false, 200}};
  for (const size_t line_octets : {1u, 44u, 87u, 130u, 290u}) {
    std::string lines;
    while (lines.size() < 700) lines += std::string(line_octets, 'x') + "\r\n";
    for (size_t at = 0; at <= lines.size(); ++at) {
      for (const std::string_view insert : awkward) {
        std::string text = lines;
        text.insert(at, insert);
        for (const TextScanStops& stops : all_stops) {
          const TextScan expected = ScanByReference(text, 3, stops);
          for (const auto scan_with : {ScanPlainText, ScanPlainTextPortably}) {
            const TextScan scan = scan_with(text, 3, stops);
            ASSERT_EQ(scan.plain_octets, expected.plain_octets)
                << line_octets << ' ' << at << ' ' << ::testing::PrintToString(insert);
            ASSERT_EQ(scan.line_octets, expected.line_octets) << line_octets << ' ' << at;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace ringpost::smtp::internal
