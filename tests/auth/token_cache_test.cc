#include "ringpost/auth/internal/token_cache.h"

#include <gtest/gtest.h>

namespace ringpost::auth::internal {
namespace {

TEST(TokenCache, RemembersUntilTheEnd) {
  TokenCache cache(10);
  EXPECT_EQ(cache.Find("a", {0}), std::nullopt);
  cache.Add("a", "alice", {100});
  EXPECT_EQ(cache.Find("a", {99}), "alice");
  EXPECT_EQ(cache.Find("b", {99}), std::nullopt);
  EXPECT_EQ(cache.Find("a", {100}), std::nullopt);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, TheOneThatWasNotAskedForTheLongestMakesRoom) {
  TokenCache cache(2);
  cache.Add("a", "alice", {100});
  cache.Add("b", "bob", {100});
  EXPECT_EQ(cache.Find("a", {1}), "alice");
  cache.Add("c", "carol", {100});
  EXPECT_EQ(cache.Find("b", {1}), std::nullopt);
  EXPECT_EQ(cache.Find("a", {1}), "alice");
  EXPECT_EQ(cache.Find("c", {1}), "carol");
  EXPECT_EQ(cache.size(), 2u);
}

TEST(TokenCache, TheLastWordCounts) {
  TokenCache cache(2);
  cache.Add("a", "alice", {100});
  cache.Add("a", "bob", {50});
  EXPECT_EQ(cache.Find("a", {49}), "bob");
  EXPECT_EQ(cache.Find("a", {50}), std::nullopt);
}

TEST(TokenCache, MayHaveNoRoomAtAll) {
  TokenCache cache(0);
  cache.Add("a", "alice", {100});
  EXPECT_EQ(cache.Find("a", {1}), std::nullopt);
}

}  // namespace
}  // namespace ringpost::auth::internal
