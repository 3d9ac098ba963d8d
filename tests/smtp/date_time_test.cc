#include "ringpost/smtp/internal/date_time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace ringpost::smtp::internal {
namespace {

TEST(DateTime, IsReadInUtc) {
  EXPECT_EQ(ParseDateTime("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ParseDateTime("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(ParseDateTime("2000-02-29t12:00:00z"), 951825600);
  EXPECT_EQ(ParseDateTime("9999-12-31T23:59:59Z"), 253402300799);
  EXPECT_EQ(ParseDateTime("0000-01-01T00:00:00Z"), -62167219200);
  EXPECT_EQ(ParseDateTime("0001-01-01T00:00:00Z"), -62135596800);
}

// RFC 3339 §5.8.
TEST(DateTime, IsReadWithOffsetsFractionsAndLeapSeconds) {
  EXPECT_EQ(ParseDateTime("1996-12-19T16:39:57-08:00"), ParseDateTime("1996-12-20T00:39:57Z"));
  EXPECT_EQ(ParseDateTime("1985-04-12T23:20:50.52Z"), ParseDateTime("1985-04-12T23:20:50Z"));
  EXPECT_EQ(ParseDateTime("1990-12-31T23:59:60Z"), ParseDateTime("1991-01-01T00:00:00Z"));
}

TEST(DateTime, IsNoneWhenItIsMalformed) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-26",
                           "2026-11-26T17:00:00",
                           "2026-11-26 17:00:00Z",
                           "2026-11-26T17:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:61Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00+1:00",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+00:60",
                           "2026-01-01T00:00:00Z ",
                           "2026-01-01T00:00:00+00:00Z",
                           "+026-01-01T00:00:00Z",
                           "20261-01-01T00:00:00Z"}) {
    EXPECT_EQ(ParseDateTime(text), std::nullopt) << text;
  }
}

TEST(DateTime, IsWrittenInUtc) {
  EXPECT_EQ(FormatDateTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatDateTime(951825600 + 3661), "2000-02-29T13:01:01Z");
  EXPECT_EQ(FormatDateTime(-5), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatDateTime(253402300800), "9999-12-31T23:59:59Z");
}

// 400 years: then the calendar repeats itself.
TEST(DateTime, AgreesWithTheCLibraryOnEveryDay) {
  constexpr int64_t kYears = 400 * int64_t{31556952};
  for (int64_t seconds = 43200; seconds < kYears; seconds += 86400) {
    const auto time = static_cast<time_t>(seconds);
    tm utc = {};
    ASSERT_NE(gmtime_r(&time, &utc), nullptr);
    char text[32];
    ASSERT_NE(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc), 0u);
    ASSERT_EQ(FormatDateTime(seconds), text);
    ASSERT_EQ(ParseDateTime(text), seconds);
  }
}

}  // namespace
}  // namespace ringpost::smtp::internal
