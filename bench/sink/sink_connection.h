// SinkConnection: one session of a sink. It accepts all, but for the faults that strike, and hands
// what it accepted to the dump.
//
//   SinkConnection connection(environment, socket, number);
//   co_await connection.Run();
//
// Ownership: the environment outlives it. Threads: that of the shard.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/base/random.h"
#include "ringpost/coro/cancellation.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/shard.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/smtp/server_session.h"
#include "sink/counts.h"
#include "sink/known_user.h"
#include "sink/sink_options.h"

namespace ringpost::sink {

// What the connections of a shard share.
struct SinkEnvironment {
  io::Shard& shard;
  const SinkOptions& options;
  Dump* dump = nullptr;  // nullptr: messages are dropped
  // Tears a connection down, so that its peer is reset.
  std::function<void(int socket)> reset;
  // Told of each accepted message.
  std::function<void()> on_message = {};
  Counts counts = {};
  net::TransportCounters transport = {};
};

class SinkConnection final : public ListLink {
 public:
  // `number` of the shard's connections: the dice of each have a seed of their own, so that what
  // befalls it does not hang on the others.
  SinkConnection(SinkEnvironment& environment, int socket, uint64_t number);

  // The whole life of the connection.
  Task<void> Run();
  // Takes nothing more: what came is answered, then 421.
  void BeginEnd() { read_cancel_.Request(); }
  // Ends at once.
  void End() {
    read_cancel_.Request();
    write_cancel_.Request();
  }

 private:
  Task<void> On(smtp::NeedInput event);
  Task<void> On(smtp::ConnectionOpened event);
  Task<void> On(smtp::HelloReceived event);
  Task<void> On(smtp::StartTlsReceived event);
  Task<void> On(smtp::AuthReceived event);
  Task<void> On(smtp::AuthResponded event);
  Task<void> On(smtp::AuthAborted event);
  Task<void> On(smtp::SenderReceived event);
  Task<void> On(smtp::RecipientsReceived event);
  Task<void> On(smtp::MessageStarted event);
  Task<void> On(smtp::BodyReceived event);
  Task<void> On(smtp::MessageEnded event);
  Task<void> On(smtp::MessageAborted event);
  Task<void> On(smtp::SessionClosed event);

  Blow Throw(FaultPoint point);
  // Waits or breaks off. False: the connection is no more.
  Task<bool> Suffer(const Blow& blow);
  // False: the body is not taken.
  Task<bool> BeginBody();
  Task<void> SufferInBody();
  Task<void> SayGoodbye(const Blow& blow);
  Task<void> Leave(BreakOff::Way way);
  Task<void> ReadToTheEnd();
  // The message that is complete.
  Task<absl::Status> Store();

  // Makes what follows TLS; the session goes on before its EHLO. Or ends the connection.
  Task<void> Secure();
  void OfferMechanisms();
  void AnswerLogin(const Login::Step& step);

  Task<void> Flush();
  Task<void> Send(std::string_view octets);
  Task<void> Sleep(absl::Duration length);
  void CountInOrder(uint64_t& command);
  io::Wait WaitWith(CancelSource& cancel) {
    return {.deadline = shard_.Now() + options().timeout, .cancel = cancel.token()};
  }
  const SinkOptions& options() const { return environment_.options; }
  Counts& counts() { return environment_.counts; }

  SinkEnvironment& environment_;
  io::Shard& shard_;
  const int socket_;
  std::unique_ptr<net::Transport> transport_;
  net::SecureTransport* secure_transport_ = nullptr;  // the same, once it is one
  smtp::ServerSession session_;
  std::optional<Login> login_;  // while an exchange is under way
  Random random_;
  CancelSource read_cancel_;  // of waits for the client's octets, and of faults' own
  CancelSource write_cancel_;
  io::BufferLease input_lease_;  // of what the session was given
  bool is_over_ = false;
  uint64_t in_order_count_ = 0;  // of commands

  std::string message_;  // for the dump
  bool has_open_message_ = false;
  Instant body_start_;
  uint64_t body_octets_ = 0;
  Blow body_blow_;
};

}  // namespace ringpost::sink
