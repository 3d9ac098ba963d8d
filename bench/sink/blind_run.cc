#include "sink/blind_run.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "ringpost/io/uring_reactor.h"
#include "sink/process_usage.h"

namespace ringpost::sink {

class BlindRun::Shard {
 public:
  // Returns once the thread listens, with the address it has.
  absl::StatusOr<io::SocketAddress> Start(const io::SocketAddress& address, bool shares_address) {
    std::promise<absl::StatusOr<io::SocketAddress>> started;
    thread_ = std::thread(
        [this, &address, shares_address, &started] { Run(address, shares_address, started); });
    absl::StatusOr<io::SocketAddress> result = started.get_future().get();
    if (!result.ok()) thread_.join();
    return result;
  }

  Result Stop() {
    stopping_.store(true, std::memory_order_release);
    reactor_->Wake();
    thread_.join();
    return result_;
  }

 private:
  using Started = std::promise<absl::StatusOr<io::SocketAddress>>;

  void Run(const io::SocketAddress& address, bool shares_address, Started& started) {
    absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor({});
    if (!reactor.ok()) {
      started.set_value(reactor.status());
      return;
    }
    const absl::StatusOr<int> listener =
        (*reactor)->Listen(address, {.backlog = 4096, .reuse_port = shares_address});
    if (!listener.ok()) {
      started.set_value(listener.status());
      return;
    }
    reactor_ = *std::move(reactor);
    Serve(*listener, started);
  }

  void Serve(int listener, Started& started) {
    BlindServer server(*reactor_, listener);
    started.set_value(reactor_->LocalAddress(listener));
    while (!stopping_.load(std::memory_order_acquire)) server.Turn();
    server.Stop();
    result_ = {.counts = server.counts(), .run_delay_seconds = RunDelaySecondsOfThread()};
  }

  std::unique_ptr<io::Reactor> reactor_;
  std::atomic<bool> stopping_ = false;
  Result result_;
  std::thread thread_;
};

BlindRun::BlindRun() = default;
BlindRun::~BlindRun() { Stop(); }

absl::StatusOr<std::unique_ptr<BlindRun>> BlindRun::Start(const io::SocketAddress& address,
                                                          size_t shard_count) {
  std::unique_ptr<BlindRun> run(new BlindRun);
  run->address_ = address;
  while (run->shards_.size() < shard_count) {
    auto shard = std::make_unique<Shard>();
    const absl::StatusOr<io::SocketAddress> started =
        shard->Start(run->address_, /*shares_address=*/shard_count > 1);
    if (!started.ok()) return started.status();
    run->address_ = *started;
    run->shards_.push_back(std::move(shard));
  }
  return run;
}

BlindRun::Result BlindRun::Stop() {
  Result sum;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const Result result = shard->Stop();
    sum.counts.messages += result.counts.messages;
    sum.counts.connections += result.counts.connections;
    sum.counts.octets += result.counts.octets;
    sum.run_delay_seconds = std::max(sum.run_delay_seconds, result.run_delay_seconds);
  }
  shards_.clear();
  return sum;
}

}  // namespace ringpost::sink
