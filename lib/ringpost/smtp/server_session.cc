#include "ringpost/smtp/server_session.h"

#include <algorithm>
#include <utility>

#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/internal/octets.h"
#include "ringpost/smtp/internal/replies.h"

namespace ringpost::smtp {
namespace {

// What ClearOutput() keeps for the next replies.
constexpr size_t kSpareOutputOctets = 1024;

void ReplaceNonAscii(std::string& text, size_t start) {
  for (size_t i = start; i < text.size(); ++i) {
    if (!IsAscii(text[i])) text[i] = '?';
  }
}

// RFC 5321 §4.2.3: the last words of a session are told with the name of who says them.
bool BeginsWithHostName(uint16_t code) { return code == 221 || code == 421; }

}  // namespace

ServerSession::ServerSession(const ServerSessionOptions& options) : options_(&options) {}
ServerSession::~ServerSession() = default;

void ServerSession::UseOptions(const ServerSessionOptions& options) { options_ = &options; }

void ServerSession::Receive(std::string_view octets) {
  Check(input_.empty(), "Receive() before the input was used up");
  Check(owed_ != Owed::kSecure, "plaintext behind STARTTLS");
  if (!close_reason_) input_ = octets;
}

void ServerSession::EndInput() { input_has_ended_ = true; }

Event ServerSession::Next() {
  Check(owed_ == Owed::kNothing, "Next() before the event was answered");
  for (;;) {
    if (abort_due_) return MessageAborted{*std::exchange(abort_due_, std::nullopt)};
    if (std::exchange(exchange_abort_is_due_, false)) {
      std::string().swap(authentication_response_);
      return AuthAborted{};
    }
    if (transaction_ && state_ <= SessionState::kReady) ResetTransaction();
    if (close_reason_) return SessionClosed{*close_reason_};
    if (MaybeEvent event = Step()) return *event;
  }
}

ServerSession::MaybeEvent ServerSession::Step() {
  if (!connection_is_told_) {
    connection_is_told_ = true;
    owed_ = Owed::kConnection;
    return ConnectionOpened{};
  }
  switch (reading_) {
    case Reading::kCommands:
      return ReadCommand();
    case Reading::kAuthentication:
      return ReadAuthentication();
    case Reading::kData:
      return ReadData();
    case Reading::kChunk:
      return ReadChunk();
  }
  return std::nullopt;
}

ServerSession::MaybeEvent ServerSession::OutOfInput() {
  if (!input_has_ended_) {
    lines_.ReleaseSpareMemory();
    return NeedInput{};
  }
  CloseNow(state_ == SessionState::kRefused ? CloseReason::kRefused : CloseReason::kDisconnected);
  return std::nullopt;
}

void ServerSession::TakeAnswer(Owed owed) {
  Check(owed_ == owed, "an answer to another event than the last");
  owed_ = Owed::kNothing;
}

void ServerSession::AnswerConnection(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kConnection);
  if (!refusal) {
    const std::string text = Concat(options_->host_name, ' ', options_->greeting_text);
    return AppendReply(Reply::Make(220, internal::kNoStatus, text), ReplyForm::kPlain);
  }
  Respond(*refusal, ReplyForm::kPlain);
  if (!refusal->is_positive()) Enter(SessionState::kRefused);
}

void ServerSession::AnswerHello(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kHello);
  if (refusal) return Respond(*refusal, ReplyForm::kPlain);  // the state stays (RFC 5321 §4.1.4)
  AbortMessage(AbortReason::kReset);
  hello_name_ = offered_hello_name_;
  hello_is_extended_ = offered_hello_is_extended_;
  Enter(SessionState::kReady);
  std::string text = options_->host_name;
  if (hello_is_extended_) text += ExtensionList();
  Respond(Reply::Make(250, internal::kNoStatus, text), ReplyForm::kPlain);
}

std::string ServerSession::ExtensionList() const {
  const Capabilities& offered = options_->capabilities;
  const Limits& limits = options_->limits;
  std::string list;
  if (offered.pipelining) list += "\nPIPELINING";
  if (offered.size) {
    list += "\nSIZE";
    if (limits.message_octets != 0) Append(list, ' ', limits.message_octets);
  }
  if (offered.eight_bit_mime) list += "\n8BITMIME";
  list += "\nENHANCEDSTATUSCODES";
  if (offered.chunking) list += "\nCHUNKING";
  if (offered.chunking && offered.binary_mime) list += "\nBINARYMIME";
  if (offered.smtputf8 && offered.eight_bit_mime) list += "\nSMTPUTF8";
  if (offered.dsn) list += "\nDSN";
  if (offered.start_tls && !is_secure_) list += "\nSTARTTLS";
  if (!mechanisms_.empty() && !is_authenticated_) Append(list, "\nAUTH ", mechanisms_);
  if (offered.require_tls_extension && is_secure_) list += "\nREQUIRETLS";
  if (offered.limits) {
    Append(list, "\nLIMITS RCPTMAX=", limits.recipients);
    if (limits.messages != 0) Append(list, " MAILMAX=", limits.messages);
  }
  return list;
}

void ServerSession::AnswerSender(const Reply& reply) {
  TakeAnswer(Owed::kSender);
  if (reply.is_positive()) {
    ++transaction_count_;
    Enter(StateAfter(RuleOf(Verb::kMail), state_));
  } else if (!CountIdleCommand()) {
    return;
  }
  Respond(reply);
}

void ServerSession::AnswerRecipients(std::span<const Reply> replies) {
  TakeAnswer(Owed::kRecipients);
  Transaction& transaction = *transaction_;
  Check(replies.size() == transaction.batch.size(), "not one reply for each recipient");
  for (size_t i = 0; i < replies.size() && !close_reason_; ++i) {
    if (replies[i].is_positive()) {
      transaction.envelope.recipients.push_back(Keep(transaction.batch[i]));
      Enter(StateAfter(RuleOf(Verb::kRcpt), state_));
    } else {
      ++transaction.refused_recipient_count;
    }
    Respond(replies[i]);
  }
  transaction.batch.clear();
}

void ServerSession::AnswerMessageStart(std::optional<Reply> refusal) {
  TakeAnswer(Owed::kMessageStart);
  if (!refusal) return OpenMessage();
  Check(!refusal->is_positive(), "a refusal that is none");
  if (transaction_->framing == Framing::kBdat) {
    DrainChunk(BdatCommand(chunks_.chunk()), *refusal, true);
  } else {
    Enter(SessionState::kReady);
    Respond(*refusal);
  }
}

void ServerSession::RefuseMessage(const Reply& reply, AbortReason reason) {
  Check(message_is_open_ && owed_ == Owed::kNothing, "no message to refuse");
  Check(!reply.is_positive(), "a refusal that is none");
  RefuseBody(reply, reason);
}

void ServerSession::AnswerMessage(const Reply& reply) {
  TakeAnswer(Owed::kMessage);
  if (reply.is_positive()) CountAcceptedMessage();
  RespondToMessage(reply);
  Enter(SessionState::kReady);
}

void ServerSession::AnswerMessagePerRecipient(std::span<const Reply> replies) {
  TakeAnswer(Owed::kMessage);
  Check(options_->protocol == Protocol::kLmtp, "one reply per recipient outside LMTP");
  Check(replies.size() == transaction_->envelope.recipients.size(),
        "not one reply for each recipient");
  const auto is_positive = [](const Reply& reply) { return reply.is_positive(); };
  const uint32_t error_count = recent_error_count_;
  for (const Reply& reply : replies) AppendReply(reply);
  // One message is one error at most, however many recipients it has.
  recent_error_count_ = std::min(recent_error_count_, error_count + 1);
  if (std::any_of(replies.begin(), replies.end(), is_positive)) CountAcceptedMessage();
  Enter(SessionState::kReady);
}

void ServerSession::Close(std::optional<Reply> reply, CloseReason reason) {
  if (close_reason_) return;
  owed_ = Owed::kNothing;
  if (reply) AppendReply(*reply);
  CloseNow(reason);
}

// A transaction that is over is reset by Next(), once its abort was told.
void ServerSession::Enter(SessionState state) { state_ = state; }

void ServerSession::ResetTransaction() {
  transaction_.reset();
  refusal_.reset();
  arena_.Reset();
}

void ServerSession::CloseNow(CloseReason reason) {
  if (close_reason_) return;
  AbortMessage(AbortReasonOf(reason));
  AbortExchange();
  close_reason_ = reason;
  reading_ = Reading::kCommands;
  input_ = {};
}

void ServerSession::SayAndClose(const Reply& reply, CloseReason reason) {
  AppendReply(reply);
  CloseNow(reason);
}

void ServerSession::Respond(const Reply& reply, ReplyForm form) {
  if (reply.is_permanent_failure() && recent_error_count_ >= options_->limits.errors) {
    return SayAndClose(internal::kTooManyErrors, CloseReason::kTooManyErrors);
  }
  AppendReply(reply, form);
  if (reply.code() == 421) CloseNow(CloseReason::kRefused);
}

void ServerSession::AppendReply(const Reply& reply, ReplyForm form) {
  if (reply.is_permanent_failure()) {
    ++statistics_.error_count;
    ++recent_error_count_;
  }
  const size_t start = output_.size();
  const bool with_status = form == ReplyForm::kEnhanced;
  if (BeginsWithHostName(reply.code())) {
    const std::string text = Concat(options_->host_name, ' ', reply.text());
    Reply::Make(reply.code(), reply.enhanced_status(), text).AppendTo(output_, with_status);
  } else {
    reply.AppendTo(output_, with_status);
  }
  // RFC 6531 §3.5: no UTF-8 in replies to a client that did not ask for it.
  const bool is_clean = reply.is_fixed() || UsesUtf8() ||
                        internal::IsAllAscii(std::string_view(output_).substr(start));
  if (!is_clean) ReplaceNonAscii(output_, start);
}

// In LMTP one reply for each recipient (RFC 2033 §4.2), which together are one error at most.
void ServerSession::RespondToMessage(const Reply& reply) {
  Respond(reply);
  if (options_->protocol != Protocol::kLmtp) return;
  const uint32_t error_count = recent_error_count_;
  const size_t recipient_count = transaction_->envelope.recipients.size();
  for (size_t i = 1; i < recipient_count && !close_reason_; ++i) AppendReply(reply);
  recent_error_count_ = error_count;
}

void ServerSession::CountAcceptedMessage() {
  ++statistics_.message_count;
  recent_error_count_ = 0;
  idle_command_count_ = 0;
}

void ServerSession::ClearOutput() {
  if (output_.capacity() > kSpareOutputOctets) {
    std::string().swap(output_);
  } else {
    output_.clear();
  }
}

void ServerSession::TakeOutput(std::string& replies) {
  replies.swap(output_);
  ClearOutput();
}

Waiting ServerSession::waiting() const {
  if (IsReadingBody()) return Waiting::kDataBlock;
  return statistics_.command_count == 0 ? Waiting::kFirstCommand : Waiting::kCommand;
}

bool ServerSession::in_transaction() const {
  if (close_reason_) return false;
  return state_ > SessionState::kReady || IsReadingBody();
}

bool ServerSession::IsReadingBody() const {
  return reading_ == Reading::kData || reading_ == Reading::kChunk;
}

const Envelope& ServerSession::envelope() const {
  Check(transaction_.has_value(), "no transaction");
  return transaction_->envelope;
}

std::string_view ServerSession::hello_name() const { return hello_name_; }

bool ServerSession::UsesUtf8() const {
  return transaction_ && transaction_->envelope.parameters.smtputf8;
}

std::string_view ServerSession::protocol_keyword() const {
  constexpr std::string_view kPlain[][4] = {{"ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"},
                                            {"LMTP", "LMTPS", "LMTPA", "LMTPSA"}};
  constexpr std::string_view kUtf8[][4] = {{"UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA"},
                                           {"UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA"}};
  const bool is_lmtp = options_->protocol == Protocol::kLmtp;
  // HELO has no extension, and there is no keyword for it over TLS.
  if (!is_lmtp && !hello_is_extended_) return "SMTP";
  const size_t protection = (is_secure_ ? 1u : 0u) + (is_authenticated_ ? 2u : 0u);
  return (UsesUtf8() ? kUtf8 : kPlain)[is_lmtp ? 1 : 0][protection];
}

}  // namespace ringpost::smtp
