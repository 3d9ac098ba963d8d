// The clients of a simulated world: each has a habit, and a seed that decides the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ledger.h"
#include "ringpost/base/random.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::simulation {

enum class Habit : uint8_t {
  // Those that deserve their 250.
  kPolite,       // one command at a time
  kPipelining,   // MAIL, RCPT and DATA at once, QUIT behind the end of the data
  kChunking,     // BDAT in several pieces
  kSlow,         // the body in small pieces with pauses
  kHalfClosing,  // says all it has, closes its half, then reads
  kLmtp,
  // The others.
  kVanishing,  // leaves in the middle of the body, or before the reply
  kResetting,  // the same, with a reset
  kGarbage,    // what nobody can mean
  kSilent,     // connects, and waits for the server to lose patience
};
inline constexpr int kWellBehavedCount = 6;
inline constexpr int kHabitCount = 10;

// A client's side of what encrypts a transport.
using ClientSecurity =
    std::function<std::unique_ptr<net::SecureTransport>(std::unique_ptr<net::Transport>)>;

// What all clients of a life share.
struct Surroundings {
  io::Shard& shard;
  testing::SimulatedReactor& reactor;
  Ledger& ledger;
  io::SocketAddress smtp;
  io::SocketAddress lmtp;
  const ClientSecurity& security;  // empty: nobody uses STARTTLS
  net::TransportCounters counters = {};
  size_t session_count = 0;
  size_t encrypted_count = 0;   // of those
  size_t well_meant_count = 0;  // messages that a well-behaved client wanted to hand over
  size_t accepted_count = 0;    // of those, answered with 250
};

inline constexpr int kMailboxCount = 5;
std::string MailboxName(uint64_t index);

// One client's life: a few sessions of a few messages. `name` is the prefix of their keys.
Task<void> RunClient(Surroundings& surroundings, Habit habit, std::string name, uint64_t seed);

}  // namespace ringpost::simulation
