#include "ringpost/server/log_line.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "absl/time/civil_time.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/path.h"

namespace ringpost::server {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr size_t kLongestUtf8Sequence = 4;

using Vector = unsigned char __attribute__((vector_size(16)));

// Whether all octets stand for themselves: in a JSON string, or (`is_bare`) in the text form
// without quotes. Looks at whole vectors: up to 15 octets behind `size` are read, and are to be
// plain.
bool IsPlain(const char* octets, size_t size, bool is_bare) {
  const Vector lowest = Vector{} + static_cast<unsigned char>(is_bare ? '!' : ' ');
  const Vector separator = Vector{} + static_cast<unsigned char>(is_bare ? '=' : '"');
  decltype(lowest == lowest) special{};
  for (size_t i = 0; i < size; i += sizeof(Vector)) {
    Vector here;
    std::memcpy(&here, octets + i, sizeof here);
    special |=
        (here < lowest) | (here > '~') | (here == '"') | (here == '\\') | (here == separator);
  }
  uint64_t halves[2];
  std::memcpy(halves, &special, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

// The well-formed UTF-8 sequence of two or more octets at the start of `text`; empty when there is
// none.
std::string_view TakeUtf8(std::string_view text) {
  for (size_t length = 2; length <= std::min(kLongestUtf8Sequence, text.size()); ++length) {
    if (smtp::IsValidUtf8(text.substr(0, length))) return text.substr(0, length);
  }
  return {};
}

// U+0080 to U+009F: terminals obey them as they obey ESC.
bool IsC1Control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' &&
         static_cast<unsigned char>(sequence[1]) < 0xa0;
}

void PutPadded(char* at, int64_t value, size_t digit_count) {
  for (size_t i = digit_count; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

LogLine::LogLine(LogFormat format, std::string& out, std::string_view time, std::string_view event)
    : format_(format), out_(out) {
  const bool is_text = format_ == LogFormat::kText;
  Put(is_text ? "time=" : "{\"time\":\"");
  Put(time);
  Put(is_text ? " event=" : "\",\"event\":\"");
  Put(event);
  if (!is_text) Put('"');
}

void LogLine::Text(const LogName& name, std::string_view value) {
  Name(name);
  Value(value);
}

void LogLine::TextUnlessEmpty(const LogName& name, std::string_view value) {
  if (!value.empty()) Text(name, value);
}

void LogLine::Number(const LogName& name, uint64_t value) {
  Name(name);
  PutNumber(value);
}

void LogLine::Seconds(const LogName& name, absl::Duration value) {
  Name(name);
  const int64_t microseconds = std::max<int64_t>(absl::ToInt64Microseconds(value), 0);
  char fraction[7] = {'.'};
  PutPadded(&fraction[1], microseconds % 1'000'000, sizeof fraction - 1);
  PutNumber(static_cast<uint64_t>(microseconds / 1'000'000));
  Put({fraction, sizeof fraction});
}

void LogLine::End() {
  Put(format_ == LogFormat::kText ? "\n" : "}\n");
  Spill();
}

void LogLine::Name(const LogName& name) {
  const bool is_text = format_ == LogFormat::kText;
  char* const at = RoomFor(LogName::kRoom);
  std::memcpy(at, is_text ? name.text_.data() : name.json_.data(), LogName::kRoom);
  gathered_octets_ += name.octets_ + (is_text ? 2 : 4);
}

void LogLine::Value(std::string_view value) {
  if (format_ == LogFormat::kText && !value.empty() && PutPlain(value, false)) return;
  if (PutPlain(value, true)) return;
  const bool is_cut = value.size() > kLongestValue;
  Put('"');
  PutEscaped(value.substr(0, kLongestValue));
  Put(is_cut ? "...\"" : "\"");
}

// False when the value is none that can stand as it is.
bool LogLine::PutPlain(std::string_view value, bool is_quoted) {
  constexpr size_t kQuotes = 2;
  if (value.size() > kLongestValue) return false;
  char* at = RoomFor(value.size() + sizeof(Vector) + kQuotes);
  if (is_quoted) *at++ = '"';
  value.copy(at, value.size());
  std::memset(at + value.size(), '-', sizeof(Vector));
  if (!IsPlain(at, value.size(), !is_quoted)) return false;
  if (is_quoted) at[value.size()] = '"';
  gathered_octets_ += value.size() + (is_quoted ? kQuotes : 0);
  return true;
}

void LogLine::PutEscaped(std::string_view value) {
  while (!value.empty()) {
    const char c = value.front();
    size_t taken = 1;
    if (IsAsciiControl(c)) {
      Put('?');
    } else if (c == '"' || c == '\\') {
      Put('\\');
      Put(c);
    } else if (IsAscii(c)) {
      Put(c);
    } else if (const std::string_view sequence = TakeUtf8(value); sequence.empty()) {
      Put(kReplacement);
    } else {
      taken = sequence.size();
      Put(IsC1Control(sequence) ? "?" : sequence);
    }
    value.remove_prefix(taken);
  }
}

void LogLine::Put(std::string_view octets) {
  gathered_octets_ += octets.copy(RoomFor(octets.size()), octets.size());
}

void LogLine::Put(char octet) { Put({&octet, 1}); }

void LogLine::PutNumber(uint64_t value) {
  char* const at = RoomFor(kMostDigits);
  gathered_octets_ += static_cast<size_t>(std::to_chars(at, at + kMostDigits, value).ptr - at);
}

char* LogLine::RoomFor(size_t octets) {
  if (octets > gathered_.size() - gathered_octets_) Spill();
  return gathered_.data() + gathered_octets_;
}

void LogLine::Spill() {
  out_.append(gathered_.data(), gathered_octets_);
  gathered_octets_ = 0;
}

std::string_view TimestampCache::Format(absl::Time at) {
  const int64_t milliseconds = absl::ToUnixMillis(at);
  // Towards the past, before 1970 too.
  const int64_t second = (milliseconds - (milliseconds < 0 ? 999 : 0)) / 1000;
  if (second != second_) {
    const absl::CivilSecond civil = absl::ToCivilSecond(at, absl::UTCTimeZone());
    constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
    std::ranges::copy(kForm, text_.begin());
    PutPadded(&text_[0], civil.year(), 4);
    PutPadded(&text_[5], civil.month(), 2);
    PutPadded(&text_[8], civil.day(), 2);
    PutPadded(&text_[11], civil.hour(), 2);
    PutPadded(&text_[14], civil.minute(), 2);
    PutPadded(&text_[17], civil.second(), 2);
    second_ = second;
  }
  PutPadded(&text_[20], milliseconds - second * 1000, 3);
  return {text_.data(), text_.size()};
}

}  // namespace ringpost::server
