#include "ringpost/server/handshake_gate.h"

namespace ringpost::server {

HandshakeGate::Place::~Place() {
  if (gate_ == nullptr) return;
  if (address_.has_value()) gate_->by_address_.Remove(*address_);
  gate_->Leave();
}

std::optional<HandshakeGate::Place> HandshakeGate::TryEnter(const io::SocketAddress& client,
                                                            const HandshakeLimits& limits) {
  std::optional<io::IpAddress> counted;
  if (live_count_ >= limits.at_once || !CountAddress(client, limits, counted)) {
    ++refused_count_;
    return std::nullopt;
  }
  ++live_count_;
  return Place(*this, counted);
}

Task<absl::StatusOr<HandshakeGate::Place>> HandshakeGate::Enter(io::SocketAddress client,
                                                                const HandshakeLimits& limits,
                                                                io::Wait wait) {
  const bool must_wait = live_count_ >= limits.at_once;
  std::optional<io::IpAddress> counted;
  if ((must_wait && waiting_count_ >= limits.waiting) || !CountAddress(client, limits, counted)) {
    ++refused_count_;
    co_return absl::ResourceExhaustedError("too many TLS handshakes");
  }
  if (must_wait) {
    Waiter waiter;
    waiters_.PushBack(waiter);
    ++waiting_count_;
    const absl::Status status = co_await waiter.has_place.WaitFor(shard_, wait);
    --waiting_count_;
    // Whoever leaves hands his place over, and takes the waiter off the list: also one whose wait
    // has just ended in another way.
    if (waiter.linked()) {
      if (counted.has_value()) by_address_.Remove(*counted);
      ++refused_count_;
      co_return status;
    }
  } else {
    ++live_count_;
  }
  co_return Place(*this, counted);
}

bool HandshakeGate::CountAddress(const io::SocketAddress& client, const HandshakeLimits& limits,
                                 std::optional<io::IpAddress>& counted) {
  if (client.is_unix() || limits.per_address == 0) return true;
  if (!by_address_.TryAdd(client.ip, limits.per_address)) return false;
  counted = client.ip;
  return true;
}

void HandshakeGate::Leave() {
  if (waiters_.empty()) {
    --live_count_;
  } else {
    waiters_.PopFront().has_place.Raise();
  }
}

}  // namespace ringpost::server
