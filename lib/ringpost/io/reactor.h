// Reactor: the world's edge. Submit an operation, get its completion.
//
// Two implementations: UringReactor (the kernel) and testing::SimulatedReactor (a seeded world in
// memory). Everything above io/ runs unchanged on both; tests/io/reactor_test.cc runs on both.
//
// An Operation is a request and a place to be told; it is owned by whoever submits it, and neither
// moves nor goes until its last completion (more == false). Completions are told from Poll() alone,
// never from inside Submit() or Cancel(); what is told queues coroutines, it does not run them.
// Errors: `result` is the value of the system call, or a negative errno. Threads: one, but for
// Wake().
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/base/clock.h"
#include "ringpost/io/buffer.h"
#include "ringpost/io/socket_address.h"

namespace ringpost::io {

// --- Requests
// ------------------------------------------------------------------------------------- Views and
// pointers in a request must stay valid until the last completion.

// Connections of a listener, one completion each (result: the socket), until cancelled or failed.
// Sockets come with TCP_NODELAY and CLOEXEC. EMFILE and ENFILE end it (result: the negative errno).
struct Accept {
  int listener;
};
// Octets of a connected socket, one completion each: result > 0 with a chunk; 0: end of stream.
// Goes on until the end of the stream, an error or Cancel(). A lack of buffers is waited out
// inside.
struct Receive {
  int socket;
};
// All of `octets`, unless an error comes first (result: octets sent, all or an error).
struct Send {
  int socket;
  std::string_view octets;
  // ShutdownSend() comes next: the end may travel with the octets, in one segment less.
  bool is_last = false;
};
struct Connect {
  int socket;
  const SocketAddress* address;
};
// Closes a descriptor. Not while another operation on it is in flight: cancel and await that first.
struct Close {
  int descriptor;
};

enum class OpenMode : uint8_t {
  kRead,
  kCreateNew,     // write; fails with EEXIST
  kCreateAppend,  // write at the end; made when missing
  kDirectory,     // for Sync
};
// Opens `path`, NUL-terminated; result: the descriptor. New files are made with mode 0600.
struct Open {
  const char* path;
  OpenMode mode;
};
// result: octets read, 0 at the end of the file.
struct Read {
  int file;
  std::span<char> into;
  uint64_t offset;
};
// result: octets written; may be fewer than given.
struct Write {
  int file;
  std::span<const iovec> pieces;
  uint64_t offset;  // kAppend for files of kCreateAppend, pipes and terminals
};
inline constexpr uint64_t kAppend = ~uint64_t{0};
// fdatasync, or fsync for a directory (makes renames, links and unlinks in it durable).
struct Sync {
  int descriptor;
  bool is_directory;
};
// Replaces `to` when it is there.
struct Rename {
  const char* from;
  const char* to;
};
// A second name for a file; fails with EEXIST.
struct Link {
  const char* from;
  const char* to;
};
struct Unlink {
  const char* path;
};
// Mode 0700; fails with EEXIST.
struct MakeDirectory {
  const char* path;
};

using Request = std::variant<Accept, Receive, Send, Connect, Close, Open, Read, Write, Sync, Rename,
                             Link, Unlink, MakeDirectory>;

struct Completion {
  int32_t result = 0;
  bool more = false;  // further completions of this operation will follow
  Chunk chunk = {};   // of Receive
};

class Operation {
 public:
  Operation() : request(Close{-1}) {}
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // Set before Submit(); not to be changed while in flight.
  Request request;

  virtual void OnCompletion(Completion completion) = 0;

  bool in_flight() const { return in_flight_; }

 protected:
  ~Operation() = default;

 private:
  friend class Reactor;
  bool in_flight_ = false;
  bool cancel_requested_ = false;
};

struct ListenOptions {
  int backlog = 1024;
  bool reuse_port = false;    // SO_REUSEPORT: one listener per shard on the same address
  uint32_t unix_mode = 0666;  // permissions of a Unix socket
};

class Reactor : public Clock {
 public:
  // CHECKs that `operation` is not in flight.
  virtual void Submit(Operation& operation) = 0;
  // Asks for an early end; the last completion comes all the same, with -ECANCELED or with what had
  // happened already. Nothing when not in flight.
  virtual void Cancel(Operation& operation) = 0;
  // Tells completions: those that are there, else waits for the first, for Wake() or until `until`.
  virtual void Poll(Instant until) = 0;
  // Ends a Poll(). From any thread.
  virtual void Wake() = 0;

  // Sockets, at once. Failures name the address and say why.
  virtual absl::StatusOr<int> Listen(const SocketAddress& address,
                                     const ListenOptions& options) = 0;
  virtual absl::StatusOr<int> CreateSocket(const SocketAddress& for_address) = 0;
  virtual SocketAddress LocalAddress(int socket) = 0;
  virtual SocketAddress PeerAddress(int socket) = 0;
  // No more sends; the peer reads an end of stream.
  virtual void ShutdownSend(int socket) = 0;
  // Closes at once. For destructors and listeners; Close is cheaper for connections.
  virtual void CloseNow(int descriptor) = 0;

  virtual BufferStatistics buffer_statistics() const = 0;

 protected:
  // Marks the operation's flight; implementations call it on Submit and before the last completion.
  static void SetInFlight(Operation& operation, bool in_flight) {
    operation.in_flight_ = in_flight;
    operation.cancel_requested_ = false;
  }
  static void SetCancelRequested(Operation& operation) { operation.cancel_requested_ = true; }
  static bool CancelRequested(const Operation& operation) { return operation.cancel_requested_; }
};

// A Status for a negative errno: ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, ENOBUFS:
// ResourceExhausted; ENOENT: NotFound; EEXIST: AlreadyExists; EACCES, EPERM: PermissionDenied;
// ECANCELED: Cancelled; ETIME, ETIMEDOUT: DeadlineExceeded; ECONNRESET, EPIPE, ECONNREFUSED, ...:
// Unavailable; else Internal. The message is "what: reason".
absl::Status StatusFromErrno(int negative_errno, std::string_view what);

}  // namespace ringpost::io
