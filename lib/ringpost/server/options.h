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
#include "ringpost/sasl/mechanism.h"
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

// Which mechanisms AUTH may offer, of those that the Authenticator can serve.
struct MechanismPolicy {
  std::vector<sasl::Mechanism> allowed = {sasl::kAllMechanisms.begin(), sasl::kAllMechanisms.end()};
  // Without TLS whoever listens has what PLAIN, LOGIN and the bearer tokens send, and can guess at
  // what SCRAM sends; and what follows the login can be changed on the way (RFC 8314 §3).
  bool allows_plaintext_without_tls = false;
  bool allows_scram_without_tls = false;
};

// What failed logins lead to: authentication_throttle.h. A count of 0 means no limit.
struct ThrottleLimits {
  uint32_t undelayed_failures = 2;                // people mistype
  absl::Duration first_delay = absl::Seconds(1);  // doubled with each failure
  absl::Duration longest_delay = absl::Seconds(8);
  uint32_t failures_per_account = 10;  // of one client at one account, then it is blocked there
  uint32_t failures_per_client = 30;   // at whichever accounts, then it is blocked
  absl::Duration first_block = absl::Minutes(5);  // doubled with each block
  absl::Duration longest_block = absl::Hours(2);
  absl::Duration memory = absl::Hours(2);  // after so long without a failure all is forgotten
};

struct AuthenticationOptions {
  MechanismPolicy mechanisms = {};
  ThrottleLimits throttle = {};
  // What the SCRAM salts of users who are not there are made of (sasl/scram_keys.h); empty: new
  // with each server, so that salts which change after a restart tell who is not there.
  std::string fake_secret = {};
  // Told to a client whose token is refused (RFC 7628 §3.2.2).
  std::string oauth_scope = {};
  std::string openid_configuration_url = {};
};

struct ListenerOptions {
  io::SocketAddress address = {};
  // A listening socket that somebody else opened (socket activation); -1: open `address`.
  int inherited_socket = -1;
  smtp::ServerSessionOptions session = {};
  // Whether AUTH is offered here, where there is an Authenticator.
  bool offers_authentication = true;
  uint32_t unix_mode = 0666;
  // How sessions are encrypted: when a client asks, where session.capabilities.start_tls offers it,
  // or all of them from the start. nullptr: not at all.
  std::shared_ptr<const net::TransportSecurity> security = nullptr;
  bool tls_is_implicit = false;  // RFC 8314 §3
  // Hooks are told (SessionView). The session's options say what else is different there.
  bool is_submission = false;
};

struct ServerOptions {
  std::vector<ListenerOptions> listeners = {};
  size_t shard_count = 1;
  Timeouts timeouts = {};
  ConnectionLimits connections = {};
  TransferLimits transfer = {};
  HandshakeLimits handshakes = {};
  AuthenticationOptions authentication = {};
  // What 250 promises. Must not be stronger than the store's.
  hooks::Durability durability = hooks::Durability::kSynced;
  // Of a message that a filter looks at; a longer header gets 552 5.3.4.
  size_t header_octets = 256 * 1024;
  int listen_backlog = 4096;
  io::UringOptions uring = {};
};

}  // namespace ringpost::server
