#include "sink/blind_server.h"

#include <cerrno>
#include <string>
#include <utility>

#include "ringpost/base/check.h"
#include "sink/blind_session.h"

namespace ringpost::sink {

class BlindServer::Connection {
 public:
  explicit Connection(BlindServer& server) : server_(server), receive_(*this), send_(*this) {}

  void Open(int socket) {
    socket_ = socket;
    session_ = {};
    replies_ = BlindSession::kGreeting;
    is_waiting_ = false;
    is_finished_ = is_leaving_ = false;
    receive_.request = io::Receive{socket};
    server_.reactor_.Submit(receive_);
    SendReplies();
  }
  bool is_open() const { return socket_ >= 0; }

  void SendReplies() {
    is_waiting_ = false;
    if (send_.in_flight() || replies_.empty()) return;
    std::swap(sending_, replies_);
    replies_.clear();
    send_.request = io::Send{socket_, sending_};
    server_.reactor_.Submit(send_);
  }

  void Leave() {
    is_leaving_ = true;
    replies_.clear();
    server_.reactor_.Cancel(receive_);
    if (!is_closing_) server_.reactor_.Cancel(send_);
  }

 private:
  struct ReceiveOperation final : io::Operation {
    explicit ReceiveOperation(Connection& owner) : connection(owner) {}
    void OnCompletion(io::Completion completion) override { connection.OnReceived(completion); }
    Connection& connection;
  };
  // The send, and the close behind it.
  struct SendOperation final : io::Operation {
    explicit SendOperation(Connection& owner) : connection(owner) {}
    void OnCompletion(io::Completion completion) override { connection.OnSent(completion.result); }
    Connection& connection;
  };

  void OnReceived(const io::Completion& completion) {
    if (!completion.more) {
      OnEnd(completion.result);
      return;
    }
    const std::string_view octets = completion.chunk.octets;
    const uint64_t message_count = session_.message_count();
    session_.Take(octets, replies_);
    server_.counts_.octets += octets.size();
    server_.counts_.messages += session_.message_count() - message_count;
    if (replies_.size() > kLargestBacklogOctets || is_leaving_) {
      Leave();
    } else if (!replies_.empty() && !is_waiting_) {
      is_waiting_ = true;
      server_.unanswered_.push_back(this);
    }
  }

  // What was asked before a proper end is answered.
  void OnEnd(int32_t result) {
    is_finished_ = true;
    if (result < 0) replies_.clear();
    CloseWhenQuiet();
  }

  void OnSent(int32_t result) {
    if (is_closing_) {
      is_closing_ = false;
      socket_ = -1;
      server_.OnClosed();
      return;
    }
    if (result < 0) replies_.clear();
    SendReplies();
    if (is_finished_) {
      CloseWhenQuiet();
    } else if (session_.has_quit() && !send_.in_flight()) {
      // Cheaper than a shutdown(2), which would be more polite.
      server_.reactor_.Cancel(receive_);
    }
  }

  void CloseWhenQuiet() {
    if (send_.in_flight() || !replies_.empty()) return;
    is_closing_ = true;
    send_.request = io::Close{socket_};
    server_.reactor_.Submit(send_);
  }

  BlindServer& server_;
  int socket_ = -1;
  BlindSession session_;
  ReceiveOperation receive_;
  SendOperation send_;
  std::string replies_;
  std::string sending_;
  bool is_waiting_ = false;   // for the end of the turn
  bool is_finished_ = false;  // nothing more will be received
  bool is_leaving_ = false;   // nothing more will be answered
  bool is_closing_ = false;
};

BlindServer::BlindServer(io::Reactor& reactor, int listener)
    : reactor_(reactor), listener_(listener) {
  request = io::Accept{listener};
  reactor_.Submit(*this);
}

BlindServer::~BlindServer() { Check(listener_ < 0, "a blind server that was not stopped"); }

void BlindServer::Turn(Instant until) {
  reactor_.Poll(until);
  for (Connection* const connection : unanswered_) connection->SendReplies();
  unanswered_.clear();
}

void BlindServer::Stop() {
  stopping_ = true;
  reactor_.Cancel(*this);
  for (const auto& connection : connections_) {
    if (connection != nullptr && connection->is_open()) connection->Leave();
  }
  while (in_flight() || open_count_ > 0) Turn();
  reactor_.CloseNow(listener_);
  listener_ = -1;
}

void BlindServer::OnCompletion(io::Completion completion) {
  if (completion.result >= 0) OnAccepted(completion.result);
  if (completion.more || stopping_) return;
  // Without descriptors there is nothing to accept until one is given back.
  accept_rests_ = (completion.result == -EMFILE || completion.result == -ENFILE) && open_count_ > 0;
  if (!accept_rests_) reactor_.Submit(*this);
}

void BlindServer::OnAccepted(int socket) {
  if (stopping_) {
    reactor_.CloseNow(socket);
    return;
  }
  const auto index = static_cast<size_t>(socket);
  if (connections_.size() <= index) connections_.resize(index + 1);
  if (connections_[index] == nullptr) connections_[index] = std::make_unique<Connection>(*this);
  ++counts_.connections;
  ++open_count_;
  connections_[index]->Open(socket);
}

void BlindServer::OnClosed() {
  --open_count_;
  if (!std::exchange(accept_rests_, false) || stopping_) return;
  reactor_.Submit(*this);
}

}  // namespace ringpost::sink
