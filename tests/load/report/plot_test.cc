#include "load/report/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <regex>

#include "ringpost/base/random.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The texts of the ticks, those of one axis at a time.
std::vector<std::string> Ticks(const std::string& svg, std::string_view anchor) {
  std::vector<std::string> ticks;
  const std::regex tick("text-anchor=\"" + std::string(anchor) + "\" class=\"tick\">([^<]*)<");
  for (std::sregex_iterator match(svg.begin(), svg.end(), tick), end; match != end; ++match) {
    ticks.push_back((*match)[1]);
  }
  return ticks;
}
std::vector<std::string> XTicks(const std::string& svg) { return Ticks(svg, "middle"); }
std::vector<std::string> YTicks(const std::string& svg) { return Ticks(svg, "end"); }

Plot LinePlot(PlotAxis x, PlotAxis y, std::vector<PlotPoint> points) {
  return {.x = x, .y = y, .curves = {{.name = "one", .points = std::move(points)}}};
}

TEST(Plot, OfNothingIsNothing) {
  EXPECT_EQ(RenderPlot({}), "");
  EXPECT_EQ(RenderPlot(LinePlot({}, {}, {})), "");
  EXPECT_EQ(RenderPlot(LinePlot({}, {.scale = Scale::kLog}, {{1, 0}})), "");
  EXPECT_EQ(RenderPlot(LinePlot({}, {}, {{std::numeric_limits<double>::quiet_NaN(), 1}})), "");
}

TEST(Plot, HasRoundTicks) {
  const std::string svg = RenderPlot(LinePlot({.unit = Unit::kSeconds, .smallest = 0},
                                              {.smallest = 0}, {{1, 9'000}, {10, 31'000}}));
  EXPECT_THAT(XTicks(svg), ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(YTicks(svg), ElementsAre("0", "10,000", "20,000", "30,000", "40,000"));
}

TEST(Plot, HasPowersOfTenOnLongLogarithmicAxes) {
  const PlotAxis log = {.scale = Scale::kLog, .unit = Unit::kMicroseconds};
  EXPECT_THAT(YTicks(RenderPlot(LinePlot({}, log, {{0, 12}, {1, 2'000'000}}))),
              ElementsAre("10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"));
  EXPECT_THAT(YTicks(RenderPlot(LinePlot({}, log, {{0, 130}, {1, 1'900}}))),
              ElementsAre("100 µs", "200 µs", "500 µs", "1 ms", "2 ms"));
}

TEST(Plot, HasNinesOnTheAxisOfQuantiles) {
  const PlotAxis nines = {.scale = Scale::kNines, .unit = Unit::kQuantile};
  EXPECT_THAT(XTicks(RenderPlot(LinePlot(nines, {}, {{0, 1}, {0.99995, 2}}))),
              ElementsAre("0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"));
}

TEST(Plot, MarksWhatIsBad) {
  Plot plot = LinePlot({}, {}, {{1, 1}, {2, 2, true}});
  plot.curves[0].has_marks = true;
  const std::string svg = RenderPlot(plot);
  EXPECT_THAT(svg, HasSubstr("class=\"dot c0\""));
  EXPECT_THAT(svg, HasSubstr("class=\"dot hollow c0\""));
}

TEST(Plot, HasALegendForSeveralCurves) {
  Plot plot = LinePlot({}, {}, {{1, 1}, {2, 2}});
  EXPECT_THAT(RenderPlot(plot), Not(HasSubstr("legend")));
  plot.curves.push_back({.name = "<two>", .points = {{1, 2}}});
  EXPECT_THAT(RenderPlot(plot), HasSubstr("</span>&lt;two&gt;</li>"));
}

TEST(Plot, OfOnePointHasAxes) {
  for (const double value : {0.0, 1.0, 12345.0}) {
    const std::string svg = RenderPlot(LinePlot({}, {}, {{value, value}}));
    EXPECT_THAT(svg, HasSubstr("<circle"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
}

TEST(Plot, StaysInItsFrameAndIsBounded) {
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    Plot plot = {.x = {.scale = static_cast<Scale>(random.Below(2))},
                 .y = {.scale = static_cast<Scale>(random.Below(2)), .unit = Unit::kMicroseconds}};
    PlotCurve curve = {.name = "random"};
    const auto magnitude = static_cast<double>(1 + random.Below(10'000'000'000));
    for (uint64_t i = random.Below(1000); i > 0; --i) {
      const auto value = [&] { return static_cast<double>(random.Below(1000)) / 1000 * magnitude; };
      curve.points.push_back({value(), value()});
    }
    plot.curves.push_back(std::move(curve));
    const std::string svg = RenderPlot(plot);
    EXPECT_LT(XTicks(svg).size(), 40u);
    EXPECT_LT(YTicks(svg).size(), 40u);
    const std::regex circle("cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
    for (std::sregex_iterator match(svg.begin(), svg.end(), circle), end; match != end; ++match) {
      const double x = std::stod((*match)[1]), y = std::stod((*match)[2]);
      ASSERT_TRUE(x >= 0 && x <= 960 && y >= 0 && y <= 300) << x << ' ' << y;
    }
  }
}

}  // namespace
}  // namespace ringpost::load
