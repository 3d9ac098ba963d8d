// ShardServer: the server's part on one shard: its listeners, its connections, its hooks.
//
//   ShardServer server(shard, census);
//   server.UseGeneration(generation);
//   server.Listen(sockets);
//   ...
//   co_await server.Drain(deadline);
//
// Runs on any Reactor: SmtpServer runs one for each core, the simulation one over its seeded world.
// Threads: that of the shard.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/shard.h"
#include "ringpost/net/listener.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/server/connection.h"
#include "ringpost/server/connection_census.h"
#include "ringpost/server/options.h"

namespace ringpost::server {

struct ShardStatistics {
  uint64_t accepted_count = 0;
  uint64_t refused_count = 0;  // by ConnectionLimits
  size_t live_count = 0;
  uint64_t handshake_step_count = 0;     // of TLS; a handshake has two or more
  uint64_t refused_handshake_count = 0;  // by HandshakeLimits
  net::TransportCounters transport;
  io::BufferStatistics buffers;
};

class ShardServer {
 public:
  // `census` is shared by all shards of a server. Both outlive the ShardServer.
  ShardServer(io::Shard& shard, ConnectionCensus& census);
  // CHECKs that it was drained.
  ~ShardServer();

  // For connections that come from now on; those that are there keep theirs.
  void UseGeneration(std::shared_ptr<const Generation> generation);
  // Takes over listening sockets, one for each listener of the options, and serves them.
  void Listen(std::span<const int> sockets);
  // Stops accepting, lets transactions under way end until `deadline`, ends the rest. Returns when
  // no connection is left.
  Task<void> Drain(Instant deadline);
  // Before or during Drain(): an earlier deadline.
  void ShortenDrain(Instant deadline) { drain_deadline_ = std::min(drain_deadline_, deadline); }

  ShardStatistics statistics() const;

 private:
  // One for each listener.
  class Door final : public net::ConnectionTaker {
   public:
    Door(ShardServer& server, size_t listener_index, int socket)
        : server_(server), index_(listener_index), listener_(server.shard_, socket, *this) {}

    net::Listener& listener() { return listener_; }

   private:
    void OnConnection(int socket) override { server_.Admit(index_, socket); }

    ShardServer& server_;
    const size_t index_;
    net::Listener listener_;
  };

  void Admit(size_t listener_index, int socket);
  Task<void> Serve(size_t listener_index, int socket);

  io::Shard& shard_;
  ConnectionCensus& census_;
  ConnectionEnvironment environment_;
  std::shared_ptr<const Generation> generation_;
  std::vector<std::unique_ptr<Door>> doors_;
  IntrusiveList<Connection> connections_;
  TaskScope scope_;
  net::TransportCounters counters_;
  ShardStatistics statistics_;
  bool is_draining_ = false;
  Instant drain_deadline_ = Instant::Never();
};

}  // namespace ringpost::server
