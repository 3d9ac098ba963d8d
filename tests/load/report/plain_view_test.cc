#include "load/report/plain_view.h"

#include <gtest/gtest.h>

#include <string>

namespace ringpost::load {
namespace {

TEST(PlainView, WritesALineForEachSecondAndStep) {
  std::string text;
  PlainView view([&text](std::string_view line) { text += line; });
  view.OnProgress({.accepted = 1});
  EXPECT_EQ(text, "");
  view.OnSecond({}, {.second = 1, .messages = 5, .p50_us = 10, .p99_us = 20}, Histogram());
  view.OnStep({.rate_per_second = 100,
               .achieved_per_second = 100,
               .p50_us = 1,
               .p99_us = 2,
               .passed = true});
  view.OnEnd();
  EXPECT_EQ(text,
            "0:01  5 accepted  p50 10.0 µs  p99 20.0 µs  0 errors\n"
            "tried 100/s: 100/s, p50 1.00 µs, p99 2.00 µs, good\n");
}

}  // namespace
}  // namespace ringpost::load
