// What a server is told: where it listens, and what it puts up with. Plain values;
// docs/configuration.md says how ringpostd reads them from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/net/handshake_pace.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::server {

// How long the server waits. RFC 5321 §4.5.3.2.7 asks for at least five minutes for a command; the
// time to the first one may be shorter, as nobody has work in flight then.
struct Timeouts {
  absl::Duration first_command = absl::Seconds(60);
  absl::Duration command = absl::Minutes(5);
  // TLS, with the wait for a place (HandshakeLimits). A client needs two or three round trips and
  // little arithmetic; nginx gives 60 s, Postfix 10 s when it is busy.
  absl::Duration handshake = absl::Seconds(30);
  absl::Duration data_block = absl::Minutes(3);  // for the next octets of a body
  absl::Duration write = absl::Minutes(5);       // for the client to take our replies
  absl::Duration hook = absl::Minutes(1);        // each call of a hook but Commit
  absl::Duration commit = absl::Minutes(5);      // the client waits ten (§4.5.3.2.6)
  absl::Duration linger = absl::Seconds(2);  // for the client to take the last reply, after our end
};

// Concurrent connections, over all shards and listeners. 0: no limit.
struct ConnectionLimits {
  size_t total = 20'000;
  size_t per_address = 200;
  size_t per_network = 1000;
  int network_bits_v4 = 24;
  int network_bits_v6 = 64;
};

// Slow senders: a body that comes in at less than this on average, counted after a grace, ends with
// 421.
struct TransferLimits {
  uint64_t lowest_octets_per_second = 256;  // 0: no limit
  absl::Duration grace = absl::Minutes(1);
};

// TLS handshakes are work for clients that nobody knows yet. A handshake lasts some round trips, so
// these are some hundred to thousands a second.
struct HandshakeLimits {
  size_t at_once = 256;     // on one shard; over it STARTTLS gets 454, implicit TLS waits
  size_t per_address = 50;  // over all shards, those included that wait; 0: no limit
  size_t waiting = 1024;    // for a place, on one shard; over it the connection is closed
  size_t steps_per_turn = net::HandshakePace::kUsualStepsPerTurn;
};

struct ListenerOptions {
  io::SocketAddress address = {};
  // A listening socket that somebody else opened (socket activation); -1: open `address`.
  int inherited_socket = -1;
  smtp::ServerSessionOptions session = {};
  uint32_t unix_mode = 0666;
  // How sessions are encrypted: when a client asks, where session.capabilities.start_tls offers it,
  // or all of them from the start. nullptr: not at all.
  std::shared_ptr<const net::TransportSecurity> security = nullptr;
  bool tls_is_implicit = false;  // RFC 8314 §3
};

struct ServerOptions {
  std::vector<ListenerOptions> listeners = {};
  size_t shard_count = 1;
  Timeouts timeouts = {};
  ConnectionLimits connections = {};
  TransferLimits transfer = {};
  HandshakeLimits handshakes = {};
  // What 250 promises. Must not be stronger than the store's.
  hooks::Durability durability = hooks::Durability::kSynced;
  // Of a message that a filter looks at; a longer header gets 552 5.3.4.
  size_t header_octets = 256 * 1024;
  int listen_backlog = 4096;
  io::UringOptions uring = {};
};

}  // namespace ringpost::server
