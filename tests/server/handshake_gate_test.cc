#include "ringpost/server/handshake_gate.h"

#include <gtest/gtest.h>

#include <vector>

#include "ringpost/coro/task_scope.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::server {
namespace {

using testing::RunTask;

io::SocketAddress From(const std::string& ip) { return {.ip = *io::ParseIpAddress(ip), .port = 1}; }

class HandshakeGateTest : public ::testing::Test {
 protected:
  HandshakeGateTest()
      : reactor_({.seed = 5}, disk_), shard_(reactor_, 0, 5), gate_(shard_, by_address_) {}
  ~HandshakeGateTest() override {
    const ScopedRunQueue scoped(shard_.run_queue());
    places_.clear();
    RunTask(shard_, scope_.Join());
  }

  void Begin(const std::string& ip, io::Wait wait = {}) {
    const ScopedRunQueue scoped(shard_.run_queue());
    scope_.Spawn(Enter(ip, wait));
    shard_.Turn(shard_.Now());
  }
  void LeaveFirst() {
    const ScopedRunQueue scoped(shard_.run_queue());
    places_.erase(places_.begin());
    shard_.Turn(shard_.Now());
  }

  Task<void> Enter(std::string ip, io::Wait wait) {
    absl::StatusOr<HandshakeGate::Place> place = co_await gate_.Enter(From(ip), limits_, wait);
    if (place.ok()) {
      places_.push_back(std::make_unique<HandshakeGate::Place>(*std::move(place)));
      entered_.push_back(ip);
    } else {
      failures_.push_back(place.status());
    }
  }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  io::SharedCounts by_address_;
  HandshakeGate gate_;
  TaskScope scope_;
  HandshakeLimits limits_ = {.at_once = 2, .per_address = 2, .waiting = 2};
  std::vector<std::unique_ptr<HandshakeGate::Place>> places_;
  std::vector<std::string> entered_;
  std::vector<absl::Status> failures_;
};

TEST_F(HandshakeGateTest, WhoCanComeAgainIsRefusedWhenAllPlacesAreTaken) {
  auto first = gate_.TryEnter(From("192.0.2.1"), limits_);
  auto second = gate_.TryEnter(From("192.0.2.2"), limits_);
  EXPECT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(gate_.TryEnter(From("192.0.2.3"), limits_).has_value());
  EXPECT_EQ(gate_.refused_count(), 1u);
  first.reset();
  EXPECT_TRUE(gate_.TryEnter(From("192.0.2.3"), limits_).has_value());
  EXPECT_EQ(gate_.live_count(), 1u);
}

TEST_F(HandshakeGateTest, AnAddressHasItsShareAndNoMore) {
  limits_.at_once = 10;
  std::vector<std::optional<HandshakeGate::Place>> taken;
  for (int i = 0; i < 2; ++i) taken.push_back(gate_.TryEnter(From("192.0.2.1"), limits_));
  EXPECT_FALSE(gate_.TryEnter(From("192.0.2.1"), limits_).has_value());
  EXPECT_TRUE(gate_.TryEnter(From("192.0.2.2"), limits_).has_value());
  Begin("192.0.2.1");
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_TRUE(absl::IsResourceExhausted(failures_[0]));
  taken.pop_back();
  EXPECT_TRUE(gate_.TryEnter(From("192.0.2.1"), limits_).has_value());
  limits_.per_address = 0;
  EXPECT_TRUE(gate_.TryEnter(From("192.0.2.1"), limits_).has_value());
}

TEST_F(HandshakeGateTest, WhoWaitsGetsThePlaceThatIsFirstLeft) {
  for (const char* ip : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) Begin(ip);
  EXPECT_EQ(entered_, (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(gate_.waiting_count(), 2u);
  // Nobody overtakes them, whatever he is ready to do.
  LeaveFirst();
  EXPECT_FALSE(gate_.TryEnter(From("192.0.2.5"), limits_).has_value());
  EXPECT_EQ(entered_.back(), "192.0.2.3");
  LeaveFirst();
  EXPECT_EQ(entered_.back(), "192.0.2.4");
  EXPECT_EQ(gate_.live_count(), 2u);
}

TEST_F(HandshakeGateTest, MoreThanSoManyDoNotWait) {
  for (const char* ip : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) Begin(ip);
  Begin("192.0.2.5");
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_TRUE(absl::IsResourceExhausted(failures_[0]));
  LeaveFirst();
  LeaveFirst();
}

TEST_F(HandshakeGateTest, AWaitEndsAtItsDeadlineAndCountsNoMore) {
  Begin("192.0.2.1");
  Begin("192.0.2.2");
  Begin("192.0.2.3", {.deadline = shard_.Now() + absl::Seconds(1)});
  testing::RunUntil(shard_, [this] { return !failures_.empty(); });
  EXPECT_TRUE(absl::IsDeadlineExceeded(failures_[0]));
  EXPECT_EQ(gate_.waiting_count(), 0u);
  LeaveFirst();
  EXPECT_EQ(gate_.live_count(), 1u);
  // Its address is free again.
  limits_.per_address = 1;
  EXPECT_TRUE(gate_.TryEnter(From("192.0.2.3"), limits_).has_value());
}

TEST_F(HandshakeGateTest, APlaceThatIsHandedOverAsTheWaitEndsIsNotLost) {
  CancelSource cancel;
  Begin("192.0.2.1");
  Begin("192.0.2.2");
  Begin("192.0.2.3", {.cancel = cancel.token()});
  {
    const ScopedRunQueue scoped(shard_.run_queue());
    cancel.Request();
    places_.erase(places_.begin());  // before the waiter could run
    shard_.Turn(shard_.Now());
  }
  EXPECT_EQ(entered_.back(), "192.0.2.3");
  EXPECT_EQ(gate_.live_count(), 2u);
  places_.clear();
  EXPECT_EQ(gate_.live_count(), 0u);
}

TEST_F(HandshakeGateTest, ClientsOfAUnixSocketHaveNoAddressToBeCountedBy) {
  limits_ = {.at_once = 3, .per_address = 1, .waiting = 0};
  const io::SocketAddress client = *io::ParseSocketAddress("unix:/run/client");
  std::vector<std::optional<HandshakeGate::Place>> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(gate_.TryEnter(client, limits_));
  EXPECT_TRUE(taken.back().has_value());
  EXPECT_FALSE(gate_.TryEnter(client, limits_).has_value());
}

}  // namespace
}  // namespace ringpost::server
