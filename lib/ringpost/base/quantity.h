// Quantities as people write them: "64MiB", "10KB", "5m", "300ms".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost {

// A decimal integer and a unit: none or B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB
// (powers of 1024); letters in any case, blanks between the two allowed. nullopt when it is none,
// or over 2^64 - 1.
std::optional<uint64_t> ParseOctets(std::string_view text);
// The shortest text that ParseOctets() reads as `octets`: "64MiB", "10KB", "1001".
std::string FormatOctets(uint64_t octets);

// One or more decimal integers, each with a unit: ms, s, m, h, d ("1m30s"). nullopt when it is
// none, or over ten thousand days.
std::optional<absl::Duration> ParseTimeSpan(std::string_view text);
// What ParseTimeSpan() reads as `length`, rounded down to milliseconds: "5m", "1m30s", "300ms",
// "0s".
std::string FormatTimeSpan(absl::Duration length);

}  // namespace ringpost
