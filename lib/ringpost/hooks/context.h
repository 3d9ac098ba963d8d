// Context: what every hook is given: where it runs, for whom, and until when.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/net/security_facts.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::hooks {

// The session as hooks see it. Valid while the hook runs.
struct SessionView {
  // Unique among the servers of a site: in the log, in Received, in the 250.
  std::string_view id;
  const io::SocketAddress& client;
  const io::SocketAddress& server;
  absl::Time connected_at;
  smtp::Protocol protocol;
  // The argument of HELO, EHLO or LHLO; empty before.
  std::string_view hello_name;
  // For Received, RFC 3848: "ESMTP", "LMTP", ...
  std::string_view protocol_keyword;
  // Who authenticated (RFC 4954), and as whom it acts: the same, unless the client named another
  // and was allowed to. Both empty: nobody did.
  std::string_view authentication = {};
  std::string_view authorization = {};
  // nullptr: the session is plain.
  const net::SecurityFacts* security = nullptr;
  // On a listener for users' own mail programs (RFC 6409).
  bool is_submission = false;
};

// `wait` has the hook's deadline, and is cancelled when the client leaves: pass it to everything
// that is awaited. A hook that overstays its deadline makes the client read 451; it is still
// joined.
struct Context {
  io::Shard& shard;
  const SessionView& session;
  io::Wait wait;
};

}  // namespace ringpost::hooks
