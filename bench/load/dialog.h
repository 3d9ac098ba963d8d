// Dialog: a client's side of an SMTP or LMTP session, as what to send next and what a reply means.
// It does no I/O and knows no text of a message, nor what TLS and SASL say.
//
//   Dialog dialog(options);                      // awaits the greeting
//   for (;;) {
//     const Dialog::Event event = dialog.Next(input);
//     if (event.kind == Dialog::EventKind::kNothing) break;   // the input is used up
//     ... event.phase, event.code, event.text: a reply; event.outcome: of a message
//     Send(event.step);                          // kAwait: nothing to send
//   }
//
// With Step::kReady it is between messages: Begin() or Quit() say what to send. With
// Step::kSendBody and pipelining across messages, BeginBehind() starts the next message in the same
// write. With Step::kSecure a handshake is due, and OnSecured() tells of its end; with kSendAuth
// and kSendAuthResponse a line of SASL is. Neither is ever left out because a server does not offer
// it: nothing goes in the clear that was not to.
//
// Pipelining is RFC 2920's, BDAT RFC 3030's, LMTP RFC 2033's, STARTTLS RFC 3207's, AUTH RFC 4954's.
// Ownership: the text of an
// event is valid until the next Next(), or until its input goes. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "load/results.h"
#include "ringpost/smtp/reply_decoder.h"

namespace ringpost::load {

enum class Pipelining : uint8_t {
  kNone,    // each command awaits its reply
  kWithin,  // MAIL, RCPT, DATA in one write; with BDAT the whole message
  kAcross,  // and the body with the next message's MAIL, RCPT, DATA
};

enum class TlsUse : uint8_t {
  kNone,
  kStartTls,
  kImplicit,  // before the greeting: RFC 8314
};

struct DialogOptions {
  bool is_lmtp = false;
  TlsUse tls = TlsUse::kNone;
  // Of AUTH, as it stands in EHLO's reply; empty: there is no AUTH. Outlives the dialog.
  std::string_view mechanism = {};
  Pipelining pipelining = Pipelining::kNone;
  bool uses_bdat = false;
  bool needs_smtputf8 = false;
  bool needs_8bitmime = false;
  // Goes on where the server does not offer what is needed.
  bool forces = false;
  size_t recipient_count = 1;
};

class Dialog {
 public:
  enum class Step : uint8_t {
    kAwait,  // a further reply
    kSendEhlo,
    kSendHelo,
    kSendStartTls,
    kSecure,  // the handshake
    kSendAuth,
    kSendAuthResponse,  // to event.text, a challenge in base64
    kReady,
    kSendMail,
    kSendRecipient,  // the next of the message
    kSendData,
    kSendEnvelope,  // MAIL, every RCPT, DATA
    kSendBody,
    kSendEmptyBody,    // the end alone: no recipient was accepted
    kSendChunk,        // BDAT LAST and the body
    kSendTransaction,  // MAIL, every RCPT, BDAT LAST, the body
    kSendReset,
    kSendQuit,
    kClose,
  };
  enum class Outcome : uint8_t { kNone, kAccepted, kRefused };
  enum class EventKind : uint8_t {
    kNothing,  // the input is used up
    kReply,
    kMalformed,   // see flaw; the session is over
    kUnexpected,  // a reply that nothing asked for; the session is over
    kLacking,     // the server does not offer lacking(); the session is over
  };
  struct Event {
    EventKind kind = EventKind::kNothing;
    Phase phase = Phase::kBanner;
    uint16_t code = 0;
    std::string_view text = {};        // of the reply's last line
    Outcome outcome = Outcome::kNone;  // of the oldest message under way
    uint64_t recipient_count = 0;      // for how many it was accepted
    Step step = Step::kAwait;
    smtp::ReplyFlaw flaw = smtp::ReplyFlaw::kNone;
  };

  explicit Dialog(const DialogOptions& options);

  // The next event of what came.
  Event Next(std::string_view& input);

  // The handshake that kSecure, or an implicit use of TLS, asked for is done.
  Step OnSecured();

  // Starts a message; when ready.
  Step Begin();
  // Starts the next message right behind the body that is about to be sent. Without BDAT.
  void BeginBehind();
  // When ready.
  Step Quit();

  bool is_ready() const { return awaited_ == Awaited::kNothing; }
  // What a reply is awaited for; the end of a connection is counted there.
  Phase awaited_phase() const;
  std::string_view lacking() const { return lacking_; }

 private:
  enum class Awaited : uint8_t {
    kGreeting,
    kEhlo,
    kHelo,
    kStartTls,
    kHandshake,
    kAuth,
    kNothing,
    kMail,
    kRcpt,
    kData,
    kBody,
    kReset,
    kQuit,
    kEnd,
  };
  struct Extensions {
    bool pipelining = false;
    bool chunking = false;
    bool smtputf8 = false;
    bool eight_bit_mime = false;
    bool start_tls = false;
    bool mechanism = false;  // that of the options
  };

  Event OnLine(const smtp::ReplyDecoder::Line& line);
  Step OnReply(uint16_t code, Event& event);
  Step OnEhlo(uint16_t code);
  Step OnAuth(uint16_t code);
  Step OnMail(uint16_t code, Event& event);
  Step OnRcpt(uint16_t code, Event& event);
  Step OnData(uint16_t code, Event& event);
  Step OnBody(uint16_t code, Event& event);
  void NoteKeyword(std::string_view line);
  void NoteMechanisms(std::string_view names);
  std::string_view FindLacking() const;
  Step AfterRecipients(Event& event);
  Step AwaitBody(Step step);
  Step Refuse(Event& event);
  Step EndMessage();
  Step Close();
  void AwaitEnvelope();

  bool is_to_start_tls() const { return options_.tls == TlsUse::kStartTls && !is_secure_; }
  bool sends_all_at_once() const {
    return options_.uses_bdat && options_.pipelining != Pipelining::kNone;
  }

  const DialogOptions options_;
  smtp::ReplyDecoder decoder_;
  Awaited awaited_ = Awaited::kGreeting;
  Extensions offered_;
  bool is_secure_ = false;
  std::string_view lacking_;
  // Of the message whose replies are awaited.
  size_t replies_left_ = 0;  // of RCPT, or of LMTP's body
  size_t accepted_recipient_count_ = 0;
  bool mail_was_accepted_ = false;
  size_t body_accepted_count_ = 0;  // 2xx replies to it
  // The next message's envelope stands behind the body.
  bool next_is_begun_ = false;
};

}  // namespace ringpost::load
