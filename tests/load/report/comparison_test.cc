#include "load/report/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sample_results.h"

namespace ringpost::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ComparedFigure Figure(const std::vector<ComparedFigure>& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &ComparedFigure::name);
  return found == figures.end() ? ComparedFigure{.name = "missing"} : *found;
}

TEST(Comparison, TellsRatiosAndWhatTheyMean) {
  const auto figures = Compare(SampleResults(1), SampleResults(1, 2));
  const ComparedFigure rate = Figure(figures, "messages per second");
  EXPECT_EQ(rate.first, "31,248");
  EXPECT_EQ(rate.second, "15,624");
  EXPECT_DOUBLE_EQ(*rate.ratio, 0.5);
  EXPECT_TRUE(rate.is_setback());
  const ComparedFigure median = Figure(figures, "whole message, p50");
  EXPECT_NEAR(*median.ratio, 2, 0.01);
  EXPECT_TRUE(median.is_setback());
  EXPECT_TRUE(Figure(figures, "server CPU for each message").is_setback());
}

TEST(Comparison, OfSessionsIsOfTheirParts) {
  const auto figures = Compare(SampleSessions(4), SampleSessions(4, 2));
  EXPECT_EQ(Figure(figures, "sessions per second").second, "1,050");
  EXPECT_TRUE(Figure(figures, "sessions per second").is_setback());
  EXPECT_TRUE(Figure(figures, "server CPU for each session").is_setback());
  EXPECT_TRUE(Figure(figures, "whole session, p99.9").ratio.has_value());
  for (const char* const name : {"STARTTLS, p50", "TLS handshake, p99", "AUTH, p50"}) {
    EXPECT_NEAR(*Figure(figures, name).ratio, 2, 0.02) << name;
  }
  EXPECT_EQ(Figure(figures, "resumed, of all handshakes").first, "100 %");
  EXPECT_EQ(Figure(figures, "messages per second").name, "missing");
}

TEST(Comparison, TakesSmallDifferencesForNoise) {
  for (const ComparedFigure& figure : Compare(SampleResults(1), SampleResults(1, 1.03))) {
    EXPECT_FALSE(figure.is_improvement() || figure.is_setback()) << figure.name;
  }
}

TEST(Comparison, LeavesOutWhatNeitherHas) {
  Results first = SampleResults(1), second = SampleResults(2);
  EXPECT_EQ(Figure(Compare(first, second), "knee of the search, messages per second").name,
            "missing");
  EXPECT_EQ(Figure(Compare(first, second), "QUIT, p50").name, "missing");
  second.server.reset();
  const ComparedFigure memory = Figure(Compare(first, second), "server's most memory");
  EXPECT_EQ(memory.second, "–");
  EXPECT_EQ(memory.ratio, std::nullopt);
}

TEST(Comparison, HasNoRatioToNothing) {
  Results first = SampleResults(1);
  first.messages.refused = first.messages.failed = 0;
  EXPECT_EQ(Figure(Compare(first, SampleResults(1)), "refused or failed messages").ratio,
            std::nullopt);
}

TEST(ComparisonText, HasStraightColumns) {
  const std::string text = ComparisonText(SampleResults(1), SampleResults(1, 2));
  EXPECT_THAT(text, HasSubstr("A: smtp://127.0.0.1:2525\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex("messages per second +31,248 +15,624 +0.50×\n"));
}

TEST(ComparisonText, HasNoOrdersToTheTerminal) {
  EXPECT_THAT(ComparisonText(HostileResults(), SampleResults()), Not(HasSubstr("\x01")));
}

TEST(ComparisonPage, DrawsBothIntoEachPlot) {
  const std::string page = RenderComparisonPage(SampleSearch(), SampleResults(1, 2));
  EXPECT_THAT(page, HasSubstr("A: whole message"));
  EXPECT_THAT(page, HasSubstr("B: whole message"));
  EXPECT_THAT(page, HasSubstr("B: p99"));
  EXPECT_THAT(page, HasSubstr("0.50×"));
}

TEST(ComparisonPage, RunsNothingThatAServerSaid) {
  const std::string page = RenderComparisonPage(HostileResults(), SampleResults());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
}

}  // namespace
}  // namespace ringpost::load
