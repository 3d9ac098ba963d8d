// The date-time of RFC 5322 §3.3: "Mon, 23 Nov 2026 17:30:05 +0000".
//
//   DateTimeCache dates(zone_offset);
//   std::string_view date = dates.Format(clock.WallNow());   // valid until the next Format()
//
// Threads: one per cache. Limits: years 1900 (RFC 5322 §3.3) to 9999; what lies outside is shown as
// the nearest of them. No allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost::message {

// The day always has two digits, so the length never varies.
inline constexpr size_t kDateTimeOctets = 31;
using DateTimeText = std::array<char, kDateTimeOctets>;

// `zone_offset` is east of Greenwich, in whole minutes of less than 100 hours.
DateTimeText FormatDateTime(absl::Time when, absl::Duration zone_offset);

// Formats each second once: messages come in thousands per second.
class DateTimeCache {
 public:
  explicit DateTimeCache(absl::Duration zone_offset = absl::ZeroDuration())
      : zone_offset_(zone_offset) {}

  std::string_view Format(absl::Time when) {
    if (const int64_t second = absl::ToUnixSeconds(when); second != second_ || !has_text_) {
      text_ = FormatDateTime(when, zone_offset_);
      second_ = second;
      has_text_ = true;
    }
    return {text_.data(), text_.size()};
  }

 private:
  absl::Duration zone_offset_;
  int64_t second_ = 0;
  bool has_text_ = false;
  DateTimeText text_;
};

}  // namespace ringpost::message
