// Connection: drives one ServerSession over one Transport, and asks the application's hooks.
//
//   Connection connection(environment, std::move(transport), listener, generation);
//   co_await connection.Run();
//
// It is the only place where protocol, I/O and application meet, and decides nothing of its own:
// the session says what must be decided, the hooks decide, the transport carries. All complete
// commands that came in are answered by one send.
//
// The end of the client: a reset cancels the hooks that run. So does an end of stream, but only
// while nothing that the client sent is unread and the message is not complete: a client that sends
// all it has and then closes its half is served to the end. Commit is never cancelled by the
// client.
//
// AUTH: which mechanisms are offered follows from the Authenticator, the policy and the encryption;
// an exchange is an Authentication. Nothing of it is ever logged but who and how.
//
// Encryption: a handshake waits for its place (HandshakeGate) and goes at the shard's pace; after
// it the transport is another, and the session starts anew. Octets that were there before the
// client could know that it may begin are nobody's: those behind STARTTLS the session throws away,
// and with more of them unread the connection ends (CVE-2011-0411).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/cancellation.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/hooks.h"
#include "ringpost/io/shard.h"
#include "ringpost/message/date_time.h"
#include "ringpost/net/handshake_pace.h"
#include "ringpost/net/transport.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/server/authentication.h"
#include "ringpost/server/handshake_gate.h"
#include "ringpost/server/message_delivery.h"
#include "ringpost/server/options.h"
#include "ringpost/server/session_id.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::server {

// Options and hooks that belong together: a reload makes a new one for new sessions, running
// sessions keep theirs.
struct Generation {
  std::shared_ptr<const ServerOptions> options;
  hooks::Hooks hooks;
};

// What the connections of a shard share.
struct ConnectionEnvironment {
  io::Shard& shard;
  HandshakeGate handshake_gate;
  AuthenticationEnvironment authentication;
  net::HandshakePace handshake_pace = net::HandshakePace(shard);
  message::DateTimeCache dates = message::DateTimeCache();
  FilteringPool filterings = {};
  // For a text that is made and used without a wait in between.
  std::string field = {};
};

class Connection final : public ListLink, private net::PeerWatcher {
 public:
  // `refusal`: the client is told so in place of a greeting.
  Connection(ConnectionEnvironment& environment, std::unique_ptr<net::Transport> transport,
             size_t listener_index, std::shared_ptr<const Generation> generation,
             std::optional<smtp::Reply> refusal);

  // The whole life of the connection.
  Task<void> Run();

  // No new transaction; ends with 421 as soon as none is under way.
  void BeginDrain();
  // Ends at once: what is under way is aborted, the client reads 421.
  void End();

 private:
  // One for each event of the session.
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

  // A client that began an AUTH, or ended one well.
  struct Login {
    std::string mechanism;
    std::optional<Authentication> exchange;
    sasl::Identity identity;
  };

  // Of AUTH, on this connection as it is.
  std::string MechanismsToOffer() const;
  Task<void> ContinueExchange(std::optional<std::string_view> response);
  void EndExchange(uint16_t reply_code, std::string_view reason);
  std::string_view authentication() const {
    return login_ != nullptr ? login_->identity.authentication : std::string_view();
  }

  Task<void> BeginImplicitTls();
  Task<void> Handshake(io::Wait wait);
  void FailHandshake(const absl::Status& status);
  io::Wait HandshakeWait();

  void BeginSending(bool is_last = false);
  Task<bool> FinishSending();
  Task<bool> AwaitSending();
  io::Wait LastWordsWait(absl::Duration length);
  void OnInput(absl::StatusOr<io::Chunk> chunk);
  void BeginWait();
  void OnReadFailure(const absl::Status& status);
  Instant ReadDeadline() const;
  Instant InputDeadline() const;
  Task<void> AskSenderPolicy();
  void AnswerSender(const smtp::Reply& reply);
  Task<void> AskForOpen(hooks::RecipientValidator& validator, const hooks::Context& context,
                        std::span<const smtp::Recipient> recipients,
                        std::span<hooks::Verdict> verdicts);
  void RefuseOverdue(const hooks::Context& context, std::span<hooks::Verdict> verdicts) const;
  void AnswerRecipients(std::span<const smtp::Recipient> recipients,
                        std::span<const hooks::Verdict> verdicts);
  void RefuseMessage(Refusal refusal);

  hooks::SessionView View() const;
  hooks::Context HookContext(const hooks::SessionView& view, absl::Duration length,
                             CancelToken cancel) const;
  bool IsOverdue(const hooks::Context& context) const;
  io::Chunk ReceivedField() const;

  bool IsObserved(bool hooks::ObservedStages::* stage) const;
  template <typename Stage>
  void Tell(bool hooks::ObservedStages::* stage, const Stage& observation);
  void TellMessage(const smtp::Reply* reply, hooks::MessageFate fate, uint64_t octets,
                   std::string_view store_id, std::string_view reason);

  void OnPeerFinished() override;
  void OnPeerReset() override;

  const ServerOptions& options() const { return *generation_->options; }
  const ListenerOptions& listener() const { return options().listeners[listener_index_]; }
  const Timeouts& timeouts() const { return generation_->options->timeouts; }
  const hooks::Hooks& hooks() const { return generation_->hooks; }

  ConnectionEnvironment& environment_;
  io::Shard& shard_;
  const std::shared_ptr<const Generation> generation_;
  const size_t listener_index_;
  std::unique_ptr<net::Transport> transport_;
  const net::SecurityFacts* security_ = nullptr;             // of transport_, once it is encrypted
  std::unique_ptr<smtp::ServerSessionOptions> own_options_;  // of a policy that edited them
  smtp::ServerSession session_;
  std::unique_ptr<Login> login_;
  std::optional<MessageDelivery> delivery_;
  std::unique_ptr<smtp::Reply> refusal_;
  const io::SocketAddress client_;
  const io::SocketAddress server_;
  const SessionId id_;
  const bool is_submission_;
  const absl::Time connected_at_;

  io::BufferLease input_lease_;  // of what the session was given
  std::string sent_replies_;     // until the transport is done with them
  Instant send_deadline_;        // for that
  CancelSource read_cancel_;     // by BeginDrain() and End()
  CancelSource hook_cancel_;     // by the client's end, and End()
  // By End(). Also what commits and writes hear, which the client's end does not cancel.
  CancelSource end_cancel_;

  Instant command_start_;  // when the wait for the current command began
  uint32_t command_count_ = 0;
  Instant message_start_;  // MAIL
  Instant body_start_;
  uint64_t body_octets_ = 0;  // received since then
  bool is_waiting_for_body_ = false;
  uint64_t message_octets_ = 0;
  uint64_t received_octets_ = 0;
  uint64_t sent_octets_ = 0;
  uint32_t message_number_ = 0;
  std::string detail_;  // for the log: why RefuseMessage() was called, or TLS failed
  std::optional<smtp::Reply> refusal_reply_;
  bool is_closed_ = false;
  bool is_draining_ = false;
  bool is_ending_ = false;
  bool is_finishing_message_ = false;
};

}  // namespace ringpost::server
