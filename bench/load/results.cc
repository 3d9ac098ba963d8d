#include "load/results.h"

#include <cmath>

namespace ringpost::load {
namespace {

constexpr std::array<std::string_view, kPhaseCount> kPhaseNames = {
    "connect", "banner", "ehlo", "starttls", "tls",  "auth", "mail",
    "rcpt",    "data",   "body", "message",  "rset", "quit", "session"};
constexpr std::array<std::string_view, kErrorKindCount> kErrorKindNames = {
    "refused",    "reset", "closed_early", "timed_out", "malformed_reply",
    "unexpected", "tls",   "sasl",         "other"};
constexpr std::array<std::string_view, kModeCount> kModeNames = {"closed", "open", "find-max",
                                                                 "idle", "sessions"};

constexpr double kNanosecondsPerMicrosecond = 1000;

double QuantileMicroseconds(const Histogram& histogram, double quantile) {
  return static_cast<double>(histogram.ValueAtQuantile(quantile)) / kNanosecondsPerMicrosecond;
}

}  // namespace

std::string_view Name(Phase phase) { return kPhaseNames[static_cast<size_t>(phase)]; }
std::string_view Name(ErrorKind kind) { return kErrorKindNames[static_cast<size_t>(kind)]; }
std::string_view Name(Mode mode) { return kModeNames[static_cast<size_t>(mode)]; }

Latency Summarize(const Histogram& histogram) {
  return {.count = histogram.count(),
          .mean_us = histogram.mean() / kNanosecondsPerMicrosecond,
          .p50_us = QuantileMicroseconds(histogram, 0.5),
          .p90_us = QuantileMicroseconds(histogram, 0.9),
          .p99_us = QuantileMicroseconds(histogram, 0.99),
          .p999_us = QuantileMicroseconds(histogram, 0.999),
          .max_us = static_cast<double>(histogram.largest()) / kNanosecondsPerMicrosecond};
}

std::vector<std::pair<double, double>> QuantileCurve(const Histogram& histogram) {
  std::vector<std::pair<double, double>> curve;
  if (histogram.empty()) return curve;
  constexpr double kPointsPerNine = 12;
  constexpr double kNines = 5;
  const auto count = static_cast<double>(histogram.count());
  for (double point = 0; point <= kNines * kPointsPerNine; ++point) {
    const double rest = std::pow(10.0, -point / kPointsPerNine);
    if (rest * count < 1) break;  // not one message beyond
    curve.emplace_back(1 - rest, QuantileMicroseconds(histogram, 1 - rest));
  }
  curve.emplace_back(1.0, QuantileMicroseconds(histogram, 1));
  return curve;
}

}  // namespace ringpost::load
