// LogLine: one event as a line of a log that programs read, in one of two forms:
//
//   time=2026-11-23T17:31:00.123Z event=message session=1 from=a@b.example octets=1024
//   {"time":"2026-11-23T17:31:00.123Z","event":"message","session":"1","octets":1024}
//
//   LogLine line(format, buffer, timestamps.Format(at), "message");
//   line.Text("from", sender);
//   line.End();
//
// Whatever a value holds, the line stays one line that reads back: control bytes become '?', octets
// that are no UTF-8 become U+FFFD, quotes are escaped, and more than kLongestValue octets are cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost::server {

enum class LogFormat : uint8_t { kText, kJson };

class LogLine {
 public:
  static constexpr size_t kLongestValue = 1024;

  // Appends to `out`. `time` and all names are the program's own words.
  LogLine(LogFormat format, std::string& out, std::string_view time, std::string_view event);

  void Text(std::string_view name, std::string_view value);
  // Nothing when the value is empty.
  void TextUnlessEmpty(std::string_view name, std::string_view value);
  void Number(std::string_view name, uint64_t value);
  // In seconds, to the microsecond.
  void Seconds(std::string_view name, absl::Duration value);
  // Nothing more can be appended.
  void End();

 private:
  void Name(std::string_view name);
  void Value(std::string_view value);
  void Quoted(std::string_view value);

  const LogFormat format_;
  std::string& out_;
};

// RFC 3339 in UTC, to the millisecond; the calendar is asked once a second.
class TimestampCache {
 public:
  // Valid until the next call.
  std::string_view Format(absl::Time at);

 private:
  int64_t second_ = INT64_MIN;
  std::array<char, 24> text_;
};

}  // namespace ringpost::server
