// ConnectionCensus: how many connections there are, in all, by address and by network; across
// shards.
//
//   auto ticket = census.Admit(address, limits);
//   if (!ticket.is_admitted()) ...   // ticket.refusal() says it to the client
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "ringpost/io/shared_counts.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/server/options.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::server {

class ConnectionCensus {
 public:
  // Counts one connection while it lives, admitted or not.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : census_(std::exchange(other.census_, nullptr)),
          address_(other.address_),
          network_(other.network_),
          counts_address_(other.counts_address_),
          counts_network_(other.counts_network_),
          refusal_(std::move(other.refusal_)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    // What to tell the client in place of a greeting; nullopt: let it in.
    const std::optional<smtp::Reply>& refusal() const { return refusal_; }

   private:
    friend class ConnectionCensus;
    explicit Ticket(ConnectionCensus& census) : census_(&census) {}

    ConnectionCensus* census_;
    io::IpAddress address_;
    io::IpAddress network_;
    bool counts_address_ = false;
    bool counts_network_ = false;
    std::optional<smtp::Reply> refusal_;
  };

  // Clients of Unix sockets count in the total alone.
  Ticket Admit(const io::SocketAddress& client, const ConnectionLimits& limits);

  // TLS handshakes under way, for HandshakeGate.
  io::SharedCounts& handshakes_by_address() { return handshakes_by_address_; }

  size_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  std::atomic<size_t> total_ = 0;
  io::SharedCounts by_address_;
  io::SharedCounts by_network_;
  io::SharedCounts handshakes_by_address_;
};

}  // namespace ringpost::server
