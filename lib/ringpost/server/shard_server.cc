#include "ringpost/server/shard_server.h"

#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/io/operations.h"

namespace ringpost::server {

ShardServer::ShardServer(io::Shard& shard, ConnectionCensus& census)
    : shard_(shard),
      census_(census),
      environment_{.shard = shard,
                   .handshake_gate = HandshakeGate(shard, census.handshakes_by_address())} {}

ShardServer::~ShardServer() {
  Check(connections_.empty() && doors_.empty(), "a ShardServer that was not drained");
}

void ShardServer::UseGeneration(std::shared_ptr<const Generation> generation) {
  Check(generation->hooks.store != nullptr, "a server needs a MessageStore");
  generation_ = std::move(generation);
  environment_.handshake_pace.set_steps_per_turn(generation_->options->handshakes.steps_per_turn);
}

void ShardServer::Listen(std::span<const int> sockets) {
  Check(generation_ != nullptr && sockets.size() == generation_->options->listeners.size(),
        "a socket for each listener");
  for (size_t i = 0; i < sockets.size(); ++i) {
    doors_.push_back(std::make_unique<Door>(*this, i, sockets[i]));
    doors_.back()->listener().Start();
  }
}

void ShardServer::Admit(size_t listener_index, int socket) {
  ++statistics_.accepted_count;
  scope_.Spawn(Serve(listener_index, socket));
}

Task<void> ShardServer::Serve(size_t listener_index, int socket) {
  auto transport = std::make_unique<net::TcpTransport>(shard_, socket, counters_);
  const ConnectionCensus::Ticket ticket =
      census_.Admit(transport->peer_address(), generation_->options->connections);
  if (ticket.refusal().has_value()) ++statistics_.refused_count;
  // On the heap: a frame that large would not be recycled, and an idle connection is paid for by
  // the byte.
  const auto connection = std::make_unique<Connection>(
      environment_, std::move(transport), listener_index, generation_, ticket.refusal());
  connections_.PushBack(*connection);
  if (is_draining_) connection->BeginDrain();
  co_await connection->Run();
}

Task<void> ShardServer::Drain(Instant deadline) {
  is_draining_ = true;
  ShortenDrain(deadline);
  for (const auto& door : doors_) co_await door->listener().Stop();
  doors_.clear();
  for (Connection& connection : connections_) connection.BeginDrain();
  // Looked at now and then rather than told: connections need not know that somebody waits.
  constexpr absl::Duration kLook = absl::Milliseconds(20);
  while (scope_.live_count() > 0 && shard_.Now() < drain_deadline_) {
    static_cast<void>(co_await io::Sleep(shard_, kLook, {.deadline = drain_deadline_}));
  }
  for (Connection& connection : connections_) connection.End();
  co_await scope_.Join();
}

ShardStatistics ShardServer::statistics() const {
  ShardStatistics statistics = statistics_;
  statistics.live_count = scope_.live_count();
  statistics.handshake_step_count = environment_.handshake_pace.step_count();
  statistics.refused_handshake_count = environment_.handshake_gate.refused_count();
  statistics.transport = counters_;
  statistics.buffers = shard_.reactor().buffer_statistics();
  return statistics;
}

}  // namespace ringpost::server
