// HandshakeGate: how many TLS handshakes go on at the same time on a shard, and from one address.
// A handshake is memory and arithmetic for a client that nobody knows yet: a flood of them ends
// here, and the sessions that are established do not feel it.
//
//   std::optional<HandshakeGate::Place> place = gate.TryEnter(client, limits);   // STARTTLS
//   if (!place) ...                                              // 454: the session goes on plain
//   CO_ASSIGN_OR_RETURN(auto place, co_await gate.Enter(client, limits, wait));  // implicit TLS
//
// A place is kept while the handshake lasts. How fast those who are in may go is up to
// net::HandshakePace. Ownership: outlives its places and those who wait. Threads: that of the
// shard; the counts by address are shared by all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shared_counts.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/server/options.h"

namespace ringpost::server {

class HandshakeGate {
 public:
  class Place {
   public:
    Place(Place&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), address_(other.address_) {}
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    friend class HandshakeGate;
    Place(HandshakeGate& gate, std::optional<io::IpAddress> address)
        : gate_(&gate), address_(address) {}

    HandshakeGate* gate_;
    std::optional<io::IpAddress> address_;  // under which it is counted
  };

  HandshakeGate(io::Shard& shard, io::SharedCounts& by_address)
      : shard_(shard), by_address_(by_address) {}

  // nullopt: not now. Clients of Unix sockets count in the total alone.
  std::optional<Place> TryEnter(const io::SocketAddress& client, const HandshakeLimits& limits);
  // Waits for a place, first come, first served. Errors: ResourceExhausted (at once: so many wait
  // already, or the address has its share), DeadlineExceeded, Cancelled.
  Task<absl::StatusOr<Place>> Enter(io::SocketAddress client, const HandshakeLimits& limits,
                                    io::Wait wait);

  size_t live_count() const { return live_count_; }
  size_t waiting_count() const { return waiting_count_; }
  // Handshakes that did not get a place, since the start.
  uint64_t refused_count() const { return refused_count_; }

 private:
  struct Waiter : ListLink {
    io::Signal has_place;
  };

  bool CountAddress(const io::SocketAddress& client, const HandshakeLimits& limits,
                    std::optional<io::IpAddress>& counted);
  void Leave();

  io::Shard& shard_;
  io::SharedCounts& by_address_;
  IntrusiveList<Waiter> waiters_;
  size_t live_count_ = 0;
  size_t waiting_count_ = 0;
  uint64_t refused_count_ = 0;
};

}  // namespace ringpost::server
