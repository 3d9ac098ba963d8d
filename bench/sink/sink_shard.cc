#include "sink/sink_shard.h"

#include <memory>

#include "ringpost/io/operations.h"

namespace ringpost::sink {

SinkShard::SinkShard(SinkEnvironment& environment, int listener)
    : environment_(environment), listener_(environment.shard, listener, *this) {
  environment_.counts.struck.resize(environment.options.faults.faults().size());
  listener_.Start();
}

Task<void> SinkShard::Stop() {
  io::Shard& shard = environment_.shard;
  is_stopping_ = true;
  co_await listener_.Stop();
  for (SinkConnection& connection : connections_) connection.BeginEnd();
  const Instant deadline = shard.Now() + kEndTime;
  // Looked at now and then rather than told, as it is done once.
  constexpr absl::Duration kLook = absl::Milliseconds(5);
  while (scope_.live_count() > 0 && shard.Now() < deadline) {
    static_cast<void>(co_await io::Sleep(shard, kLook, {}));
  }
  for (SinkConnection& connection : connections_) connection.End();
  co_await scope_.Join();
}

void SinkShard::OnConnection(int socket) { scope_.Spawn(Serve(socket)); }

Task<void> SinkShard::Serve(int socket) {
  const auto connection =
      std::make_unique<SinkConnection>(environment_, socket, connection_count_++);
  connections_.PushBack(*connection);
  if (is_stopping_) connection->BeginEnd();
  co_await connection->Run();
}

}  // namespace ringpost::sink
