// Two connected sockets in a simulated world, and words for what is done with them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::testing {

// An operation that keeps what it was told.
class Recorder final : public io::Operation {
 public:
  explicit Recorder(io::Request what) { request = std::move(what); }

  void OnCompletion(io::Completion completion) override {
    if (completion.more) {
      results.push_back(completion.result);
      octets.append(completion.chunk.octets);
    } else {
      last_result = completion.result;
    }
  }

  std::vector<int32_t> results;
  std::string octets;
  std::optional<int32_t> last_result;
};

inline Task<int32_t> PerformOne(io::Shard& shard, io::Request what, io::Wait wait) {
  co_return co_await io::Perform(shard, what, wait);
}

class NetworkFixture : public ::testing::Test {
 protected:
  void StartWorld(const Faults& faults, uint64_t seed = 1) {
    shard_.reset();
    reactor_.emplace(SimulationOptions{.seed = seed, .faults = faults}, disk_);
    shard_.emplace(*reactor_, /*index=*/0, seed);
    recorders_.clear();
  }

  SimulatedReactor& reactor() { return *reactor_; }
  io::Shard& shard() { return *shard_; }
  int32_t Do(io::Request what) { return RunTask(shard(), PerformOne(shard(), what, {})); }
  Recorder& Start(io::Request what) {
    recorders_.push_back(std::make_unique<Recorder>(std::move(what)));
    reactor().Submit(*recorders_.back());
    return *recorders_.back();
  }
  int32_t LastResultOf(Recorder& recorder) {
    RunUntil(shard(), [&] { return recorder.last_result.has_value(); });
    return *recorder.last_result;
  }

  // Opens client_ and server_.
  void ConnectPair() {
    const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
    const int listener = *reactor().Listen(address, {});
    Recorder& accept = Start(io::Accept{listener});
    client_ = *reactor().CreateSocket(address);
    ASSERT_EQ(Do(io::Connect{client_, &address}), 0);
    RunUntil(shard(), [&] { return !accept.results.empty(); });
    server_ = accept.results[0];
    reactor().Cancel(accept);
    EXPECT_EQ(LastResultOf(accept), -ECANCELED);
    reactor().CloseNow(listener);
  }

  SimulatedDisk disk_;
  std::optional<SimulatedReactor> reactor_;
  std::optional<io::Shard> shard_;
  std::vector<std::unique_ptr<Recorder>> recorders_;
  int client_ = -1;
  int server_ = -1;
};

}  // namespace ringpost::testing
