#include "ringpost/base/check.h"

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(Check, PassesWhatHolds) { Check(true, "never printed"); }

TEST(CheckDeathTest, EndsTheProcessAndNamesTheLine) {
  EXPECT_DEATH(Check(false, "the sky is green"),
               "check_test.cc:[0-9]+: CHECK failed: the sky is green");
}

}  // namespace
}  // namespace ringpost
