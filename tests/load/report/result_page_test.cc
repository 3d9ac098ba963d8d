#include "load/report/result_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "sample_results.h"

namespace ringpost::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t CountOf(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ResultPage, TellsWhatWasMeasured) {
  const std::string page = RenderResultPage(SampleResults(), "{}");
  for (const std::string_view expected :
       {"<h1>smtp://127.0.0.1:2525</h1>", "31,248/s", "312,480 accepted", "closed loop",
        "50 connections", "12 refused", "Latency by percentile", "whole message", "29.4 µs",
        "4.2.2 mailbox is full", "no reply in time", "9.44 MB"}) {
    EXPECT_THAT(page, HasSubstr(expected));
  }
  EXPECT_EQ(CountOf(page, "<svg"), 3u);
}

TEST(ResultPage, ShowsASearch) {
  const std::string page = RenderResultPage(SampleSearch(), "");
  EXPECT_THAT(page, HasSubstr("knee: 41,000/s"));
  EXPECT_EQ(CountOf(page, "dot hollow"), 4u);
  EXPECT_EQ(CountOf(page, "✗ no"), 4u);
}

TEST(ResultPage, OfAnEmptyResultIsAPage) {
  const std::string page = RenderResultPage({}, "");
  EXPECT_THAT(page, HasSubstr("nothing was accepted"));
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(ResultPage, OfIdleConnectionsTellsWhatTheyCost) {
  Results results = {.mode = Mode::kIdle, .connections = {.opened = 5000}};
  results.server = ServerResults{.octets_per_idle_connection = 10'240.0};
  const std::string page = RenderResultPage(results, "");
  EXPECT_THAT(page, HasSubstr("every connection held"));
  EXPECT_THAT(page, HasSubstr(">10.2 kB</div>"));
  EXPECT_THAT(page, Not(HasSubstr("Median latency")));
}

TEST(ResultPage, OfSessionsTellsOfTheirHandshakes) {
  const std::string page = RenderResultPage(SampleSessions(), "");
  for (const std::string_view expected :
       {"every session completed", "2,100/s", "21,000 completed", "TLS handshake", "STARTTLS",
        "AUTH", "whole session", "212 µs", "for each session", "TLSv1.3 TLS_AES_128_GCM_SHA256",
        "20,950", "sessions per second"}) {
    EXPECT_THAT(page, HasSubstr(expected));
  }
  EXPECT_THAT(page, Not(HasSubstr("whole message</td>")));
}

TEST(ResultPage, NeedsNothingElse) {
  const std::string page = RenderResultPage(SampleSearch(), "{}");
  const std::regex outside("[\\s\"'](src|href|action)\\s*=|@import|url\\(");
  EXPECT_FALSE(std::regex_search(page, outside));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ResultPage, RunsNothingThatAServerSaid) {
  const std::string json = R"({"sample": "</script><img src=x onerror=alert(2)>"})";
  const std::string page = RenderResultPage(HostileResults(), json);
  EXPECT_EQ(CountOf(page, "<script"), 1u);
  EXPECT_EQ(CountOf(page, "</script"), 1u);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003cimg src=x"));
  // In an attribute, too, no quote is left to end it.
  EXPECT_THAT(RenderResultPage(HostileResults(), ""), Not(HasSubstr("alert(2)>")));
}

TEST(ResultPage, IsWellFormed) {
  for (const Results& results :
       {SampleResults(), SampleSearch(), SampleSessions(), HostileResults()}) {
    const std::string page = RenderResultPage(results, "{}");
    for (const std::string_view element : {"section", "table", "tr", "td", "th", "svg", "text",
                                           "div", "figure", "ul", "li", "span", "main", "title"}) {
      const std::regex open("<" + std::string(element) + "[ >]");
      const auto opened = static_cast<size_t>(std::distance(
          std::sregex_iterator(page.begin(), page.end(), open), std::sregex_iterator()));
      EXPECT_EQ(opened, CountOf(page, "</" + std::string(element) + ">")) << element;
    }
  }
}

}  // namespace
}  // namespace ringpost::load
