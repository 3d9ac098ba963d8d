// BlindServer: BlindSessions on a reactor, with as little around them as can be. What it costs is
// what the kernel costs: the yardstick for servers that do more.
//
//   BlindServer server(*reactor, listener);
//   while (!told_to_stop) server.Turn();
//   server.Stop();
//
// One multishot accept, a multishot receive for each connection, one send for each connection and
// turn; no coroutine, no timer, no log. Limits: a connection that leaves kLargestBacklogOctets of
// replies unread is closed. Ownership: the reactor outlives it; Stop() comes before it goes,
// CHECKs. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ringpost/io/reactor.h"

namespace ringpost::sink {

struct BlindCounts {
  uint64_t messages = 0;
  uint64_t connections = 0;
  uint64_t octets = 0;  // received
};

class BlindServer final : private io::Operation {
 public:
  static constexpr size_t kLargestBacklogOctets = 1024 * 1024;

  // Takes over `listener`, which listens already.
  BlindServer(io::Reactor& reactor, int listener);
  ~BlindServer();

  // Waits for the reactor, at most until `until`, and answers what came.
  void Turn(Instant until = Instant::Never());
  // Closes the listener and the connections.
  void Stop();

  const BlindCounts& counts() const { return counts_; }

 private:
  class Connection;

  void OnCompletion(io::Completion completion) override;
  void OnAccepted(int socket);
  void OnClosed();

  io::Reactor& reactor_;
  int listener_;
  bool stopping_ = false;
  bool accept_rests_ = false;
  // By socket; kept for the next one of that number.
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t open_count_ = 0;
  // Those with replies to be sent at the end of the turn.
  std::vector<Connection*> unanswered_;
  BlindCounts counts_;
};

}  // namespace ringpost::sink
