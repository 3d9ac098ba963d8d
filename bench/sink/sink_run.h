// SinkRun: a sink with a thread for each shard.
//
//   auto run = SinkRun::Start(address, /*shard_count=*/1, options, [] { ... });
//   (*run)->CountsNow();
//   (*run)->Stop();
//
// Threads: the object belongs to the thread that started it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/io/socket_address.h"
#include "sink/counts.h"
#include "sink/sink_options.h"

namespace ringpost::sink {

class SinkRun {
 public:
  // Listening when it returns. `on_enough` is called from a shard's thread when the message limit
  // is reached.
  static absl::StatusOr<std::unique_ptr<SinkRun>> Start(const io::SocketAddress& address,
                                                        size_t shard_count, SinkOptions options,
                                                        std::function<void()> on_enough);
  ~SinkRun();

  const io::SocketAddress& address() const { return address_; }

  struct Result {
    Counts counts = {};
    double run_delay_seconds = 0;  // the longest of a shard; known when it has ended
  };
  Result Now();
  // Ends all connections.
  Result Stop();

 private:
  class Shard;
  struct Shared;

  SinkRun();

  io::SocketAddress address_;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace ringpost::sink
