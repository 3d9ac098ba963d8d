// Quantities as the reports show them: three digits that matter, and a unit that fits.
#pragma once

#include <cstdint>
#include <string>

namespace ringpost::load {

// "1,234,567"
std::string CountText(uint64_t count);
// "1,234.50"; decimals at most 9.
std::string DecimalText(double number, int decimals);
// "1.23", "12.3", "1,230": three digits, or all before the point.
std::string ThreeDigitText(double number);
// "0.52 µs", "12.3 µs", "1.23 ms", "45.6 s"
std::string MicrosecondsText(double microseconds);
// "23,456/s", "9.5/s"
std::string PerSecondText(double per_second);
// "512 B", "1.5 kB", "64.2 MB": powers of 1000
std::string SizeText(double octets);
// "93 %", "0.4 %"
std::string ShareText(double share);
// "1.23×"
std::string RatioText(double ratio);
// "0:07", "1:23:45"
std::string ClockText(double seconds);

}  // namespace ringpost::load
