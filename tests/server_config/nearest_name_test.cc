#include "server/nearest_name.h"

#include "gtest/gtest.h"

namespace ringpost::daemon {
namespace {

TEST(EditDistance, CountsSingleSlips) {
  EXPECT_EQ(EditDistance("errors", "errors"), 0u);
  EXPECT_EQ(EditDistance("error", "errors"), 1u);
  EXPECT_EQ(EditDistance("erorrs", "errors"), 1u);  // neighbours swapped
  EXPECT_EQ(EditDistance("errars", "errors"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(NearestName, FindsASlip) {
  constexpr std::string_view kNames[] = {"recipients", "recipient_batch", "errors"};
  EXPECT_EQ(NearestName("recipient", kNames), "recipients");
  EXPECT_EQ(NearestName("erors", kNames), "errors");
}

TEST(NearestName, SaysNothingOfWhatIsFarAway) {
  constexpr std::string_view kNames[] = {"recipients", "errors"};
  EXPECT_EQ(NearestName("colour", kNames), "");
  EXPECT_EQ(NearestName("x", kNames), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'r'), kNames), "");
}

}  // namespace
}  // namespace ringpost::daemon
