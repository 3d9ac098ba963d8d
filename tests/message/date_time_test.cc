#include "ringpost/message/date_time.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::message {
namespace {

constexpr absl::Duration kGreenwich = absl::ZeroDuration();

std::string Formatted(absl::Time when, absl::Duration zone_offset) {
  const DateTimeText text = FormatDateTime(when, zone_offset);
  return {text.data(), text.size()};
}

TEST(FormatDateTime, WritesTheDateTimeOfRfc5322) {
  EXPECT_EQ(Formatted(absl::FromUnixSeconds(1795455005), kGreenwich),
            "Mon, 23 Nov 2026 17:30:05 +0000");
  EXPECT_EQ(Formatted(absl::FromUnixSeconds(0), kGreenwich), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(Formatted(absl::FromUnixSeconds(951782400), kGreenwich),
            "Tue, 29 Feb 2000 00:00:00 +0000");
}

TEST(FormatDateTime, ShiftsByTheZone) {
  const absl::Time when = absl::FromUnixSeconds(1795455005);
  EXPECT_EQ(Formatted(when, absl::Hours(1)), "Mon, 23 Nov 2026 18:30:05 +0100");
  EXPECT_EQ(Formatted(when, absl::Minutes(330)), "Mon, 23 Nov 2026 23:00:05 +0530");
  EXPECT_EQ(Formatted(when, absl::Minutes(-210)), "Mon, 23 Nov 2026 14:00:05 -0330");
  EXPECT_EQ(Formatted(when, absl::Hours(9)), "Tue, 24 Nov 2026 02:30:05 +0900");
}

TEST(FormatDateTime, DropsFractionsDownwards) {
  EXPECT_EQ(Formatted(absl::FromUnixMillis(-1), kGreenwich), "Wed, 31 Dec 1969 23:59:59 +0000");
}

TEST(FormatDateTime, ClampsWhatHasNoFourDigitYear) {
  EXPECT_EQ(Formatted(absl::InfiniteFuture(), absl::Hours(14)), "Fri, 31 Dec 9999 23:59:59 +1400");
  EXPECT_EQ(Formatted(absl::InfinitePast(), absl::Hours(-12)), "Mon, 01 Jan 1900 00:00:00 -1200");
}

TEST(DateTimeCache, FormatsAnewWhenTheSecondChanges) {
  DateTimeCache dates;
  EXPECT_EQ(dates.Format(absl::FromUnixSeconds(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(dates.Format(absl::FromUnixMillis(999)), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(dates.Format(absl::FromUnixMillis(1000)), "Thu, 01 Jan 1970 00:00:01 +0000");
  EXPECT_EQ(dates.Format(absl::FromUnixSeconds(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
}

}  // namespace
}  // namespace ringpost::message
