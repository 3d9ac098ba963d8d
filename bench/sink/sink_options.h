// What a sink is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/smtp/server_session.h"
#include "sink/dump.h"
#include "sink/fault.h"
#include "sink/known_user.h"

namespace ringpost::sink {

struct SinkOptions {
  smtp::ServerSessionOptions session = {};
  FaultPlan faults = {};
  uint64_t seed = 1;
  std::optional<DumpTarget> dump = {};
  bool dumps_envelope = false;
  // Of all connections; then the sink has enough and takes no more.
  uint64_t message_limit = std::numeric_limits<uint64_t>::max();
  // nullptr: no TLS. Else STARTTLS, unless the session offers none: then from the first octet on.
  std::shared_ptr<const net::TransportSecurity> security = {};
  // Whose logins are taken; nullptr: there is no AUTH.
  std::shared_ptr<const KnownUser> user = {};
  // For each wait for the client.
  absl::Duration timeout = absl::Minutes(5);
};

// A session that takes what it can: no limit but that of a message's size, and no strictness.
// RCPTs come one by one where a fault may come between them.
smtp::ServerSessionOptions LenientSession(const FaultPlan& faults);

}  // namespace ringpost::sink
