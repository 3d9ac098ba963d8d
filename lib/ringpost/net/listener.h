// Listener: takes connections from a listening socket, for as long as it is open.
//
// When descriptors run out (EMFILE, ENFILE) it rests for kExhaustedRest and goes on; connections
// wait in the kernel's backlog meanwhile. Ownership: Stop() is awaited before it goes. Threads:
// one.
#pragma once

#include "absl/time/time.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"

namespace ringpost::net {

class ConnectionTaker {
 public:
  // A new connection; the taker owns the socket.
  virtual void OnConnection(int socket) = 0;

 protected:
  ~ConnectionTaker() = default;
};

class Listener final : private io::Operation, private io::Timer {
 public:
  static constexpr absl::Duration kExhaustedRest = absl::Milliseconds(100);

  // Takes over `socket`, which listens already.
  Listener(io::Shard& shard, int socket, ConnectionTaker& taker);
  ~Listener();

  void Start();
  // No more connections; the socket is closed.
  Task<void> Stop();

 private:
  void OnCompletion(io::Completion completion) override;
  void OnTimer() override;

  io::Shard& shard_;
  ConnectionTaker& taker_;
  int socket_;
  io::Signal ended_;
  bool stopping_ = false;
};

}  // namespace ringpost::net
