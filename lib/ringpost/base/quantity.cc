#include "ringpost/base/quantity.h"

#include <array>
#include <cstddef>

#include "ringpost/base/ascii.h"
#include "ringpost/base/text.h"

namespace ringpost {
namespace {

struct OctetUnit {
  std::string_view name;
  uint64_t octets;
};

// The largest first, and of two the binary one: what FormatOctets() tries in turn.
constexpr std::array<OctetUnit, 10> kOctetUnits = {{
    {"TiB", 1ull << 40},
    {"TB", 1'000'000'000'000},
    {"GiB", 1ull << 30},
    {"GB", 1'000'000'000},
    {"MiB", 1ull << 20},
    {"MB", 1'000'000},
    {"KiB", 1ull << 10},
    {"KB", 1'000},
    {"B", 1},
    {"", 1},
}};

struct TimeUnit {
  std::string_view name;
  uint64_t milliseconds;
};

constexpr std::array<TimeUnit, 5> kTimeUnits = {{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

constexpr uint64_t kLongestMilliseconds = 10'000 * kTimeUnits[0].milliseconds;

// Takes the characters for which `belongs` holds off the front of `text`.
template <typename Predicate>
std::string_view TakeWhile(std::string_view& text, Predicate belongs) {
  size_t length = 0;
  while (length < text.size() && belongs(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

template <typename Unit, size_t kCount>
const Unit* FindUnit(const std::array<Unit, kCount>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (EqualsIgnoreCase(unit.name, name)) return &unit;
  }
  return nullptr;
}

std::optional<uint64_t> Multiply(std::optional<uint64_t> count, uint64_t unit) {
  uint64_t product;
  if (!count.has_value() || __builtin_mul_overflow(*count, unit, &product)) return std::nullopt;
  return product;
}

}  // namespace

std::optional<uint64_t> ParseOctets(std::string_view text) {
  const std::optional<uint64_t> count = ParseDecimal(TakeWhile(text, IsAsciiDigit));
  TakeWhile(text, [](char c) { return c == ' '; });
  const OctetUnit* const unit = FindUnit(kOctetUnits, text);
  return unit == nullptr ? std::nullopt : Multiply(count, unit->octets);
}

std::string FormatOctets(uint64_t octets) {
  for (const OctetUnit& unit : kOctetUnits) {
    const bool fits = octets >= unit.octets && octets % unit.octets == 0;
    if (fits && unit.octets > 1) return Concat(octets / unit.octets, unit.name);
  }
  return Concat(octets);
}

std::optional<absl::Duration> ParseTimeSpan(std::string_view text) {
  if (text.empty()) return std::nullopt;
  uint64_t sum = 0;
  while (!text.empty()) {
    const std::optional<uint64_t> count = ParseDecimal(TakeWhile(text, IsAsciiDigit));
    const TimeUnit* const unit = FindUnit(kTimeUnits, TakeWhile(text, IsAsciiAlpha));
    if (unit == nullptr) return std::nullopt;
    const std::optional<uint64_t> part = Multiply(count, unit->milliseconds);
    if (!part.has_value() || *part > kLongestMilliseconds - sum) return std::nullopt;
    sum += *part;
  }
  return absl::Milliseconds(sum);
}

std::string FormatTimeSpan(absl::Duration length) {
  auto rest = static_cast<uint64_t>(absl::ToInt64Milliseconds(length));
  std::string text;
  for (const TimeUnit& unit : kTimeUnits) {
    if (rest >= unit.milliseconds) Append(text, rest / unit.milliseconds, unit.name);
    rest %= unit.milliseconds;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace ringpost
