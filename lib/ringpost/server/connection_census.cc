#include "ringpost/server/connection_census.h"

#include "ringpost/net/network.h"

namespace ringpost::server {

using smtp::Reply;

namespace {

constexpr Reply kTooManyInAll =
    Reply::Fixed(421, {4, 3, 2}, "Too many connections, try again later");
constexpr Reply kTooManyOfClient =
    Reply::Fixed(421, {4, 7, 0}, "Too many connections from your address, try again later");
constexpr Reply kTooManyOfNetwork =
    Reply::Fixed(421, {4, 7, 0}, "Too many connections from your network, try again later");

}  // namespace

ConnectionCensus::Ticket::~Ticket() {
  if (census_ == nullptr) return;
  census_->total_.fetch_sub(1, std::memory_order_relaxed);
  if (counts_address_) census_->by_address_.Remove(address_);
  if (counts_network_) census_->by_network_.Remove(network_);
}

ConnectionCensus::Ticket ConnectionCensus::Admit(const io::SocketAddress& client,
                                                 const ConnectionLimits& limits) {
  Ticket ticket(*this);
  const size_t before = total_.fetch_add(1, std::memory_order_relaxed);
  if (limits.total != 0 && before >= limits.total) {
    ticket.refusal_ = kTooManyInAll;
    return ticket;
  }
  if (client.is_unix()) return ticket;
  ticket.address_ = client.ip;
  ticket.counts_address_ = by_address_.TryAdd(ticket.address_, limits.per_address);
  if (!ticket.counts_address_) {
    ticket.refusal_ = kTooManyOfClient;
    return ticket;
  }
  const int bits = client.ip.is_v4() ? limits.network_bits_v4 : limits.network_bits_v6;
  ticket.network_ = net::Network(client.ip, bits).first_address();
  ticket.counts_network_ = by_network_.TryAdd(ticket.network_, limits.per_network);
  if (!ticket.counts_network_) ticket.refusal_ = kTooManyOfNetwork;
  return ticket;
}

}  // namespace ringpost::server
