#include "load/report/quantity_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

// Before the point, in groups of three.
std::string Grouped(std::string_view digits) {
  const size_t whole = std::min(digits.find('.'), digits.size());
  const size_t first = digits.starts_with('-') ? 1 : 0;
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    const bool is_group_start = i > first && i < whole && (whole - i) % 3 == 0;
    if (is_group_start) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

std::string TwoDigits(uint64_t number) { return Concat(100 + number % 100).substr(1); }

}  // namespace

std::string CountText(uint64_t count) { return Grouped(Concat(count)); }

std::string DecimalText(double number, int decimals) {
  if (!std::isfinite(number)) return "–";
  std::array<char, 400> digits;  // of the largest double
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                          std::chars_format::fixed, decimals);
  if (error != std::errc()) return "–";
  return Grouped({digits.data(), static_cast<size_t>(end - digits.data())});
}

std::string ThreeDigitText(double number) {
  const double size = std::abs(number);
  // What rounds up to the next power of ten has one decimal less.
  const int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return DecimalText(number, decimals);
}

std::string MicrosecondsText(double microseconds) {
  if (std::abs(microseconds) < 999.5) return Concat(ThreeDigitText(microseconds), " µs");
  if (std::abs(microseconds) < 999'500) return Concat(ThreeDigitText(microseconds / 1e3), " ms");
  return Concat(ThreeDigitText(microseconds / 1e6), " s");
}

std::string PerSecondText(double per_second) {
  return Concat(DecimalText(per_second, per_second < 99.95 ? 1 : 0), "/s");
}

std::string SizeText(double octets) {
  constexpr std::array<std::string_view, 5> kUnits = {" B", " kB", " MB", " GB", " TB"};
  size_t unit = 0;
  while (octets >= 999.5 && unit + 1 < kUnits.size()) {
    octets /= 1000;
    ++unit;
  }
  return Concat(unit == 0 ? DecimalText(octets, 0) : ThreeDigitText(octets), kUnits[unit]);
}

std::string ShareText(double share) {
  const double percent = share * 100;
  return Concat(DecimalText(percent, percent < 9.95 && percent != 0 ? 1 : 0), " %");
}

std::string RatioText(double ratio) { return Concat(DecimalText(ratio, 2), "×"); }

std::string ClockText(double seconds) {
  const auto whole = static_cast<uint64_t>(std::max(0.0, seconds));
  const uint64_t hours = whole / 3600;
  const uint64_t minutes = whole / 60 % 60;
  if (hours == 0) return Concat(minutes, ':', TwoDigits(whole % 60));
  return Concat(hours, ':', TwoDigits(minutes), ':', TwoDigits(whole % 60));
}

}  // namespace ringpost::load
