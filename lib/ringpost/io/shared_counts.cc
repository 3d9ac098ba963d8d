#include "ringpost/io/shared_counts.h"

#include <cstring>

#include "ringpost/base/check.h"

namespace ringpost::io {

size_t SharedCounts::Hash::operator()(const IpAddress& address) const {
  uint64_t halves[2];
  std::memcpy(halves, address.octets().data(), sizeof halves);
  return (halves[0] ^ (halves[1] >> 32) ^ halves[1]) * 0x9e3779b97f4a7c15u >> 16;
}

bool SharedCounts::TryAdd(const IpAddress& key, size_t limit) {
  Stripe& stripe = StripeOf(key);
  const std::lock_guard lock(stripe.mutex);
  size_t& count = stripe.counts[key];
  if (limit != 0 && count >= limit) return false;
  ++count;
  return true;
}

void SharedCounts::Remove(const IpAddress& key) {
  Stripe& stripe = StripeOf(key);
  const std::lock_guard lock(stripe.mutex);
  const auto found = stripe.counts.find(key);
  Check(found != stripe.counts.end(), "removing what was not counted");
  if (--found->second == 0) stripe.counts.erase(found);
}

}  // namespace ringpost::io
