#include "ringpost/server/authentication_throttle.h"

#include <gtest/gtest.h>

#include <vector>

#include "ringpost/base/text.h"
#include "ringpost/testing/manual_clock.h"

namespace ringpost::server {
namespace {

using Attempt = AuthenticationThrottle::Attempt;

io::SocketAddress From(std::string_view ip) { return {.ip = *io::ParseIpAddress(ip)}; }

const io::SocketAddress kAttacker = From("192.0.2.66");
const io::SocketAddress kVictim = From("192.0.2.1");

class AuthenticationThrottleTest : public ::testing::Test {
 protected:
  Attempt Begin(const io::SocketAddress& client, std::string_view account) {
    return throttle_.Begin(client, account, limits_, clock_.Now());
  }
  void Fail(const io::SocketAddress& client, std::string_view account, int count = 1) {
    for (int i = 0; i < count; ++i) Begin(client, account).Fail(clock_.Now());
  }
  void Succeed(const io::SocketAddress& client, std::string_view account) {
    Begin(client, account).Succeed(clock_.Now());
  }
  // A number of accounts of whose no two are the same.
  void FailAtOthers(const io::SocketAddress& client, int count) {
    for (int i = 0; i < count; ++i) Fail(client, Concat("other", ++other_count_));
  }
  bool IsBlocked(const io::SocketAddress& client, std::string_view account) {
    return Begin(client, account).is_blocked();
  }
  absl::Duration DelayOf(const io::SocketAddress& client, std::string_view account) {
    return Begin(client, account).delay();
  }

  testing::ManualClock clock_;
  ThrottleLimits limits_ = {.undelayed_failures = 2,
                            .first_delay = absl::Seconds(1),
                            .longest_delay = absl::Seconds(8),
                            .failures_per_account = 10,
                            .failures_per_client = 30,
                            .first_block = absl::Minutes(5),
                            .longest_block = absl::Minutes(15),
                            .memory = absl::Hours(1)};
  AuthenticationThrottle throttle_;
  int other_count_ = 0;
};

TEST_F(AuthenticationThrottleTest, DelaysGrowAndEnd) {
  std::vector<int64_t> delays;
  for (int i = 0; i < 8; ++i) {
    delays.push_back(absl::ToInt64Seconds(DelayOf(kAttacker, "alice")));
    Fail(kAttacker, "alice");
  }
  EXPECT_EQ(delays, (std::vector<int64_t>{0, 0, 0, 1, 2, 4, 8, 8}));
}

TEST_F(AuthenticationThrottleTest, NoFirstDelayIsNone) {
  limits_.first_delay = absl::ZeroDuration();
  Fail(kAttacker, "alice", 9);
  EXPECT_EQ(DelayOf(kAttacker, "alice"), absl::ZeroDuration());
}

TEST_F(AuthenticationThrottleTest, BlocksAClientAtAnAccountForAWhile) {
  Fail(kAttacker, "alice", 10);
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
  EXPECT_FALSE(IsBlocked(kAttacker, "bob"));
  clock_.Advance(limits_.first_block - absl::Seconds(1));
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(IsBlocked(kAttacker, "alice"));
}

TEST_F(AuthenticationThrottleTest, BlocksGrowFromOneToTheNextUpToTheLongest) {
  for (const absl::Duration block :
       {absl::Minutes(5), absl::Minutes(10), absl::Minutes(15), absl::Minutes(15)}) {
    Fail(kAttacker, "alice", 10);
    clock_.Advance(block - absl::Seconds(1));
    EXPECT_TRUE(IsBlocked(kAttacker, "alice")) << block;
    clock_.Advance(absl::Seconds(1));
    EXPECT_FALSE(IsBlocked(kAttacker, "alice")) << block;
  }
}

// A password tried at many accounts.
TEST_F(AuthenticationThrottleTest, BlocksAClientThatFailsAtManyAccounts) {
  FailAtOthers(kAttacker, 29);
  EXPECT_FALSE(IsBlocked(kAttacker, "alice"));
  FailAtOthers(kAttacker, 1);
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
  EXPECT_FALSE(IsBlocked(kVictim, "alice"));
}

TEST_F(AuthenticationThrottleTest, ANetworkOfIpv6IsOneClient) {
  for (int i = 0; i < 30; ++i) {
    Fail(From(Concat("2001:db8:0:1::", i + 1)), Concat("user", i));
  }
  EXPECT_TRUE(IsBlocked(From("2001:db8:0:1:ffff::1"), "alice"));
  EXPECT_FALSE(IsBlocked(From("2001:db8:0:2::1"), "alice"));
  Fail(From("198.51.100.1"), "alice", 10);
  EXPECT_FALSE(IsBlocked(From("198.51.100.2"), "alice"));
}

// Otherwise whoever knows a name could keep its owner out.
TEST_F(AuthenticationThrottleTest, NobodyLocksAnAccountForOthers) {
  for (int i = 0; i < 250; ++i) Fail(From(Concat("198.51.100.", i + 1)), "alice", 10);
  EXPECT_FALSE(IsBlocked(kVictim, "alice"));
  EXPECT_EQ(DelayOf(kVictim, "alice"), limits_.longest_delay);
}

TEST_F(AuthenticationThrottleTest, WhoHasLoggedInFromThereDoesNotWaitForOthers) {
  Succeed(kVictim, "alice");
  for (int i = 0; i < 250; ++i) Fail(From(Concat("198.51.100.", i + 1)), "alice", 10);
  EXPECT_EQ(DelayOf(kVictim, "alice"), absl::ZeroDuration());
}

// Behind one address of a provider's.
TEST_F(AuthenticationThrottleTest, WhoHasLoggedInFromThereIsNotBlockedWithANeighbour) {
  Succeed(kVictim, "alice");
  FailAtOthers(kVictim, 30);
  EXPECT_FALSE(IsBlocked(kVictim, "alice"));
  EXPECT_TRUE(IsBlocked(kVictim, "bob"));
}

TEST_F(AuthenticationThrottleTest, ABlockEndsThatTrust) {
  Succeed(kVictim, "alice");
  Fail(kVictim, "alice", 10);
  EXPECT_TRUE(IsBlocked(kVictim, "alice"));
  clock_.Advance(limits_.first_block);
  FailAtOthers(kVictim, 30);
  EXPECT_TRUE(IsBlocked(kVictim, "alice"));
}

TEST_F(AuthenticationThrottleTest, ASuccessForgivesAtThisAccount) {
  Fail(kVictim, "alice", 9);
  Succeed(kVictim, "alice");
  Fail(kVictim, "alice", 2);
  EXPECT_EQ(DelayOf(kVictim, "alice"), absl::ZeroDuration());
}

// With an account of one's own between two guesses.
TEST_F(AuthenticationThrottleTest, ASuccessForgivesNothingAtOtherAccounts) {
  for (int i = 0; i < 30; ++i) {
    FailAtOthers(kAttacker, 1);
    Succeed(kAttacker, "mallory");
  }
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
}

TEST_F(AuthenticationThrottleTest, ManyAtOnceGetNoFurtherThanOneAfterAnother) {
  std::vector<Attempt> under_way;
  for (int i = 0; i < 10; ++i) {
    under_way.push_back(Begin(kAttacker, "alice"));
    EXPECT_FALSE(under_way.back().is_blocked());
  }
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
  for (Attempt& attempt : under_way) attempt.Fail(clock_.Now());
  EXPECT_TRUE(IsBlocked(kAttacker, "alice"));
}

TEST_F(AuthenticationThrottleTest, AWithdrawnAttemptLeavesNothing) {
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(IsBlocked(kVictim, "alice"));
  EXPECT_EQ(DelayOf(kVictim, "alice"), absl::ZeroDuration());
}

TEST_F(AuthenticationThrottleTest, AProgramMaySendByManyConnectionsOnceItIsKnown) {
  Succeed(kVictim, "alice");
  std::vector<Attempt> under_way;
  for (int i = 0; i < 100; ++i) {
    under_way.push_back(Begin(kVictim, "alice"));
    EXPECT_FALSE(under_way.back().is_blocked());
  }
}

TEST_F(AuthenticationThrottleTest, ABlockedAttemptDoesNotLengthenTheBlock) {
  Fail(kAttacker, "alice", 10);
  clock_.Advance(limits_.first_block - absl::Seconds(1));
  Fail(kAttacker, "alice", 100);
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(IsBlocked(kAttacker, "alice"));
}

TEST_F(AuthenticationThrottleTest, ForgetsAfterAWhileWithoutAFailure) {
  Fail(kVictim, "alice", 9);
  clock_.Advance(limits_.memory + absl::Seconds(1));
  EXPECT_EQ(DelayOf(kVictim, "alice"), absl::ZeroDuration());
  Fail(kVictim, "alice", 1);
  EXPECT_FALSE(IsBlocked(kVictim, "alice"));
}

TEST_F(AuthenticationThrottleTest, CaseMakesNoOtherAccount) {
  Fail(kAttacker, "alice", 5);
  Fail(kAttacker, "ALICE", 5);
  EXPECT_TRUE(IsBlocked(kAttacker, "Alice"));
}

TEST_F(AuthenticationThrottleTest, ZeroIsNoLimit) {
  limits_.failures_per_account = 0;
  limits_.failures_per_client = 0;
  Fail(kAttacker, "alice", 1000);
  EXPECT_FALSE(IsBlocked(kAttacker, "alice"));
}

TEST_F(AuthenticationThrottleTest, WhoDoesNotSayItsNameCountsAsAClient) {
  Fail(kAttacker, "", 30);
  EXPECT_TRUE(IsBlocked(kAttacker, ""));
  EXPECT_FALSE(IsBlocked(kVictim, ""));
}

TEST_F(AuthenticationThrottleTest, ClientsOfUnixSocketsAreDelayedAndNeverBlocked) {
  const io::SocketAddress local = {.unix_path = "/run/submission.sock"};
  Fail(local, "alice", 100);
  EXPECT_FALSE(IsBlocked(local, "alice"));
  EXPECT_EQ(DelayOf(local, "alice"), limits_.longest_delay);
  EXPECT_EQ(DelayOf(local, "bob"), absl::ZeroDuration());
}

// An attacker who invents accounts fills the table and no more.
TEST_F(AuthenticationThrottleTest, SurvivesMoreNamesThanItHasRecords) {
  AuthenticationThrottle small(64);
  limits_.failures_per_client = 0;
  std::vector<Attempt> under_way;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = Concat("user", i);
    under_way.push_back(small.Begin(kAttacker, name, limits_, clock_.Now()));
  }
  for (Attempt& attempt : under_way) attempt.Fail(clock_.Now());
  EXPECT_FALSE(small.Begin(kVictim, "alice", limits_, clock_.Now()).is_blocked());
}

}  // namespace
}  // namespace ringpost::server
