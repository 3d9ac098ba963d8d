// Times as SMTP's extensions write them: "2026-11-26T17:55:00Z" (RFC 3339 §5.6, RFC 4865 §3), and
// as seconds since 1970 in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::smtp::internal {

// With any offset from UTC. Fractions of a second are dropped, and a leap second is the one after.
// nullopt for a date that is none.
std::optional<int64_t> ParseDateTime(std::string_view text);

// In UTC, of the years 1970 to 9999; what lies beyond becomes the nearest of them.
std::string FormatDateTime(int64_t seconds);

}  // namespace ringpost::smtp::internal
