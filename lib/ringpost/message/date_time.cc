#include "ringpost/message/date_time.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "ringpost/base/check.h"

namespace ringpost::message {
namespace {

constexpr std::string_view kWeekdays = "MonTueWedThuFriSatSun";  // in absl::Weekday's order
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

absl::CivilSecond LocalSecond(absl::Time when, int64_t zone_offset_seconds) {
  // Clamped first: an infinite time has no seconds to add to.
  const absl::CivilSecond earliest(1900, 1, 1, 0, 0, 0);
  const absl::CivilSecond latest(9999, 12, 31, 23, 59, 59);
  const absl::CivilSecond epoch(1970, 1, 1, 0, 0, 0);
  const int64_t unix_seconds =
      std::clamp(absl::ToUnixSeconds(when), earliest - epoch, latest - epoch);
  return std::clamp(epoch + unix_seconds + zone_offset_seconds, earliest, latest);
}

char* PutName(char* out, std::string_view names, int index) {
  return std::copy_n(names.data() + index * 3, 3, out);
}

char* PutTwoDigits(char* out, int value) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

}  // namespace

DateTimeText FormatDateTime(absl::Time when, absl::Duration zone_offset) {
  const int64_t zone_seconds = absl::ToInt64Seconds(zone_offset);
  const int zone_minutes = static_cast<int>((zone_seconds < 0 ? -zone_seconds : zone_seconds) / 60);
  Check(zone_minutes < 100 * 60, "a zone offset of 100 hours or more");
  const absl::CivilSecond local = LocalSecond(when, zone_seconds);

  DateTimeText text;
  char* out = text.data();
  out = PutName(out, kWeekdays, static_cast<int>(absl::GetWeekday(absl::CivilDay(local))));
  *out++ = ',';
  *out++ = ' ';
  out = PutTwoDigits(out, local.day());
  *out++ = ' ';
  out = PutName(out, kMonths, local.month() - 1);
  *out++ = ' ';
  out = PutTwoDigits(out, static_cast<int>(local.year() / 100));
  out = PutTwoDigits(out, static_cast<int>(local.year() % 100));
  *out++ = ' ';
  out = PutTwoDigits(out, local.hour());
  *out++ = ':';
  out = PutTwoDigits(out, local.minute());
  *out++ = ':';
  out = PutTwoDigits(out, local.second());
  *out++ = ' ';
  *out++ = zone_seconds < 0 ? '-' : '+';
  out = PutTwoDigits(out, zone_minutes / 60);
  out = PutTwoDigits(out, zone_minutes % 60);
  Check(out == text.data() + text.size(), "a date-time of the wrong length");
  return text;
}

}  // namespace ringpost::message
