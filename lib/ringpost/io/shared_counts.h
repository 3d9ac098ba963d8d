// SharedCounts: how many of each key there are, across all shards: connections by address. One of
// the few things that shards share; asked once for each connection.
//
// Threads: any. Limits: holds what is counted above zero and nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "ringpost/io/socket_address.h"

namespace ringpost::io {

class SharedCounts {
 public:
  // Adds one for `key` unless there are `limit` already. A limit of 0 means none.
  bool TryAdd(const IpAddress& key, size_t limit);
  // Takes one away that was added.
  void Remove(const IpAddress& key);

 private:
  struct Hash {
    size_t operator()(const IpAddress& address) const;
  };
  struct Stripe {
    std::mutex mutex;
    std::unordered_map<IpAddress, size_t, Hash> counts;
  };

  Stripe& StripeOf(const IpAddress& key) { return stripes_[Hash()(key) % stripes_.size()]; }

  std::array<Stripe, 16> stripes_;
};

}  // namespace ringpost::io
