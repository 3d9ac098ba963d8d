// TcpTransport: a Transport over a connected stream socket (TCP or Unix).
//
// Receives by one multishot operation that runs from the first Read() on, so it hears of the peer's
// end also while nobody reads. Limits: with over kInputShareBytes unread the socket is not read any
// further until Read() has taken them, and what is still unread kLongestStay later is copied out of
// the shared buffers. While the reactor's pool is under pressure every chunk is copied at once. So
// a reader that keeps up never costs a copy, and a slow session never starves the others of
// buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ringpost/net/transport.h"

namespace ringpost::net {

// Counts of all transports of a shard.
struct TransportCounters {
  uint64_t received_octets = 0;
  uint64_t sent_octets = 0;
  uint64_t copied_octets = 0;  // out of the shared buffers
  uint64_t paused_count = 0;   // receives stopped for back-pressure
};

class TcpTransport final : public Transport, private io::Operation, private io::Timer {
 public:
  static constexpr size_t kInputShareBytes = 128 * 1024;
  static constexpr absl::Duration kLongestStay = absl::Milliseconds(100);

  // Takes the socket over. `counters` outlive it.
  TcpTransport(io::Shard& shard, int socket, TransportCounters& counters);
  ~TcpTransport() override;

  Task<absl::StatusOr<io::Chunk>> Read(io::Wait wait) override;
  bool has_input() const override { return has_unread_octets() || input_ended_; }
  bool has_unread_octets() const override { return next_ < input_.size(); }
  void BeginWrite(std::string_view octets) override { BeginSending(octets, false); }
  void BeginLastWrite(std::string_view octets) override { BeginSending(octets, true); }
  Task<absl::Status> FinishWrite(io::Wait wait) override;
  bool is_writing() const override { return sending_.in_flight(); }
  Task<void> Close(io::Wait wait) override;
  void WatchPeer(PeerWatcher* watcher) override { watcher_ = watcher; }
  io::SocketAddress local_address() const override;
  io::SocketAddress peer_address() const override;

 private:
  struct Sending final : io::Operation {
    void OnCompletion(io::Completion completion) override;

    io::Signal ended;
    int32_t error = 0;  // negative errno
  };

  void BeginSending(std::string_view octets, bool is_last);
  Task<absl::StatusOr<io::Chunk>> AwaitInput(io::Wait wait);
  Task<absl::Status> AwaitSending(io::Wait wait);
  absl::Status SendingStatus() const;
  void OnCompletion(io::Completion completion) override;
  void OnInput(io::Chunk chunk);
  void OnInputEnd(int32_t result);
  void PauseInput();
  void CopyOut(io::Chunk& chunk);
  void OnTimer() override;
  io::Chunk TakeInput();

  io::Shard& shard_;
  TransportCounters& counters_;
  PeerWatcher* watcher_ = nullptr;
  int socket_;
  std::vector<io::Chunk> input_;
  size_t next_ = 0;  // of input_
  size_t unread_bytes_ = 0;
  io::Signal changed_;
  Sending sending_;
  bool input_ended_ = false;
  bool paused_ = false;
  int32_t input_error_ = 0;  // negative errno
};

// A connection to `address`. Errors: Unavailable, DeadlineExceeded, Cancelled, ResourceExhausted.
Task<absl::StatusOr<int>> ConnectSocket(io::Shard& shard, const io::SocketAddress& address,
                                        io::Wait wait);

}  // namespace ringpost::net
