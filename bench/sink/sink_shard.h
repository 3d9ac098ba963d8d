// SinkShard: the sink's part on one shard: its listener and its connections.
//
//   SinkShard sink(environment, listener);
//   ...
//   co_await sink.Stop();
//
// Runs on any Reactor. Ownership: the environment outlives it; Stop() is awaited before it goes.
// Threads: that of the shard.
#pragma once

#include <cstdint>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/task.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/net/listener.h"
#include "sink/sink_connection.h"

namespace ringpost::sink {

class SinkShard final : private net::ConnectionTaker {
 public:
  // Takes over `listener`, which listens already, and starts.
  SinkShard(SinkEnvironment& environment, int listener);

  // No new connections; those that are there take nothing more, and have kEndTime to be told so.
  Task<void> Stop();

  const Counts& counts() const { return environment_.counts; }

 private:
  static constexpr absl::Duration kEndTime = absl::Seconds(2);

  void OnConnection(int socket) override;
  Task<void> Serve(int socket);

  SinkEnvironment& environment_;
  net::Listener listener_;
  TaskScope scope_;
  IntrusiveList<SinkConnection> connections_;
  uint64_t connection_count_ = 0;
  bool is_stopping_ = false;
};

}  // namespace ringpost::sink
