#include "load/dialog.h"

#include <algorithm>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"

namespace ringpost::load {
namespace {

constexpr uint16_t kContinueAuthentication = 334;
constexpr uint16_t kStartMailInput = 354;
constexpr uint16_t kServiceNotAvailable = 421;

constexpr bool IsPositive(uint16_t code) { return code < 300; }

}  // namespace

Dialog::Dialog(const DialogOptions& options)
    // A tool that measures takes servers as they are.
    : options_(options),
      decoder_({.takes_bare_line_feed = true}),
      awaited_(options.tls == TlsUse::kImplicit ? Awaited::kHandshake : Awaited::kGreeting) {
  Check(options.recipient_count > 0, "a message without recipients");
}

Dialog::Event Dialog::Next(std::string_view& input) {
  const smtp::ReplyDecoder::Line line = decoder_.Next(input);
  switch (line.kind) {
    case smtp::ReplyDecoder::Kind::kIncomplete:
      return {};
    case smtp::ReplyDecoder::Kind::kMalformed: {
      const Phase phase = awaited_phase();
      awaited_ = Awaited::kEnd;
      return {
          .kind = EventKind::kMalformed, .phase = phase, .step = Step::kClose, .flaw = line.flaw};
    }
    case smtp::ReplyDecoder::Kind::kLine:
      break;
  }
  if (awaited_ == Awaited::kEhlo && line.code == 250) NoteKeyword(line.text);
  if (!line.is_last) return Next(input);
  return OnLine(line);
}

// `line` ends a reply.
Dialog::Event Dialog::OnLine(const smtp::ReplyDecoder::Line& line) {
  Event event = {
      .kind = EventKind::kReply, .phase = awaited_phase(), .code = line.code, .text = line.text};
  const bool asked_for =
      awaited_ != Awaited::kNothing && awaited_ != Awaited::kHandshake && awaited_ != Awaited::kEnd;
  if (!asked_for && line.code != kServiceNotAvailable) event.kind = EventKind::kUnexpected;
  if (asked_for && line.code != kServiceNotAvailable) {
    event.step = OnReply(line.code, event);
    if (!lacking_.empty()) event.kind = EventKind::kLacking;
    return event;
  }
  // RFC 5321 §3.8: the server goes, whatever it was asked.
  const bool is_in_message = awaited_ == Awaited::kMail || awaited_ == Awaited::kRcpt ||
                             awaited_ == Awaited::kData || awaited_ == Awaited::kBody;
  if (is_in_message) event.outcome = Outcome::kRefused;
  event.step = Close();
  return event;
}

Dialog::Step Dialog::OnReply(uint16_t code, Event& event) {
  switch (awaited_) {
    case Awaited::kGreeting:
      if (!IsPositive(code)) return Close();
      awaited_ = Awaited::kEhlo;
      return Step::kSendEhlo;
    case Awaited::kEhlo:
      return OnEhlo(code);
    case Awaited::kStartTls:
      if (!IsPositive(code)) return Close();
      awaited_ = Awaited::kHandshake;
      return Step::kSecure;
    case Awaited::kAuth:
      return OnAuth(code);
    case Awaited::kHelo:
    case Awaited::kReset:
      if (!IsPositive(code)) return Close();
      awaited_ = Awaited::kNothing;
      return Step::kReady;
    case Awaited::kMail:
      return OnMail(code, event);
    case Awaited::kRcpt:
      return OnRcpt(code, event);
    case Awaited::kData:
      return OnData(code, event);
    case Awaited::kBody:
      return OnBody(code, event);
    case Awaited::kQuit:
    case Awaited::kNothing:
    case Awaited::kHandshake:
    case Awaited::kEnd:
      break;
  }
  return Close();
}

Dialog::Step Dialog::OnEhlo(uint16_t code) {
  const bool is_accepted = IsPositive(code);
  if (!options_.forces) lacking_ = FindLacking();
  if (!lacking_.empty()) return Close();
  if (!is_accepted) {
    // HELO knows neither STARTTLS nor AUTH.
    const bool can_do_without =
        !options_.is_lmtp && !is_to_start_tls() && options_.mechanism.empty();
    if (!can_do_without) return Close();
    awaited_ = Awaited::kHelo;
    return Step::kSendHelo;
  }
  if (is_to_start_tls()) {
    awaited_ = Awaited::kStartTls;
    return Step::kSendStartTls;
  }
  awaited_ = options_.mechanism.empty() ? Awaited::kNothing : Awaited::kAuth;
  return options_.mechanism.empty() ? Step::kReady : Step::kSendAuth;
}

Dialog::Step Dialog::OnSecured() {
  Check(awaited_ == Awaited::kHandshake, "a handshake that nobody asked for");
  is_secure_ = true;
  // RFC 3207 §4.2: what was said in the clear counts for nothing.
  offered_ = {};
  const bool was_greeted = options_.tls == TlsUse::kStartTls;
  awaited_ = was_greeted ? Awaited::kEhlo : Awaited::kGreeting;
  return was_greeted ? Step::kSendEhlo : Step::kAwait;
}

Dialog::Step Dialog::OnAuth(uint16_t code) {
  if (code == kContinueAuthentication) return Step::kSendAuthResponse;
  if (!IsPositive(code)) return Close();
  awaited_ = Awaited::kNothing;
  return Step::kReady;
}

void Dialog::NoteKeyword(std::string_view line) {
  const std::string_view keyword = line.substr(0, line.find(' '));
  if (EqualsIgnoreCase(keyword, "PIPELINING")) offered_.pipelining = true;
  if (EqualsIgnoreCase(keyword, "CHUNKING")) offered_.chunking = true;
  if (EqualsIgnoreCase(keyword, "SMTPUTF8")) offered_.smtputf8 = true;
  if (EqualsIgnoreCase(keyword, "8BITMIME")) offered_.eight_bit_mime = true;
  if (EqualsIgnoreCase(keyword, "STARTTLS")) offered_.start_tls = true;
  if (EqualsIgnoreCase(keyword, "AUTH")) NoteMechanisms(line.substr(keyword.size()));
}

void Dialog::NoteMechanisms(std::string_view names) {
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(' '));
    if (EqualsIgnoreCase(name, options_.mechanism)) offered_.mechanism = true;
    names.remove_prefix(std::min(name.size() + 1, names.size()));
  }
}

std::string_view Dialog::FindLacking() const {
  // In the clear a server may not offer what it offers behind it.
  if (is_to_start_tls()) return offered_.start_tls ? std::string_view() : "STARTTLS";
  if (!options_.mechanism.empty() && !offered_.mechanism) return options_.mechanism;
  if (options_.pipelining != Pipelining::kNone && !offered_.pipelining) return "PIPELINING";
  if (options_.uses_bdat && !offered_.chunking) return "CHUNKING";
  if (options_.needs_smtputf8 && !offered_.smtputf8) return "SMTPUTF8";
  if (options_.needs_8bitmime && !offered_.eight_bit_mime) return "8BITMIME";
  return {};
}

// --- A message
// ------------------------------------------------------------------------------------

Dialog::Step Dialog::Begin() {
  Check(is_ready(), "a message begins when the one before has ended");
  AwaitEnvelope();
  if (sends_all_at_once()) return Step::kSendTransaction;
  return options_.pipelining == Pipelining::kNone ? Step::kSendMail : Step::kSendEnvelope;
}

void Dialog::BeginBehind() {
  Check(awaited_ == Awaited::kBody && !next_is_begun_ && !options_.uses_bdat,
        "the next message stands behind a body");
  next_is_begun_ = true;
}

void Dialog::AwaitEnvelope() {
  awaited_ = Awaited::kMail;
  replies_left_ = options_.recipient_count;
  accepted_recipient_count_ = 0;
  body_accepted_count_ = 0;
  mail_was_accepted_ = false;
}

Dialog::Step Dialog::OnMail(uint16_t code, Event& event) {
  mail_was_accepted_ = IsPositive(code);
  if (options_.pipelining == Pipelining::kNone && !mail_was_accepted_) return Refuse(event);
  awaited_ = Awaited::kRcpt;
  return options_.pipelining == Pipelining::kNone ? Step::kSendRecipient : Step::kAwait;
}

Dialog::Step Dialog::OnRcpt(uint16_t code, Event& event) {
  if (IsPositive(code)) ++accepted_recipient_count_;
  if (--replies_left_ > 0) {
    return options_.pipelining == Pipelining::kNone ? Step::kSendRecipient : Step::kAwait;
  }
  return AfterRecipients(event);
}

Dialog::Step Dialog::AfterRecipients(Event& event) {
  if (sends_all_at_once()) return AwaitBody(Step::kAwait);
  awaited_ = Awaited::kData;
  if (options_.pipelining != Pipelining::kNone) return Step::kAwait;
  if (accepted_recipient_count_ == 0) return Refuse(event);
  return options_.uses_bdat ? AwaitBody(Step::kSendChunk) : Step::kSendData;
}

Dialog::Step Dialog::OnData(uint16_t code, Event& event) {
  if (code != kStartMailInput) return Refuse(event);
  // RFC 2920 §3.1: a server may have said 354 though it refused every recipient.
  return AwaitBody(accepted_recipient_count_ == 0 ? Step::kSendEmptyBody : Step::kSendBody);
}

// LMTP answers once for each recipient that it accepted.
Dialog::Step Dialog::AwaitBody(Step step) {
  awaited_ = Awaited::kBody;
  const bool answers_each = options_.is_lmtp && accepted_recipient_count_ > 0;
  replies_left_ = answers_each ? accepted_recipient_count_ : 1;
  return step;
}

Dialog::Step Dialog::OnBody(uint16_t code, Event& event) {
  if (IsPositive(code)) ++body_accepted_count_;
  if (--replies_left_ > 0) return Step::kAwait;
  if (body_accepted_count_ > 0 && accepted_recipient_count_ > 0) {
    event.outcome = Outcome::kAccepted;
    event.recipient_count = options_.is_lmtp ? body_accepted_count_ : accepted_recipient_count_;
    return EndMessage();
  }
  // RFC 3030 §2: only RSET ends a transaction whose BDAT failed.
  if (options_.uses_bdat) return Refuse(event);
  event.outcome = Outcome::kRefused;
  return EndMessage();
}

Dialog::Step Dialog::Refuse(Event& event) {
  event.outcome = Outcome::kRefused;
  if (!mail_was_accepted_) return EndMessage();
  awaited_ = Awaited::kReset;
  return Step::kSendReset;
}

Dialog::Step Dialog::EndMessage() {
  if (next_is_begun_) {
    next_is_begun_ = false;
    AwaitEnvelope();
    return Step::kAwait;
  }
  awaited_ = Awaited::kNothing;
  return Step::kReady;
}

// --- The end
// --------------------------------------------------------------------------------------

Dialog::Step Dialog::Quit() {
  Check(is_ready(), "QUIT comes between messages");
  awaited_ = Awaited::kQuit;
  return Step::kSendQuit;
}

Dialog::Step Dialog::Close() {
  awaited_ = Awaited::kEnd;
  return Step::kClose;
}

Phase Dialog::awaited_phase() const {
  switch (awaited_) {
    case Awaited::kGreeting:
      return Phase::kBanner;
    case Awaited::kEhlo:
    case Awaited::kHelo:
      return Phase::kEhlo;
    case Awaited::kStartTls:
      return Phase::kStartTls;
    case Awaited::kHandshake:
      return Phase::kTls;
    case Awaited::kAuth:
      return Phase::kAuth;
    case Awaited::kNothing:
    case Awaited::kMail:
      return Phase::kMail;
    case Awaited::kRcpt:
      return Phase::kRcpt;
    case Awaited::kData:
      return Phase::kData;
    case Awaited::kBody:
      return Phase::kBody;
    case Awaited::kReset:
      return Phase::kReset;
    case Awaited::kQuit:
    case Awaited::kEnd:
      return Phase::kQuit;
  }
  return Phase::kQuit;
}

}  // namespace ringpost::load
