// Network: the addresses that share a prefix, for limits and lists ("192.0.2.0/24",
// "2001:db8::/64").
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ringpost/io/socket_address.h"

namespace ringpost::net {

class Network {
 public:
  // The network of `bits` leading bits around `address`; bits count within its family.
  Network(const io::IpAddress& address, int bits);

  bool Contains(const io::IpAddress& address) const;
  const io::IpAddress& first_address() const { return first_; }
  std::string ToString() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  io::IpAddress first_;
  int bits_;
};

// "ADDRESS/BITS", or an address alone for all its bits.
absl::StatusOr<Network> ParseNetwork(std::string_view text);

}  // namespace ringpost::net
