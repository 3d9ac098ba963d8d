#include "ringpost/smtp/internal/date_time.h"

#include <algorithm>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost::smtp::internal {
namespace {

constexpr int kMinute = 60;
constexpr int kHour = 60 * kMinute;
constexpr int kDay = 24 * kHour;
constexpr int64_t kLatest = 253402300799;  // 9999-12-31T23:59:59Z

constexpr bool IsLeapYear(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int DaysOfMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeapYear(year) ? 1 : 0);
}

// From 0001-01-01 to the first day of `year`, and for year 0 back.
constexpr int DaysBeforeYear(int year) {
  if (year == 0) return -366;
  const int past = year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400;
}

constexpr int kDaysBefore1970 = DaysBeforeYear(1970);

// Takes what has the form of `pattern` off the front: '0' stands for a digit, 'T' and 'Z' for
// themselves in any case (RFC 3339 §5.6). nullopt when it does not stand there.
std::optional<std::string_view> Take(std::string_view& text, std::string_view pattern) {
  if (text.size() < pattern.size()) return std::nullopt;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool fits =
        pattern[i] == '0' ? IsAsciiDigit(text[i]) : AsciiToUpper(text[i]) == pattern[i];
    if (!fits) return std::nullopt;
  }
  const std::string_view taken = text.substr(0, pattern.size());
  text.remove_prefix(taken.size());
  return taken;
}

int NumberAt(std::string_view text, size_t at, size_t digits) {
  int number = 0;
  for (const char digit : text.substr(at, digits)) number = number * 10 + (digit - '0');
  return number;
}

// "Z", "+01:00", whole; in seconds.
std::optional<int> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool is_negative = text.starts_with('-');
  if (!is_negative && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const std::optional<std::string_view> offset = Take(text, "00:00");
  if (!offset || !text.empty()) return std::nullopt;
  const int hours = NumberAt(*offset, 0, 2);
  const int minutes = NumberAt(*offset, 3, 2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int seconds = hours * kHour + minutes * kMinute;
  return is_negative ? -seconds : seconds;
}

bool TakeFraction(std::string_view& text) {
  if (!text.starts_with('.')) return true;
  text.remove_prefix(1);
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

void AppendNumber(std::string& out, int number, size_t digits) {
  const std::string text = Concat(number);
  out.append(digits - std::min(digits, text.size()), '0');
  out += text;
}

}  // namespace

std::optional<int64_t> ParseDateTime(std::string_view text) {
  const std::optional<std::string_view> date_time = Take(text, "0000-00-00T00:00:00");
  if (!date_time || !TakeFraction(text)) return std::nullopt;
  const std::optional<int> offset = ParseOffset(text);
  if (!offset) return std::nullopt;
  const int year = NumberAt(*date_time, 0, 4);
  const int month = NumberAt(*date_time, 5, 2);
  const int day = NumberAt(*date_time, 8, 2);
  const int hour = NumberAt(*date_time, 11, 2);
  const int minute = NumberAt(*date_time, 14, 2);
  const int second = NumberAt(*date_time, 17, 2);
  if (month < 1 || month > 12 || day < 1 || day > DaysOfMonth(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  int days = DaysBeforeYear(year) - kDaysBefore1970 + day - 1;
  for (int past = 1; past < month; ++past) days += DaysOfMonth(year, past);
  return int64_t{days} * kDay + hour * kHour + minute * kMinute + second - *offset;
}

std::string FormatDateTime(int64_t seconds) {
  seconds = std::clamp<int64_t>(seconds, 0, kLatest);
  int days = static_cast<int>(seconds / kDay) + kDaysBefore1970;
  const int second_of_day = static_cast<int>(seconds % kDay);
  // No year is longer than 366 days, so this one is not too late.
  int year = days / 366 + 1;
  while (DaysBeforeYear(year + 1) <= days) ++year;
  days -= DaysBeforeYear(year);
  int month = 1;
  while (days >= DaysOfMonth(year, month)) days -= DaysOfMonth(year, month++);
  std::string out;
  AppendNumber(out, year, 4);
  out += '-';
  AppendNumber(out, month, 2);
  out += '-';
  AppendNumber(out, days + 1, 2);
  out += 'T';
  AppendNumber(out, second_of_day / kHour, 2);
  out += ':';
  AppendNumber(out, second_of_day / kMinute % 60, 2);
  out += ':';
  AppendNumber(out, second_of_day % 60, 2);
  out += 'Z';
  return out;
}

}  // namespace ringpost::smtp::internal
