#include "ringpost/base/quantity.h"

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(ParseOctets, ReadsBinaryAndDecimalUnits) {
  EXPECT_EQ(ParseOctets("0"), 0u);
  EXPECT_EQ(ParseOctets("512"), 512u);
  EXPECT_EQ(ParseOctets("512B"), 512u);
  EXPECT_EQ(ParseOctets("10KB"), 10'000u);
  EXPECT_EQ(ParseOctets("64MiB"), 64u << 20);
  EXPECT_EQ(ParseOctets("64 mib"), 64u << 20);
  EXPECT_EQ(ParseOctets("2GiB"), 2ull << 30);
  EXPECT_EQ(ParseOctets("1TB"), 1'000'000'000'000u);
}

TEST(ParseOctets, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MiB", "-1", "1.5MiB", "1 2", "64MiBs", "64M iB", "1e3", " 1"}) {
    EXPECT_EQ(ParseOctets(text), std::nullopt) << text;
  }
}

TEST(ParseOctets, RefusesWhatDoesNotFitInto64Bits) {
  EXPECT_EQ(ParseOctets("16777215TiB"), 16777215ull << 40);
  EXPECT_EQ(ParseOctets("16777216TiB"), std::nullopt);
  EXPECT_EQ(ParseOctets("18446744073709551616"), std::nullopt);
}

TEST(FormatOctets, IsTheShortestThatParsesBack) {
  EXPECT_EQ(FormatOctets(0), "0");
  EXPECT_EQ(FormatOctets(1001), "1001");
  EXPECT_EQ(FormatOctets(1000), "1KB");
  EXPECT_EQ(FormatOctets(1024), "1KiB");
  EXPECT_EQ(FormatOctets(64 << 20), "64MiB");
  for (const uint64_t octets : {1ull, 999ull, 10'000ull, 3ull << 30, ~0ull}) {
    EXPECT_EQ(ParseOctets(FormatOctets(octets)), octets);
  }
}

TEST(ParseTimeSpan, ReadsUnitsAndSums) {
  EXPECT_EQ(ParseTimeSpan("300ms"), absl::Milliseconds(300));
  EXPECT_EQ(ParseTimeSpan("3s"), absl::Seconds(3));
  EXPECT_EQ(ParseTimeSpan("5m"), absl::Minutes(5));
  EXPECT_EQ(ParseTimeSpan("1h"), absl::Hours(1));
  EXPECT_EQ(ParseTimeSpan("2d"), absl::Hours(48));
  EXPECT_EQ(ParseTimeSpan("1m30s"), absl::Seconds(90));
}

TEST(ParseTimeSpan, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "3", "s", "-3s", "1.5h", "3 s", "inf", "3sec", "1m 30s"}) {
    EXPECT_EQ(ParseTimeSpan(text), std::nullopt) << text;
  }
}

TEST(ParseTimeSpan, IsBounded) {
  EXPECT_EQ(ParseTimeSpan("10000d"), absl::Hours(240'000));
  EXPECT_EQ(ParseTimeSpan("10000d1ms"), std::nullopt);
  EXPECT_EQ(ParseTimeSpan("99999999999999999999d"), std::nullopt);
}

TEST(FormatTimeSpan, ParsesBack) {
  EXPECT_EQ(FormatTimeSpan(absl::ZeroDuration()), "0s");
  EXPECT_EQ(FormatTimeSpan(absl::Minutes(5)), "5m");
  EXPECT_EQ(FormatTimeSpan(absl::Seconds(90)), "1m30s");
  EXPECT_EQ(FormatTimeSpan(absl::Milliseconds(1300)), "1s300ms");
}

}  // namespace
}  // namespace ringpost
