// Transport: a byte stream to a peer: TCP and Unix sockets, and TLS on top of one.
//
//   CO_ASSIGN_OR_RETURN(io::Chunk chunk, co_await transport.Read({.deadline = deadline}));
//   if (chunk.octets.empty()) ...  // the peer has finished
//   CO_RETURN_IF_ERROR(co_await transport.Write(reply, {.deadline = deadline}));
//   co_await transport.Close({.deadline = soon});
//
// Ownership: Close() is awaited before the transport goes; CHECKs. Threads: one. One Read() and one
// write at a time.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/buffer.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/socket_address.h"

namespace ringpost::net {

// Told at once of what the peer does to the connection, also while nobody reads. Must not touch the
// transport.
class PeerWatcher {
 public:
  // It will send no more; it may still read.
  virtual void OnPeerFinished() = 0;
  // It is gone.
  virtual void OnPeerReset() = 0;

 protected:
  ~PeerWatcher() = default;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // The next octets, as they came; none at the end of the stream. Errors: Unavailable (reset),
  // DeadlineExceeded, Cancelled. What was received before a reset may be lost with it.
  virtual Task<absl::StatusOr<io::Chunk>> Read(io::Wait wait) = 0;
  // Whether Read() would return at once.
  virtual bool has_input() const = 0;
  // Whether the peer has sent what Read() did not give yet: the end of the stream is not next.
  // Under encryption that may turn out to be half a record, or its goodbye.
  virtual bool has_unread_octets() const = 0;

  // Begins to send `octets`, which stay valid until FinishWrite() returned. Only while
  // !is_writing().
  virtual void BeginWrite(std::string_view octets) = 0;
  // The same, when nothing will be written after it and Close() comes next: it may wait for what
  // Close() has to send.
  virtual void BeginLastWrite(std::string_view octets) = 0;
  // Waits until all that BeginWrite() was given is sent; at once when it was, or when there was
  // nothing. Errors: Unavailable (reset), DeadlineExceeded, Cancelled; then the stream is torn, and
  // of no use but to be closed.
  virtual Task<absl::Status> FinishWrite(io::Wait wait) = 0;
  virtual bool is_writing() const = 0;
  // Both.
  Task<absl::Status> Write(std::string_view octets, io::Wait wait) {
    BeginWrite(octets);
    return FinishWrite(wait);
  }

  // Finishes the write, says that nothing more will be sent, reads and drops what the peer still
  // sends until it finishes or `wait` ends (so that the last reply is not lost in a reset), and
  // closes.
  virtual Task<void> Close(io::Wait wait) = 0;

  virtual void WatchPeer(PeerWatcher* watcher) = 0;
  virtual io::SocketAddress local_address() const = 0;
  virtual io::SocketAddress peer_address() const = 0;
};

}  // namespace ringpost::net
