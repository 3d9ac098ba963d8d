#include "ringpost/tls/internal/deferred.h"

#include <list>
#include <optional>

#include "gtest/gtest.h"

namespace ringpost::tls::internal {
namespace {

TEST(Deferred, RunsOnceOthersHaveCome) {
  int runs = 0;
  std::optional<Deferred> first;
  first.emplace([&] { ++runs; });
  std::list<Deferred> others;
  while (others.size() < Deferred::kWaiting - 1) others.emplace_back([] {});
  EXPECT_EQ(runs, 0);
  others.emplace_back([] {});
  EXPECT_EQ(runs, 1);
  others.emplace_back([] {});
  EXPECT_EQ(runs, 1);
  first.reset();
  EXPECT_EQ(runs, 1);
}

TEST(Deferred, DoesNotRunForOneWhoIsGone) {
  int runs = 0;
  std::list<Deferred> others;
  {
    Deferred gone([&] { ++runs; });
    others.emplace_back([] {});
  }
  // Nor is its place taken.
  bool second_has_run = false;
  others.emplace_back([&] { second_has_run = true; });
  while (others.size() < Deferred::kWaiting + 1) others.emplace_back([] {});
  EXPECT_FALSE(second_has_run);
  others.emplace_back([] {});
  EXPECT_TRUE(second_has_run);
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace ringpost::tls::internal
