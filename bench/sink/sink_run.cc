#include "sink/sink_run.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "ringpost/io/uring_reactor.h"
#include "sink/process_usage.h"
#include "sink/sink_shard.h"

namespace ringpost::sink {
namespace {

// A TCP socket that is connected to nothing forgets its connection, and resets it.
void ResetConnection(int socket) {
  const sockaddr nowhere = {.sa_family = AF_UNSPEC, .sa_data = {}};
  connect(socket, &nowhere, sizeof nowhere);
}

}  // namespace

struct SinkRun::Shared {
  SinkOptions options;
  std::function<void()> on_enough;
  std::atomic<uint64_t> message_count = 0;

  void OnMessage() {
    if (message_count.fetch_add(1) + 1 == options.message_limit) on_enough();
  }
};

class SinkRun::Shard {
 public:
  Shard(Shared& shared, size_t index) : shared_(shared), index_(index) {}

  // Returns once the thread listens, with the address it has.
  absl::StatusOr<io::SocketAddress> Start(const io::SocketAddress& address, bool shares_address) {
    Started started;
    std::future<absl::StatusOr<io::SocketAddress>> outcome = started.get_future();
    thread_ = std::thread([this, &address, shares_address, &started] {
      Run(address, shares_address, std::move(started));
    });
    absl::StatusOr<io::SocketAddress> result = outcome.get();
    if (!result.ok()) thread_.join();
    return result;
  }

  Counts CountsNow() {
    std::promise<Counts> answer;
    std::future<Counts> counts = answer.get_future();
    shard_->Post([this, &answer] { answer.set_value(sink_->counts()); });
    return counts.get();
  }

  Result Stop() {
    shard_->Post([this] { control_.Spawn(StopSink()); });
    may_leave_.set_value();
    thread_.join();
    return result_;
  }

 private:
  using Started = std::promise<absl::StatusOr<io::SocketAddress>>;

  void Run(const io::SocketAddress& address, bool shares_address, Started started) {
    const absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor({});
    if (!reactor.ok()) return started.set_value(reactor.status());
    const absl::StatusOr<int> listener =
        (*reactor)->Listen(address, {.backlog = 4096, .reuse_port = shares_address});
    if (!listener.ok()) return started.set_value(listener.status());
    io::Shard shard(**reactor, index_, shared_.options.seed + index_);
    Serve(shard, *listener, std::move(started));
  }

  void Serve(io::Shard& shard, int listener, Started started) {
    const ScopedRunQueue scoped(shard.run_queue());
    const SinkOptions& options = shared_.options;
    const std::unique_ptr<Dump> dump =
        options.dump.has_value() ? OpenDump(shard, *options.dump, options.dumps_envelope) : nullptr;
    SinkEnvironment environment = {.shard = shard,
                                   .options = options,
                                   .dump = dump.get(),
                                   .reset = ResetConnection,
                                   .on_message = [this] { shared_.OnMessage(); }};
    SinkShard sink(environment, listener);
    shard_ = &shard;
    sink_ = &sink;
    started.set_value(shard.reactor().LocalAddress(listener));
    shard.Run();
    // Until then somebody may still post to the shard.
    may_leave_.get_future().wait();
    result_ = {.counts = environment.counts, .run_delay_seconds = RunDelaySecondsOfThread()};
  }

  Task<void> StopSink() {
    co_await sink_->Stop();
    shard_->Stop();
  }

  Shared& shared_;
  const size_t index_;
  std::thread thread_;
  TaskScope control_;
  std::promise<void> may_leave_;
  Result result_;
  io::Shard* shard_ = nullptr;  // of the thread's frame, while it runs
  SinkShard* sink_ = nullptr;
};

SinkRun::SinkRun() = default;
SinkRun::~SinkRun() { Stop(); }

absl::StatusOr<std::unique_ptr<SinkRun>> SinkRun::Start(const io::SocketAddress& address,
                                                        size_t shard_count, SinkOptions options,
                                                        std::function<void()> on_enough) {
  std::unique_ptr<SinkRun> run(new SinkRun);
  run->shared_ = std::make_unique<Shared>();
  run->shared_->options = std::move(options);
  run->shared_->on_enough = std::move(on_enough);
  run->address_ = address;
  while (run->shards_.size() < shard_count) {
    auto shard = std::make_unique<Shard>(*run->shared_, run->shards_.size());
    const absl::StatusOr<io::SocketAddress> started =
        shard->Start(run->address_, /*shares_address=*/shard_count > 1);
    if (!started.ok()) return started.status();
    run->address_ = *started;
    run->shards_.push_back(std::move(shard));
  }
  return run;
}

SinkRun::Result SinkRun::Now() {
  Result sum;
  for (const std::unique_ptr<Shard>& shard : shards_) sum.counts.Add(shard->CountsNow());
  return sum;
}

SinkRun::Result SinkRun::Stop() {
  Result sum;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const Result result = shard->Stop();
    sum.counts.Add(result.counts);
    sum.run_delay_seconds = std::max(sum.run_delay_seconds, result.run_delay_seconds);
  }
  shards_.clear();
  return sum;
}

}  // namespace ringpost::sink
