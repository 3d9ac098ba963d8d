// ringpost-sink --blind: a thread, a reactor and a BlindServer for each shard.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/io/socket_address.h"
#include "sink/blind_server.h"

namespace ringpost::sink {

class BlindRun {
 public:
  // Listening when it returns.
  static absl::StatusOr<std::unique_ptr<BlindRun>> Start(const io::SocketAddress& address,
                                                         size_t shard_count);
  ~BlindRun();

  const io::SocketAddress& address() const { return address_; }

  struct Result {
    BlindCounts counts = {};
    double run_delay_seconds = 0;  // the longest of a shard
  };
  // Closes all connections.
  Result Stop();

 private:
  class Shard;

  BlindRun();

  io::SocketAddress address_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace ringpost::sink
