// Plot: curves over two axes, as an SVG that stands in an HTML page and takes its colours from the
// page's style sheet (page.h).
//
//   Plot plot = {.x = {.scale = Scale::kNines, .label = "percentile", .unit = Unit::kQuantile},
//                .y = {.scale = Scale::kLog, .unit = Unit::kMicroseconds}};
//   plot.curves.push_back({.name = "message", .points = {{0.5, 812}, {0.99, 2400}}});
//   page += RenderPlot(plot);
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringpost::load {

enum class Scale : uint8_t {
  kLinear,
  kLog,    // points that are not above 0 are left out
  kNines,  // of quantiles: 90 %, 99 %, 99.9 % lie equally far apart
};

enum class Unit : uint8_t { kPerSecond, kMicroseconds, kSeconds, kQuantile };

struct PlotAxis {
  Scale scale = Scale::kLinear;
  Unit unit = Unit::kPerSecond;
  std::string label = {};
  std::optional<double> smallest = {};  // else as the points have it
  std::optional<double> largest = {};
};

struct PlotPoint {
  double x = 0;
  double y = 0;
  bool is_marked_bad = false;
};

struct PlotCurve {
  std::string name = {};
  size_t colour = 0;  // of the page's, from 0; they come round again
  std::vector<PlotPoint> points = {};
  bool is_main = false;  // drawn thicker, on top
  bool is_dashed = false;
  bool is_filled = false;  // down to the axis
  bool has_marks = false;  // a dot at every point, hollow where it is marked bad
};

struct PlotLine {
  double at = 0;
  std::string label = {};
};

struct Plot {
  std::string title = {};  // for those who cannot see it
  PlotAxis x = {};
  PlotAxis y = {};
  std::vector<PlotCurve> curves = {};
  std::optional<PlotLine> vertical = {};
  std::optional<PlotLine> horizontal = {};
  double height = 300;
};

// An <svg> and, for more than one curve, a legend below it. Every point tells its values to who
// points at it. Empty when no curve has a point.
std::string RenderPlot(const Plot& plot);

inline constexpr size_t kPlotColourCount = 14;

}  // namespace ringpost::load
