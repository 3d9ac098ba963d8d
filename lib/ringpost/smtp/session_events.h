// What a ServerSession asks and tells, one Event at a time. Each says which call answers it; views
// are valid until then, but body octets: until the caller's buffer goes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "ringpost/smtp/envelope.h"

namespace ringpost::smtp {

// All input is used up. Send output(), then Receive() or EndInput().
struct NeedInput {};

// The first event of every session. AnswerConnection().
struct ConnectionOpened {};

// HELO, EHLO, LHLO. AnswerHello().
struct HelloReceived {
  std::string_view name;  // the argument, as sent
  bool extended;          // EHLO or LHLO
};

// STARTTLS in order. AnswerStartTls().
struct StartTlsReceived {};

// AUTH with a mechanism that is offered (RFC 4954 §4). AnswerChallenge() or AnswerAuth().
struct AuthReceived {
  std::string_view mechanism;  // in upper case
  // Decoded. nullopt: none came; "=" is an empty one.
  std::optional<std::string_view> initial_response;
};

// What the client says to the challenge, decoded. AnswerChallenge() or AnswerAuth().
struct AuthResponded {
  std::string_view response;
};

// An exchange ended that AnswerAuth() did not end: the client cancelled it, sent what is no
// response, or the session closes. Told once for each such AuthReceived. No answer.
struct AuthAborted {};

// MAIL. AnswerSender(). The envelope() has sender and parameters.
struct SenderReceived {};

// One or more consecutive RCPTs. AnswerRecipients() with one reply for each.
struct RecipientsReceived {
  std::span<const Recipient> recipients;
};

enum class Framing : uint8_t { kData, kBdat };

// DATA, or the first BDAT. AnswerMessageStart().
struct MessageStarted {
  Framing framing;
};

// Octets of the message, dots removed. No answer: the next Next() goes on. RefuseMessage() may be
// called instead: no more octets come, and the reply is given when the client has sent the rest.
struct BodyReceived {
  std::string_view octets;  // never empty
};

// The message is complete. AnswerMessage(), or in LMTP AnswerMessagePerRecipient().
struct MessageEnded {
  uint64_t octets;  // in all
};

enum class AbortReason : uint8_t {
  kReset,            // RSET, or a new HELO or EHLO, between BDATs
  kQuit,             // QUIT between BDATs
  kDisconnected,     // the connection ended inside the body
  kTooBig,           // more octets than allowed
  kBareLineEnding,   // bare CR or LF where they are refused
  kNul,              // NUL where it is refused
  kLineTooLong,      // a text line over the limit
  kProtocolError,    // a command between BDATs that cannot stand there, BDAT that cannot be read
  kRefusedByFilter,  // RefuseMessage(): a verdict of the application
  kTimeout,          // the client was too slow, or the application was
  kShutdown,         // the server ends
  kInternalError,    // the store or a hook failed
};
std::string_view AbortReasonName(AbortReason reason);

// A started message will not end. Told exactly once for each MessageStarted that was let through
// and not followed by MessageEnded. No answer.
struct MessageAborted {
  AbortReason reason;
};

enum class CloseReason : uint8_t {
  kQuit,              // QUIT was answered
  kDisconnected,      // the peer left without QUIT
  kRefused,           // the application refused or ended the session
  kTooManyErrors,     // 421 after errors, unknown commands or idle commands
  kTooManyMessages,   // 421 to a MAIL over Limits::messages
  kTlsFailed,         // the handshake did (the session does not see it: by Close())
  kForeignProtocol,   // HTTP, TLS or something else on this port
  kBadFraming,        // a BDAT size that cannot be read; no safe way to find the next command
  kTooMuchDiscarded,  // a refused body went on and on
  kTimeout,
  kShutdown,
};
std::string_view CloseReasonName(CloseReason reason);
// Why a message is aborted that is open when the session closes.
AbortReason AbortReasonOf(CloseReason reason);

// The session is over. Send output(), then close. Next() yields it again and again.
struct SessionClosed {
  CloseReason reason;
};

using Event =
    std::variant<NeedInput, ConnectionOpened, HelloReceived, StartTlsReceived, AuthReceived,
                 AuthResponded, AuthAborted, SenderReceived, RecipientsReceived, MessageStarted,
                 BodyReceived, MessageEnded, MessageAborted, SessionClosed>;

}  // namespace ringpost::smtp
