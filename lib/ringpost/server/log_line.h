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
// The line is put together on the stack, and is in the buffer after End().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost::server {

enum class LogFormat : uint8_t { kText, kJson };

// The name of a value, a word of the program's own, in both forms and ready to be copied: of at
// most kLongest characters.
class LogName {
 public:
  static constexpr size_t kLongest = 12;

  consteval LogName(const char* name) {  // NOLINT(google-explicit-constructor)
    const std::string_view word(name);
    if (word.empty() || word.size() > kLongest) throw "a name of the log is 1 to 12 characters";
    Fill(text_, {" ", word, "="});
    Fill(json_, {",\"", word, "\":"});
    octets_ = word.size();
  }

 private:
  friend class LogLine;
  static constexpr size_t kRoom = kLongest + 4;

  static consteval void Fill(std::array<char, kRoom>& form,
                             std::initializer_list<std::string_view> pieces) {
    size_t at = 0;
    for (const std::string_view piece : pieces) {
      for (const char c : piece) form[at++] = c;
    }
  }

  std::array<char, kRoom> text_ = {};
  std::array<char, kRoom> json_ = {};
  size_t octets_ = 0;
};

class LogLine {
 public:
  static constexpr size_t kLongestValue = 1024;

  // Appends to `out`. `time` and `event` are the program's own words.
  LogLine(LogFormat format, std::string& out, std::string_view time, std::string_view event);
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  void Text(const LogName& name, std::string_view value);
  // Nothing when the value is empty.
  void TextUnlessEmpty(const LogName& name, std::string_view value);
  void Number(const LogName& name, uint64_t value);
  // In seconds, to the microsecond.
  void Seconds(const LogName& name, absl::Duration value);
  // Nothing more can be appended.
  void End();

 private:
  void Name(const LogName& name);
  void Value(std::string_view value);
  bool PutPlain(std::string_view value, bool is_quoted);
  void PutEscaped(std::string_view value);
  void Put(std::string_view octets);
  void Put(char octet);
  void PutNumber(uint64_t value);
  // A place for so many octets, not many more than a value has; what is written there is to be
  // counted.
  char* RoomFor(size_t octets);
  void Spill();

  const LogFormat format_;
  std::string& out_;
  // Many short pieces cost much less here than by growing a string.
  size_t gathered_octets_ = 0;
  std::array<char, 2 * kLongestValue> gathered_;
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
