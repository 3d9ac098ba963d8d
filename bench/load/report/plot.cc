#include "load/report/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "load/report/html.h"
#include "load/report/quantity_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr double kWidth = 960;
constexpr double kLeft = 76;
constexpr double kRight = 40;  // half of the longest tick
constexpr double kTop = 30;
constexpr double kBottom = 46;
// A tooltip needs a target of some size; more of them than this only cover each other.
constexpr size_t kMostTargets = 400;

double Nines(double quantile) { return -std::log10(std::max(1 - quantile, 1e-12)); }

std::string Number(double number) {
  std::string text = DecimalText(number, 1);
  std::erase(text, ',');
  return text;
}

std::string QuantileText(double quantile) {
  // As many digits as tell it from 100 %.
  const int decimals = std::max(0, static_cast<int>(std::ceil(Nines(quantile) - 1e-9)) - 2);
  return Concat(DecimalText(quantile * 100, std::min(decimals, 6)), " %");
}

std::string ValueText(Unit unit, double value) {
  switch (unit) {
    case Unit::kPerSecond:
      return PerSecondText(value);
    case Unit::kMicroseconds:
      return MicrosecondsText(value);
    case Unit::kSeconds:
      return Concat(ThreeDigitText(value), " s");
    case Unit::kQuantile:
      return QuantileText(value);
  }
}

// 10 ms, not 10.0 ms: a tick is round.
std::string TickText(Unit unit, double value) {
  switch (unit) {
    case Unit::kPerSecond:
      return DecimalText(value, value < 10 && value != std::floor(value) ? 1 : 0);
    case Unit::kSeconds:
      return DecimalText(value, value == std::floor(value) ? 0 : 1);
    case Unit::kQuantile:
      return QuantileText(value);
    case Unit::kMicroseconds:
      break;
  }
  const auto [divisor, name] = value < 1e3   ? std::pair(1.0, " µs")
                               : value < 1e6 ? std::pair(1e3, " ms")
                                             : std::pair(1e6, " s");
  const double scaled = value / divisor;
  const int decimals = scaled == std::floor(scaled)             ? 0
                       : scaled * 10 == std::floor(scaled * 10) ? 1
                                                                : 2;
  return Concat(DecimalText(scaled, decimals), name);
}

// Where values lie on one axis, from 0 to 1.
class AxisScale {
 public:
  AxisScale(const PlotAxis& axis, double smallest, double largest) : axis_(axis) {
    smallest = axis.smallest.value_or(smallest);
    largest = axis.largest.value_or(largest);
    switch (axis.scale) {
      case Scale::kLinear:
        FitLinear(smallest, largest);
        break;
      case Scale::kLog:
        FitLog(smallest, largest);
        break;
      case Scale::kNines:
        FitNines(largest);
        break;
    }
    begin_ = Stretched(begin_);
    end_ = Stretched(end_);
  }

  bool Takes(double value) const { return axis_.scale != Scale::kLog || value > 0; }
  double Place(double value) const {
    return std::clamp((Stretched(value) - begin_) / (end_ - begin_), 0.0, 1.0);
  }
  const std::vector<double>& ticks() const { return ticks_; }

 private:
  double Stretched(double value) const {
    switch (axis_.scale) {
      case Scale::kLinear:
        return value;
      case Scale::kLog:
        return std::log10(value);
      case Scale::kNines:
        return Nines(value);
    }
  }

  void FitLinear(double smallest, double largest) {
    begin_ = smallest;
    const double range = std::max(largest - smallest, 1e-9);
    const double step = NiceStep(range / 5);
    // A fixed end stays where it is; otherwise it is a tick.
    end_ = axis_.largest.has_value() ? std::max(largest, smallest + 1e-9)
                                     : smallest + std::ceil(range / step - 1e-9) * step;
    for (double tick = std::ceil(begin_ / step) * step; tick <= end_ + step / 1e6; tick += step) {
      ticks_.push_back(tick);
    }
  }

  static double NiceStep(double least) {
    const double power = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * power >= least * (1 - 1e-9)) return factor * power;
    }
    return 10 * power;
  }

  void FitLog(double smallest, double largest) {
    largest = std::max(largest, smallest * 1.01);
    const bool is_short = largest / smallest < 300;
    begin_ = RoundLog(smallest, /*is_up=*/false, is_short);
    end_ = RoundLog(largest, /*is_up=*/true, is_short);
    for (double power = std::pow(10, std::floor(std::log10(begin_) + 1e-9)); power <= end_ * 1.001;
         power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * power;
        const bool is_wanted = factor == 1.0 || is_short;
        if (is_wanted && tick >= begin_ * 0.999 && tick <= end_ * 1.001) ticks_.push_back(tick);
      }
    }
  }

  static double RoundLog(double value, bool is_up, bool is_short) {
    const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
    const std::array<double, 4> steps = {power, is_short ? 2 * power : 10 * power,
                                         is_short ? 5 * power : 10 * power, 10 * power};
    if (is_up) {
      for (const double step : steps) {
        if (step >= value * 0.999) return step;
      }
    }
    double below = power;
    for (const double step : steps) {
      if (step <= value * 1.001) below = step;
    }
    return below;
  }

  void FitNines(double largest) {
    begin_ = 0;
    end_ = std::min(std::max(largest, 0.9), 1 - 1e-9);
    ticks_ = {0, 0.5};
    for (int nines = 1; nines <= 9; ++nines) {
      const double tick = 1 - std::pow(10, -nines);
      if (Nines(tick) <= Nines(end_) + 1e-6) ticks_.push_back(tick);
    }
  }

  const PlotAxis& axis_;
  double begin_ = 0;
  double end_ = 1;
  std::vector<double> ticks_;
};

struct Range {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();

  void Include(double value) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  bool empty() const { return smallest > largest; }
};

Range RangeOf(const Plot& plot, double PlotPoint::* coordinate, const PlotAxis& axis,
              const std::optional<PlotLine>& line) {
  Range range;
  for (const PlotCurve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) {
      const double value = point.*coordinate;
      if (std::isfinite(value) && (axis.scale != Scale::kLog || value > 0)) range.Include(value);
    }
  }
  if (line.has_value() && !range.empty()) range.Include(line->at);
  return range;
}

class Drawing {
 public:
  Drawing(const Plot& plot, const Range& x, const Range& y)
      : plot_(plot), x_(plot.x, x.smallest, x.largest), y_(plot.y, y.smallest, y.largest) {}

  std::string Render() {
    Append(svg_, "<svg class=\"plot\" viewBox=\"0 0 ", Number(kWidth), " ", Number(plot_.height),
           "\" role=\"img\" aria-label=\"", EscapeHtml(plot_.title), "\">\n");
    DrawVerticalTicks();
    DrawHorizontalTicks();
    DrawLabels();
    // The main curves last, above the others.
    for (const bool is_main : {false, true}) {
      for (const PlotCurve& curve : plot_.curves) {
        if (curve.is_main == is_main) DrawCurve(curve);
      }
    }
    DrawLines();
    for (const PlotCurve& curve : plot_.curves) DrawTargets(curve);
    Append(svg_, "</svg>\n");
    return std::move(svg_);
  }

 private:
  double Bottom() const { return plot_.height - kBottom; }
  double X(double value) const { return kLeft + x_.Place(value) * (kWidth - kLeft - kRight); }
  double Y(double value) const { return Bottom() - y_.Place(value) * (Bottom() - kTop); }
  bool IsDrawable(const PlotPoint& point) const {
    return std::isfinite(point.x) && std::isfinite(point.y) && x_.Takes(point.x) &&
           y_.Takes(point.y);
  }

  void DrawText(double x, double y, std::string_view anchor, std::string_view css_class,
                std::string_view text) {
    Append(svg_, "<text x=\"", Number(x), "\" y=\"", Number(y), "\" text-anchor=\"", anchor,
           "\" class=\"", css_class, "\">", EscapeHtml(text), "</text>\n");
  }

  void DrawStroke(double x1, double y1, double x2, double y2, std::string_view css_class) {
    Append(svg_, "<line x1=\"", Number(x1), "\" y1=\"", Number(y1), "\" x2=\"", Number(x2),
           "\" y2=\"", Number(y2), "\" class=\"", css_class, "\"/>\n");
  }

  void DrawHorizontalTicks() {
    for (const double tick : y_.ticks()) {
      DrawStroke(kLeft, Y(tick), kWidth - kRight, Y(tick), "grid");
      DrawText(kLeft - 10, Y(tick) + 4, "end", "tick", TickText(plot_.y.unit, tick));
    }
  }

  void DrawVerticalTicks() {
    for (const double tick : x_.ticks()) {
      DrawStroke(X(tick), kTop, X(tick), Bottom(), "grid");
      DrawText(X(tick), Bottom() + 18, "middle", "tick", TickText(plot_.x.unit, tick));
    }
  }

  void DrawLabels() {
    DrawText(kLeft - 10, 14, "start", "axis", plot_.y.label);
    DrawText(kWidth - kRight, plot_.height - 6, "end", "axis", plot_.x.label);
  }

  void DrawCurve(const PlotCurve& curve) {
    std::string path;
    double first_x = 0, last_x = 0;
    for (const PlotPoint& point : curve.points) {
      if (!IsDrawable(point)) continue;
      last_x = X(point.x);
      if (path.empty()) first_x = last_x;
      Append(path, path.empty() ? "M" : "L", Number(last_x), " ", Number(Y(point.y)));
    }
    if (path.empty()) return;
    if (curve.is_filled) {
      Append(svg_, "<path class=\"area", Colour(curve), "\" d=\"", path, "L", Number(last_x), " ",
             Number(Bottom()), "L", Number(first_x), " ", Number(Bottom()), "Z\"/>\n");
    }
    Append(svg_, "<path class=\"curve", Colour(curve), curve.is_main ? " main" : "",
           curve.is_dashed ? " dashed" : "", "\" d=\"", path, "\"/>\n");
  }

  void DrawLines() {
    if (plot_.vertical.has_value()) {
      const double x = X(plot_.vertical->at);
      DrawStroke(x, kTop, x, Bottom(), "mark");
      const bool is_right = x > kWidth / 2;
      DrawText(is_right ? x - 6 : x + 6, kTop + 12, is_right ? "end" : "start", "marked",
               plot_.vertical->label);
    }
    if (plot_.horizontal.has_value()) {
      const double y = Y(plot_.horizontal->at);
      DrawStroke(kLeft, y, kWidth - kRight, y, "mark");
      DrawText(kLeft + 6, y - 5, "start", "marked", plot_.horizontal->label);
    }
  }

  void DrawTargets(const PlotCurve& curve) {
    const size_t step = curve.points.size() / kMostTargets + 1;
    for (size_t i = 0; i < curve.points.size(); i += step) {
      const PlotPoint& point = curve.points[i];
      if (!IsDrawable(point)) continue;
      const std::string_view kind = !curve.has_marks      ? "target"
                                    : point.is_marked_bad ? "dot hollow"
                                                          : "dot";
      Append(svg_, "<circle class=\"", kind, Colour(curve), "\" cx=\"", Number(X(point.x)),
             "\" cy=\"", Number(Y(point.y)), "\" r=\"5\"><title>", EscapeHtml(curve.name), "\n",
             ValueText(plot_.x.unit, point.x), ": ", ValueText(plot_.y.unit, point.y),
             "</title></circle>\n");
    }
  }

  static std::string Colour(const PlotCurve& curve) {
    return Concat(" c", curve.colour % kPlotColourCount);
  }

  const Plot& plot_;
  const AxisScale x_;
  const AxisScale y_;
  std::string svg_;
};

std::string RenderLegend(const Plot& plot) {
  if (plot.curves.size() < 2) return "";
  std::string legend = "<ul class=\"legend\">";
  for (const PlotCurve& curve : plot.curves) {
    Append(legend, "<li><span class=\"swatch c", curve.colour % kPlotColourCount,
           curve.is_dashed ? " dashed" : "", "\"></span>", EscapeHtml(curve.name), "</li>");
  }
  return legend + "</ul>\n";
}

}  // namespace

std::string RenderPlot(const Plot& plot) {
  const Range x = RangeOf(plot, &PlotPoint::x, plot.x, plot.vertical);
  const Range y = RangeOf(plot, &PlotPoint::y, plot.y, plot.horizontal);
  if (x.empty() || y.empty()) return "";
  return Concat("<figure>\n", Drawing(plot, x, y).Render(), RenderLegend(plot), "</figure>\n");
}

}  // namespace ringpost::load
