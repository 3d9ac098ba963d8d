#include "ringpost/server/log_line.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/path.h"

namespace ringpost::server {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr size_t kLongestUtf8Sequence = 4;

// Octets that stand for themselves, in a JSON string and in a bare value of the text form.
constexpr std::array<bool, 256> MakePlainOctets(bool json) {
  std::array<bool, 256> plain = {};
  for (size_t octet = 0x20; octet < 0x7f; ++octet) plain[octet] = true;
  plain['"'] = plain['\\'] = false;
  if (!json) plain[' '] = plain['='] = false;
  return plain;
}
constexpr std::array<bool, 256> kPlainInJson = MakePlainOctets(true);
constexpr std::array<bool, 256> kPlainInText = MakePlainOctets(false);

bool IsPlain(std::string_view value, const std::array<bool, 256>& plain) {
  return std::ranges::all_of(value, [&](char c) { return plain[static_cast<unsigned char>(c)]; });
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

void AppendEscaped(std::string& out, std::string_view value) {
  while (!value.empty()) {
    const char c = value.front();
    size_t taken = 1;
    if (IsAsciiControl(c)) {
      out.push_back('?');
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (IsAscii(c)) {
      out.push_back(c);
    } else if (const std::string_view sequence = TakeUtf8(value); sequence.empty()) {
      out.append(kReplacement);
    } else {
      taken = sequence.size();
      out.append(IsC1Control(sequence) ? "?" : sequence);
    }
    value.remove_prefix(taken);
  }
}

void PutPadded(char* at, int64_t value, size_t digit_count) {
  for (size_t i = digit_count; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

LogLine::LogLine(LogFormat format, std::string& out, std::string_view time, std::string_view event)
    : format_(format), out_(out) {
  if (format_ == LogFormat::kText) {
    Append(out_, "time=", time, " event=", event);
  } else {
    Append(out_, "{\"time\":\"", time, "\",\"event\":\"", event, "\"");
  }
}

void LogLine::Text(std::string_view name, std::string_view value) {
  Name(name);
  Value(value);
}

void LogLine::TextUnlessEmpty(std::string_view name, std::string_view value) {
  if (!value.empty()) Text(name, value);
}

void LogLine::Number(std::string_view name, uint64_t value) {
  Name(name);
  Append(out_, value);
}

void LogLine::Seconds(std::string_view name, absl::Duration value) {
  Name(name);
  const int64_t microseconds = std::max<int64_t>(absl::ToInt64Microseconds(value), 0);
  char fraction[6];
  PutPadded(fraction, microseconds % 1'000'000, sizeof fraction);
  Append(out_, microseconds / 1'000'000, '.', std::string_view(fraction, sizeof fraction));
}

void LogLine::End() { out_.append(format_ == LogFormat::kText ? "\n" : "}\n"); }

void LogLine::Name(std::string_view name) {
  if (format_ == LogFormat::kText) {
    Append(out_, ' ', name, '=');
  } else {
    Append(out_, ",\"", name, "\":");
  }
}

void LogLine::Value(std::string_view value) {
  const bool is_cut = value.size() > kLongestValue;
  if (is_cut) value = value.substr(0, kLongestValue);
  const bool is_bare = format_ == LogFormat::kText && !value.empty() && !is_cut;
  if (is_bare && IsPlain(value, kPlainInText)) {
    out_.append(value);
    return;
  }
  out_.push_back('"');
  Quoted(value);
  out_.append(is_cut ? "...\"" : "\"");
}

void LogLine::Quoted(std::string_view value) {
  if (IsPlain(value, kPlainInJson)) {
    out_.append(value);
  } else {
    AppendEscaped(out_, value);
  }
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
