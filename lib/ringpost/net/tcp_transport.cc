#include "ringpost/net/tcp_transport.h"

#include <cerrno>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"

namespace ringpost::net {

TcpTransport::TcpTransport(io::Shard& shard, int socket, TransportCounters& counters)
    : shard_(shard), counters_(counters), socket_(socket) {
  request = io::Receive{socket};
}

TcpTransport::~TcpTransport() { Check(socket_ < 0, "a transport that was not closed"); }

Task<absl::StatusOr<io::Chunk>> TcpTransport::Read(io::Wait wait) {
  if (has_unread_octets()) return ReadyTask(absl::StatusOr<io::Chunk>(TakeInput()));
  return AwaitInput(wait);
}

Task<absl::StatusOr<io::Chunk>> TcpTransport::AwaitInput(io::Wait wait) {
  while (next_ == input_.size()) {
    if (input_ended_) {
      if (input_error_ != 0) co_return io::StatusFromErrno(input_error_, "receive");
      co_return io::Chunk{};
    }
    if (!in_flight()) {
      paused_ = false;
      shard_.reactor().Submit(*this);
    }
    changed_.Lower();
    CO_RETURN_IF_ERROR(co_await changed_.WaitFor(shard_, wait));
  }
  co_return TakeInput();
}

void TcpTransport::BeginSending(std::string_view octets, bool is_last) {
  Check(!is_writing(), "one write at a time");
  if (octets.empty()) return;
  counters_.sent_octets += octets.size();
  sending_.error = 0;
  sending_.ended.Lower();
  sending_.request = io::Send{.socket = socket_, .octets = octets, .is_last = is_last};
  shard_.reactor().Submit(sending_);
}

Task<absl::Status> TcpTransport::FinishWrite(io::Wait wait) {
  return is_writing() ? AwaitSending(wait) : ReadyTask(SendingStatus());
}

Task<absl::Status> TcpTransport::AwaitSending(io::Wait wait) {
  const absl::Status waited = co_await sending_.ended.WaitFor(shard_, wait);
  if (waited.ok()) co_return SendingStatus();
  shard_.reactor().Cancel(sending_);
  static_cast<void>(co_await sending_.ended.WaitFor(shard_, {}));
  // It may have ended well all the same.
  co_return sending_.error == -ECANCELED ? waited : SendingStatus();
}

absl::Status TcpTransport::SendingStatus() const {
  return sending_.error == 0 ? absl::OkStatus() : io::StatusFromErrno(sending_.error, "send");
}

void TcpTransport::Sending::OnCompletion(io::Completion completion) {
  if (completion.result < 0) error = completion.result;
  ended.Raise();
}

Task<void> TcpTransport::Close(io::Wait wait) {
  if (socket_ < 0) co_return;
  watcher_ = nullptr;
  input_.clear();
  next_ = unread_bytes_ = 0;
  Clear();
  static_cast<void>(co_await FinishWrite(wait));
  shard_.reactor().ShutdownSend(socket_);
  while (!input_ended_) {
    const absl::StatusOr<io::Chunk> chunk = co_await Read(wait);
    if (!chunk.ok() || chunk->octets.empty()) break;
  }
  while (in_flight()) {
    shard_.reactor().Cancel(*this);
    changed_.Lower();
    static_cast<void>(co_await changed_.WaitFor(shard_, {}));
  }
  input_.clear();
  Clear();
  co_await io::Perform(shard_, io::Close{std::exchange(socket_, -1)}, {});
}

io::SocketAddress TcpTransport::local_address() const {
  return shard_.reactor().LocalAddress(socket_);
}

io::SocketAddress TcpTransport::peer_address() const {
  return shard_.reactor().PeerAddress(socket_);
}

void TcpTransport::OnCompletion(io::Completion completion) {
  if (completion.more) {
    OnInput(std::move(completion.chunk));
  } else {
    OnInputEnd(completion.result);
  }
  changed_.Raise();
}

void TcpTransport::OnInput(io::Chunk chunk) {
  counters_.received_octets += chunk.octets.size();
  unread_bytes_ += chunk.octets.size();
  if (shard_.reactor().buffer_statistics().under_pressure()) CopyOut(chunk);
  input_.push_back(std::move(chunk));
  if (unread_bytes_ > kInputShareBytes && !paused_) PauseInput();
}

void TcpTransport::OnInputEnd(int32_t result) {
  if (result == -ECANCELED) return;  // by PauseInput() or Close()
  input_ended_ = true;
  input_error_ = result;
  if (watcher_ == nullptr) return;
  if (result == 0) {
    watcher_->OnPeerFinished();
  } else {
    watcher_->OnPeerReset();
  }
}

// The peer sends faster than it is read. A burst that the reader takes at once stays where it is.
void TcpTransport::PauseInput() {
  paused_ = true;
  ++counters_.paused_count;
  shard_.reactor().Cancel(*this);
  shard_.timers().Set(*this, shard_.Now() + kLongestStay);
}

void TcpTransport::CopyOut(io::Chunk& chunk) {
  counters_.copied_octets += chunk.octets.size();
  chunk = io::CopyOfChunk(chunk.octets);
}

// Nobody took it: it leaves the shared buffers.
void TcpTransport::OnTimer() {
  for (size_t i = next_; i < input_.size(); ++i) CopyOut(input_[i]);
}

io::Chunk TcpTransport::TakeInput() {
  io::Chunk chunk = std::move(input_[next_++]);
  unread_bytes_ -= chunk.octets.size();
  if (next_ == input_.size()) {
    input_.clear();
    next_ = 0;
    Clear();
  }
  return chunk;
}

Task<absl::StatusOr<int>> ConnectSocket(io::Shard& shard, const io::SocketAddress& address,
                                        io::Wait wait) {
  CO_ASSIGN_OR_RETURN(const int socket, shard.reactor().CreateSocket(address));
  const int32_t result = co_await io::Perform(shard, io::Connect{socket, &address}, wait);
  if (result < 0) {
    shard.reactor().CloseNow(socket);
    co_return io::StatusFromErrno(result, Concat("connect to ", address.ToString()));
  }
  co_return socket;
}

}  // namespace ringpost::net
