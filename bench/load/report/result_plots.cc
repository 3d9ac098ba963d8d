#include "load/report/result_plots.h"

#include <algorithm>
#include <array>
#include <limits>

#include "load/report/plot.h"
#include "load/report/quantity_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::array<std::string_view, kPhaseCount> kPhaseLabels = {
    "connect",       "banner", "EHLO", "STARTTLS",     "TLS handshake",
    "AUTH",          "MAIL",   "RCPT", "DATA",         "body to reply",
    "whole message", "RSET",   "QUIT", "whole session"};

// Until this many points, a plot shows each second; beyond, the mean or the worst of some.
constexpr size_t kMostSeconds = 600;

std::string Label(const NamedResults& named, std::string_view what) {
  return named.name.empty() ? std::string(what) : Concat(named.name, ": ", what);
}

// The first of the page is for the whole message, and the others are in order.
size_t ColourOf(Phase phase) {
  const auto place = static_cast<size_t>(phase);
  if (phase == Phase::kMessage) return 0;
  return phase < Phase::kMessage ? place + 1 : place;
}
static_assert(kPhaseCount <= kPlotColourCount);

// Where there is neither curve nor histogram, what the summary has.
std::vector<std::pair<double, double>> CurveOf(const PhaseResult& phase) {
  const Latency& latency = phase.latency;
  if (!latency.curve.empty()) return latency.curve;
  if (phase.histogram != nullptr) return QuantileCurve(*phase.histogram);
  return {{0.5, latency.p50_us},
          {0.9, latency.p90_us},
          {0.99, latency.p99_us},
          {0.999, latency.p999_us},
          {1, latency.max_us}};
}

std::vector<PlotPoint> LatencyPoints(const PhaseResult& phase) {
  std::vector<PlotPoint> points;
  // The largest of n values is their quantile (n-1)/n.
  const double last = 1 - 1 / std::max(2.0, static_cast<double>(phase.latency.count));
  for (const auto& [quantile, microseconds] : CurveOf(phase)) {
    if (quantile > last && quantile < 1) continue;
    points.push_back({std::min(quantile, last), microseconds});
  }
  return points;
}

// The seconds in as many groups as can be told apart.
template <typename Value>
std::vector<PlotPoint> OverTime(const Results& results, Value value, bool is_worst) {
  const std::vector<SecondResult>& timeline = results.timeline;
  const size_t group = (timeline.size() + kMostSeconds - 1) / kMostSeconds;
  std::vector<PlotPoint> points;
  for (size_t begin = 0; begin < timeline.size(); begin += group) {
    const size_t end = std::min(begin + group, timeline.size());
    double sum = 0, worst = 0;
    for (size_t i = begin; i < end; ++i) {
      const double length = timeline[i].second - (i == 0 ? 0 : timeline[i - 1].second);
      const double one = value(timeline[i], length > 0 ? length : 1);
      sum += one;
      worst = std::max(worst, one);
    }
    const double mean = sum / static_cast<double>(end - begin);
    const double shown = is_worst ? worst : mean;
    if (points.empty()) points.push_back({0, shown});
    points.push_back({timeline[end - 1].second, shown});
  }
  return points;
}

bool HasTimeline(std::span<const NamedResults> all) {
  return std::ranges::any_of(
      all, [](const NamedResults& named) { return named.results->timeline.size() > 1; });
}

double MessagesPerSecond(const SecondResult& second, double length) {
  return static_cast<double>(second.messages) / length;
}
double ErrorsPerSecond(const SecondResult& second, double length) {
  return static_cast<double>(second.errors) / length;
}

bool HasErrors(const Results& results) {
  return std::ranges::any_of(results.timeline,
                             [](const SecondResult& second) { return second.errors > 0; });
}

}  // namespace

std::string PhaseLabel(Phase phase) {
  return std::string(kPhaseLabels[static_cast<size_t>(phase)]);
}

const PhaseResult* FindPhase(const Results& results, Phase phase) {
  const auto found = std::ranges::find(results.phases, phase, &PhaseResult::phase);
  return found == results.phases.end() ? nullptr : &*found;
}

std::string LatencyPlot(std::span<const NamedResults> all) {
  Plot plot = {.title = "Latency by percentile",
               .x = {.scale = Scale::kNines, .unit = Unit::kQuantile, .label = "percentile"},
               .y = {.scale = Scale::kLog, .unit = Unit::kMicroseconds, .label = "latency"},
               .height = 380};
  const bool is_alone = all.size() == 1;
  for (size_t i = 0; i < all.size(); ++i) {
    for (const PhaseResult& phase : all[i].results->phases) {
      const bool is_whole = phase.phase == Phase::kMessage || phase.phase == Phase::kSession;
      if (phase.latency.count == 0 || (!is_alone && !is_whole)) continue;
      plot.curves.push_back({.name = Label(all[i], PhaseLabel(phase.phase)),
                             .colour = is_alone ? ColourOf(phase.phase) : i,
                             .points = LatencyPoints(phase),
                             .is_main = is_whole});
    }
  }
  // A banner that came with the connection took next to nothing; it must not stretch the axis.
  constexpr double kLeastMicroseconds = 1;
  double smallest = std::numeric_limits<double>::infinity();
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) smallest = std::min(smallest, point.y);
  }
  if (smallest < kLeastMicroseconds) plot.y.smallest = kLeastMicroseconds;
  return RenderPlot(plot);
}

std::string RateOverTimePlot(std::span<const NamedResults> all) {
  if (!HasTimeline(all)) return "";
  const bool is_of_sessions = all.front().results->sessions.has_value();
  const std::string_view what = is_of_sessions ? "Sessions" : "Messages";
  Plot plot = {.title = Concat(what, " per second over time"),
               .x = {.unit = Unit::kSeconds, .label = "seconds since the start", .smallest = 0},
               .y = {.unit = Unit::kPerSecond,
                     .label = Concat(is_of_sessions ? "sessions" : "messages", " per second"),
                     .smallest = 0},
               .height = 240};
  for (size_t i = 0; i < all.size(); ++i) {
    const Results& results = *all[i].results;
    plot.curves.push_back({.name = Label(all[i], is_of_sessions ? "completed" : "accepted"),
                           .colour = i,
                           .points = OverTime(results, MessagesPerSecond, /*is_worst=*/false),
                           .is_main = true,
                           .is_filled = all.size() == 1});
    if (!HasErrors(results)) continue;
    plot.curves.push_back({.name = Label(all[i], "refused or failed"),
                           .colour = all.size() == 1 ? 8 : i,
                           .points = OverTime(results, ErrorsPerSecond, /*is_worst=*/false),
                           .is_dashed = true});
  }
  return RenderPlot(plot);
}

std::string LatencyOverTimePlot(std::span<const NamedResults> all) {
  if (!HasTimeline(all)) return "";
  Plot plot = {.title = "Latency over time",
               .x = {.unit = Unit::kSeconds, .label = "seconds since the start", .smallest = 0},
               .y = {.scale = Scale::kLog, .unit = Unit::kMicroseconds, .label = "latency"},
               .height = 240};
  for (size_t i = 0; i < all.size(); ++i) {
    const auto p50 = [](const SecondResult& second, double) { return second.p50_us; };
    const auto p99 = [](const SecondResult& second, double) { return second.p99_us; };
    plot.curves.push_back({.name = Label(all[i], "p99"),
                           .colour = all.size() == 1 ? 1 : i,
                           .points = OverTime(*all[i].results, p99, /*is_worst=*/true),
                           .is_main = all.size() == 1});
    plot.curves.push_back({.name = Label(all[i], "p50"),
                           .colour = i,
                           .points = OverTime(*all[i].results, p50, /*is_worst=*/false),
                           .is_main = all.size() == 1,
                           .is_dashed = all.size() > 1});
  }
  return RenderPlot(plot);
}

std::string FindMaxPlot(std::span<const NamedResults> all) {
  Plot plot = {
      .title = "Latency at each rate that was tried",
      .x = {.unit = Unit::kPerSecond, .label = "messages per second, asked for", .smallest = 0},
      .y = {.scale = Scale::kLog, .unit = Unit::kMicroseconds, .label = "latency"},
      .height = 320};
  for (size_t i = 0; i < all.size(); ++i) {
    const std::optional<FindMaxResults>& search = all[i].results->find_max;
    if (!search.has_value() || search->steps.empty()) continue;
    std::vector<FindMaxStep> steps = search->steps;
    std::ranges::sort(steps, {}, &FindMaxStep::rate_per_second);
    PlotCurve p99 = {.name = Label(all[i], "p99 (hollow: not good enough)"),
                     .colour = all.size() == 1 ? 1 : i,
                     .has_marks = true};
    PlotCurve p50 = {.name = Label(all[i], "p50"), .colour = i, .is_dashed = true};
    for (const FindMaxStep& step : steps) {
      p99.points.push_back({step.rate_per_second, step.p99_us, !step.passed});
      p50.points.push_back({step.rate_per_second, step.p50_us});
    }
    plot.curves.push_back(std::move(p99));
    plot.curves.push_back(std::move(p50));
    if (all.size() == 1 && search->knee_per_second > 0) {
      plot.vertical = {.at = search->knee_per_second,
                       .label = Concat("knee: ", PerSecondText(search->knee_per_second))};
    }
  }
  return RenderPlot(plot);
}

}  // namespace ringpost::load
