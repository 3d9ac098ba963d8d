// ServerSession: the server's side of SMTP and LMTP as a machine without I/O or clock.
//
//   session.Receive(bytes);                       // bytes stay valid until NeedInput
//   for (;;) {
//     Event event = session.Next();
//     if (std::holds_alternative<NeedInput>(event)) { send(session.output()); read more; }
//     else ... answer it
//   }
//
// Next() yields what must be decided outside: one event at a time, each answered by the call that
// its comment names before the next Next(). Everything else (order of commands, syntax, limits,
// framing) the session answers itself. Replies gather in output(): all complete commands in the
// buffer are answered before one send, and consecutive pipelined RCPTs come as one event.
//
// STARTTLS: after AnswerStartTls(nullopt) the session has thrown away what was pipelined behind the
// command. The caller sends output(), reads no plaintext any more (and gives none that it has read
// ahead), makes the handshake, and says Secure() or Close(). AUTH: the session cuts and decodes the
// exchange's lines, and no line of it is ever run as a command; what was pipelined behind it stays
// unread until the answer.
//
// Views in an event are valid until its answer, but body octets: until the caller's buffer goes.
// The envelope() is valid until MessageEnd is answered, or MessageAborted was yielded.
// Limits: the carry of a line cut by a buffer's end is bounded by Limits::command_line_octets, or
// Limits::authentication_line_octets for one of AUTH.
// Errors: what the peer did wrong is answered by a Reply; a call out of turn is our bug and CHECKs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "ringpost/base/arena.h"
#include "ringpost/smtp/bdat_decoder.h"
#include "ringpost/smtp/command.h"
#include "ringpost/smtp/data_decoder.h"
#include "ringpost/smtp/envelope.h"
#include "ringpost/smtp/limits.h"
#include "ringpost/smtp/line_decoder.h"
#include "ringpost/smtp/reply.h"
#include "ringpost/smtp/session_events.h"
#include "ringpost/smtp/session_table.h"

namespace ringpost::smtp {

enum class Protocol : uint8_t { kSmtp, kLmtp };

// What EHLO offers, besides ENHANCEDSTATUSCODES. Pipelined commands are taken in any case.
struct Capabilities {
  bool pipelining = true;              // RFC 2920
  bool size = true;                    // RFC 1870
  bool eight_bit_mime = true;          // RFC 6152
  bool smtputf8 = true;                // RFC 6531; needs eight_bit_mime (§3.1)
  bool chunking = true;                // RFC 3030
  bool binary_mime = true;             // RFC 3030; needs chunking
  bool dsn = true;                     // RFC 3461: parameters are taken and handed on
  bool limits = true;                  // RFC 9422
  bool start_tls = false;              // RFC 3207, while the session is not secure
  bool require_tls_extension = false;  // REQUIRETLS (RFC 8689), once it is
};

// One per listener, shared by its sessions; a session whose policy edits it is given its own.
struct ServerSessionOptions {
  std::string host_name = "localhost";  // in the greeting and EHLO
  std::string greeting_text = "ESMTP Ringpost";
  Protocol protocol = Protocol::kSmtp;
  Capabilities capabilities;
  Limits limits;
  Strictness strictness;
  // 530 to the commands that session_table.cc names, until Secure() and until a 235.
  bool requires_tls = false;
  bool requires_authentication = false;
};

// What the session waits for: which of the RFC's timeouts applies (RFC 5321 §4.5.3.2).
enum class Waiting : uint8_t { kFirstCommand, kCommand, kDataBlock };

struct SessionStatistics {
  uint32_t error_count = 0;    // 5xx replies
  uint32_t message_count = 0;  // messages answered with 2xx
  uint32_t command_count = 0;
};

class ServerSession {
 public:
  // `options` must outlive the session, or be replaced by UseOptions().
  explicit ServerSession(const ServerSessionOptions& options);
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // From the next command on. For a policy that edits what this session may do.
  void UseOptions(const ServerSessionOptions& options);

  // Gives the next octets. Only after NeedInput (and before the first Next()).
  void Receive(std::string_view octets);
  // The peer will send no more. What it sent completely is still answered; then MessageAborted
  // (when inside a body) and SessionClosed.
  void EndInput();

  Event Next();

  // A positive reply greets (the session writes the greeting itself, RFC 5321 §4.3.1, when
  // nullopt). A negative one refuses: 421 ends the session with it; after any other code the
  // session only waits for QUIT and answers all else with 503, as RFC 5321 §3.1 demands, then
  // closes as kRefused.
  void AnswerConnection(std::optional<Reply> refusal);
  // nullopt: the usual answer, with the extensions.
  void AnswerHello(std::optional<Reply> refusal);
  // nullopt: 220 is in output(), and nothing of the input is left. Owed before the next Next(),
  // after the handshake: Secure() or Close(). A refusal (454 4.7.0) leaves everything as it was.
  void AnswerStartTls(std::optional<Reply> refusal);
  // The transport is encrypted from here on: after AnswerStartTls(nullopt), or before the first
  // Next() (RFC 8314). The session is before EHLO again, and knows of no login (RFC 3207 §4.2);
  // what it has counted of errors stays.
  void Secure();
  // What AUTH takes from now on: names in upper case with a blank between, "SCRAM-SHA-256 PLAIN".
  // Empty, as at first: none. Not during an exchange.
  void OfferMechanisms(std::string names);
  // 334 with the octets in base64. The next event of the exchange is AuthResponded or AuthAborted.
  void AnswerChallenge(std::string_view octets);
  // Ends the exchange: 235 authenticates the client, a negative reply does not.
  void AnswerAuth(const Reply& reply);
  // A positive reply opens the transaction.
  void AnswerSender(const Reply& reply);
  // One reply for each recipient of the event, in order; those with a positive one are in the
  // envelope.
  void AnswerRecipients(std::span<const Reply> replies);
  // nullopt lets the body come: 354 for DATA. A refusal drains a BDAT's octets first.
  void AnswerMessageStart(std::optional<Reply> refusal);
  // In answer to MessageEnded. In LMTP the same reply stands for every recipient.
  void AnswerMessage(const Reply& reply);
  void AnswerMessagePerRecipient(std::span<const Reply> replies);  // LMTP (RFC 2033 §4.2)

  // Between BodyReceived events (and after an allowed AnswerMessageStart): takes no more of this
  // body. The next events are MessageAborted{reason}, and, when its end has come, nothing: `reply`
  // is sent.
  void RefuseMessage(const Reply& reply, AbortReason reason);

  // Ends the session from outside with `reply` (421 for a timeout or a shutdown): pending commands
  // are not answered. The next events are MessageAborted where one is due, and SessionClosed.
  void Close(std::optional<Reply> reply, CloseReason reason);

  // Replies that are to be sent. Cleared by ClearOutput() or TakeOutput().
  std::string_view output() const { return output_; }
  void ClearOutput();
  // Puts them in place of what is in `replies`, whose memory is used for the next ones.
  void TakeOutput(std::string& replies);

  Waiting waiting() const;
  // Whether octets that were received wait behind the event that was yielded last.
  bool has_unread_input() const { return !input_.empty(); }
  // Inside a transaction, or inside its body: what a shutdown waits for.
  bool in_transaction() const;
  // CHECKs that there is one.
  const Envelope& envelope() const;
  // The name of the last HELO or EHLO; empty before.
  std::string_view hello_name() const;
  bool is_secure() const { return is_secure_; }
  bool is_authenticated() const { return is_authenticated_; }
  // For the Received header (RFC 3848, RFC 6531 §4.3): SMTP, ESMTP, UTF8SMTP, LMTP, UTF8LMTP, all
  // but the first with S for TLS and A for AUTH behind.
  std::string_view protocol_keyword() const;
  const SessionStatistics& statistics() const { return statistics_; }
  const ServerSessionOptions& options() const { return *options_; }

 private:
  // The call that must come before the next Next().
  enum class Owed : uint8_t {
    kNothing,
    kConnection,
    kHello,
    kStartTls,
    kSecure,
    kAuth,
    kSender,
    kRecipients,
    kMessageStart,
    kMessage,
  };
  // What the next octet of input belongs to.
  enum class Reading : uint8_t { kCommands, kAuthentication, kData, kChunk };
  // Replies to HELO and EHLO and the greeting carry no enhanced status (RFC 2034 §4).
  enum class ReplyForm : uint8_t { kEnhanced, kPlain };

  // From MAIL to the end of the message, or to RSET.
  struct Transaction {
    explicit Transaction(Arena& arena) : envelope(&arena), batch(&arena) {}

    Envelope envelope;
    std::pmr::vector<Recipient> batch;  // RCPTs whose verdicts are awaited: views into the input
    size_t refused_recipient_count = 0;
    Framing framing = Framing::kData;
    uint64_t message_octets = 0;
  };

  // A body, or a chunk, that is read and thrown away before its reply is given.
  struct Refusal {
    Reply reply;
    bool ends_transaction;
    uint64_t discarded_octets = 0;
  };

  // Steps of Next(): each yields an event or has done its part, and then the next step is due.
  using MaybeEvent = std::optional<Event>;

  MaybeEvent Step();
  MaybeEvent ReadCommand();
  MaybeEvent ReadAuthentication();
  MaybeEvent ReadData();
  MaybeEvent ReadChunk();
  MaybeEvent OutOfInput();
  MaybeEvent TakeBodyPiece(const DataDecoder::Piece& piece);
  MaybeEvent TakeBodyOctets(std::string_view octets);
  MaybeEvent EndChunk();
  MaybeEvent EndMessage();

  bool IsForeign(const LineDecoder::Line& line) const;
  MaybeEvent RunLine(std::string_view line);
  void RefuseLine(Verb verb, const Reply& reply);
  void RunUnknown(std::string_view line);
  MaybeEvent Run(const CommandRule& rule, const CommandLine& command);
  MaybeEvent RunHello(Verb verb, std::string_view name);
  MaybeEvent RunStartTls();
  MaybeEvent RunAuth(std::string_view argument);
  MaybeEvent RunMail(std::string_view argument);
  MaybeEvent RunRcpt(std::string_view argument);
  MaybeEvent RunData();
  MaybeEvent RunBdat(const CommandRule& rule, std::string_view argument);
  void RunVerify(const CommandLine& command);
  void RunReset();

  bool CountIdleCommand();
  size_t CommandLineLimit() const;
  bool IsOffered(Verb verb) const;
  Legality LegalityNow(const CommandRule& rule) const;
  const Reply* RefusalOf(Legality legality) const;
  CommandRules MailRules() const;
  std::variant<Recipient, CommandError> ParseRecipient(std::string_view argument);
  std::optional<Recipient> TakePipelinedRecipient();
  bool HasRoomForRecipient() const;
  void RefuseExcessRecipient();
  Mailbox Keep(const Mailbox& mailbox);
  Recipient Keep(const Recipient& recipient);
  std::string ExtensionList() const;

  // AUTH.
  MaybeEvent RunInitialResponse(std::string_view mechanism, std::string_view base64);
  MaybeEvent RunResponse(std::string_view line);
  bool DecodeResponse(std::string_view base64);
  void RefuseExchange(const Reply& reply);
  void AbortExchange();

  // Bodies.
  void OpenMessage();
  void DrainChunk(BdatCommand chunk, const Reply& reply, bool ends_transaction);
  void RefuseBody(const Reply& reply, AbortReason reason);
  void AbortMessage(AbortReason reason);
  void SayRefusal();
  uint64_t RoomForOctets() const;

  // Transitions.
  void Enter(SessionState state);
  void ResetTransaction();
  void CloseNow(CloseReason reason);
  void SayAndClose(const Reply& reply, CloseReason reason);

  // Replies.
  void Respond(const Reply& reply, ReplyForm form = ReplyForm::kEnhanced);
  void AppendReply(const Reply& reply, ReplyForm form = ReplyForm::kEnhanced);
  void RespondToMessage(const Reply& reply);
  void CountAcceptedMessage();
  void TakeAnswer(Owed owed);
  bool UsesUtf8() const;
  bool IsReadingBody() const;

  const ServerSessionOptions* options_;
  std::string output_;
  SessionStatistics statistics_;

  std::string_view input_;  // what of the caller's octets is not used yet
  LineDecoder lines_;
  DataDecoder data_;
  BdatDecoder chunks_;

  Arena arena_;  // of the transaction, and so before it
  std::optional<Transaction> transaction_;
  std::unique_ptr<Refusal> refusal_;
  std::string hello_name_;
  std::string_view offered_hello_name_;  // until AnswerHello()
  std::string mechanisms_;
  std::string authentication_response_;  // decoded, until it is answered

  uint32_t recent_error_count_ = 0;  // since the last accepted message
  uint32_t idle_command_count_ = 0;
  uint32_t unknown_command_count_ = 0;
  uint32_t transaction_count_ = 0;
  uint32_t authentication_failure_count_ = 0;

  SessionState state_ = SessionState::kStart;
  Reading reading_ = Reading::kCommands;
  Owed owed_ = Owed::kNothing;
  bool connection_is_told_ = false;
  bool input_has_ended_ = false;
  bool hello_is_extended_ = false;
  bool offered_hello_is_extended_ = false;
  bool is_secure_ = false;
  bool is_authenticated_ = false;
  bool exchange_is_open_ = false;  // AnswerAuth() or AuthAborted is due
  bool exchange_abort_is_due_ = false;
  bool message_is_open_ = false;  // let through; MessageEnded or MessageAborted is due
  std::optional<AbortReason> abort_due_;
  std::optional<CloseReason> close_reason_;
};

}  // namespace ringpost::smtp
