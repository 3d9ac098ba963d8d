#include "ringpost/server/connection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "ringpost/base/text.h"
#include "ringpost/message/received.h"
#include "ringpost/server/status_reply.h"

namespace ringpost::server {

using hooks::Decision;
using hooks::Verdict;
using smtp::AbortReason;
using smtp::CloseReason;
using smtp::Reply;

namespace {

constexpr Reply kSenderOk = Reply::Fixed(250, {2, 1, 0}, "Sender OK");
constexpr Reply kRecipientOk = Reply::Fixed(250, {2, 1, 5}, "Recipient OK");
constexpr Reply kNobodysRecipient = Reply::Fixed(550, {5, 7, 1}, "Relaying denied");
constexpr Reply kOverdue = Reply::Fixed(451, {4, 3, 0}, "Took too long, try again later");
constexpr Reply kTimeout = Reply::Fixed(421, {4, 4, 2}, "Timeout, closing connection");
constexpr Reply kNoAuthentication = Reply::Fixed(454, {4, 7, 0}, "Authentication not available");
constexpr Reply kTooSlow = Reply::Fixed(421, {4, 4, 2}, "Too slow, closing connection");
constexpr Reply kNoTlsNow = Reply::Fixed(454, {4, 7, 0}, "TLS not available, try again later");
constexpr Reply kInjected =
    Reply::Fixed(421, {4, 7, 0}, "Data behind STARTTLS, closing connection");
constexpr Reply kShutdown = Reply::Fixed(421, {4, 3, 2}, "Service shutting down, try again later");

constexpr uint16_t kAuthenticated = 235;

// Replies wait for more commands that are there already, up to so much.
constexpr size_t kLargestReplyBatch = 8 * 1024;
// Recipients of one batch that need no memory but the frame's.
constexpr size_t kUsualBatch = 2;

// Room for what hooks and observers are told by name: each path is bounded by kLongestPath.
class Names {
 public:
  template <typename... Pieces>
  std::string_view Add(const Pieces&... pieces) {
    return text_.Add(pieces...);
  }
  std::string_view Add(const smtp::Mailbox& mailbox) {
    return mailbox.domain.empty() ? mailbox.local_part
                                  : text_.Add(mailbox.local_part, '@', mailbox.domain);
  }
  std::string_view Add(const smtp::ReversePath& path) {
    return path.is_null() ? std::string_view() : Add(*path.mailbox);
  }

 private:
  TextBuffer<1024> text_;
};

// A verdict of a stage before the message, as the session's answer. Nothing: let it pass.
std::optional<Reply> RefusalBy(const Verdict& verdict) {
  return verdict.is_refusal() ? verdict.reply() : std::nullopt;
}

}  // namespace

Connection::Connection(ConnectionEnvironment& environment,
                       std::unique_ptr<net::Transport> transport, size_t listener_index,
                       std::shared_ptr<const Generation> generation,
                       std::optional<smtp::Reply> refusal)
    : environment_(environment),
      shard_(environment.shard),
      generation_(std::move(generation)),
      listener_index_(listener_index),
      transport_(std::move(transport)),
      session_(generation_->options->listeners[listener_index].session),
      refusal_(refusal.has_value() ? std::make_unique<Reply>(*std::move(refusal)) : nullptr),
      client_(transport_->peer_address()),
      server_(transport_->local_address()),
      id_(shard_.WallNow(), shard_.random().Next()),
      is_submission_(generation_->options->listeners[listener_index].is_submission),
      connected_at_(shard_.WallNow()),
      command_start_(shard_.Now()) {
  transport_->WatchPeer(this);
}

Task<void> Connection::Run() {
  Tell(&hooks::ObservedStages::session_opened,
       hooks::SessionOpened{connected_at_, id_.text(), client_, server_});
  if (listener().tls_is_implicit) {
    co_await BeginImplicitTls();
  } else if (hooks().authenticator != nullptr) {
    session_.OfferMechanisms(MechanismsToOffer());
  }
  while (!is_closed_) {
    co_await std::visit([this](const auto& event) { return On(event); }, session_.Next());
  }
  co_await transport_->Close(LastWordsWait(timeouts().linger));
}

void Connection::BeginDrain() {
  is_draining_ = true;
  read_cancel_.Request();
}

void Connection::End() {
  is_draining_ = is_ending_ = true;
  read_cancel_.Request();
  hook_cancel_.Request();
  end_cancel_.Request();
}

// --- Encryption
// -------------------------------------------------------------------------------------

// The handshake comes before the greeting (RFC 8314 §3.3).
Task<void> Connection::BeginImplicitTls() {
  if (refusal_ != nullptr) {
    // Telling it would take a handshake, and this is a client that has had more than its share.
    detail_ = refusal_->text();
    session_.Close(std::nullopt, CloseReason::kRefused);
    co_return;
  }
  const io::Wait wait = HandshakeWait();
  const absl::StatusOr<HandshakeGate::Place> place =
      co_await environment_.handshake_gate.Enter(client_, options().handshakes, wait);
  if (!place.ok()) co_return FailHandshake(place.status());
  co_await Handshake(wait);
  command_start_ = shard_.Now();
}

Task<void> Connection::On(smtp::StartTlsReceived) {
  input_lease_.Drop();
  // A client that takes no replies takes no place either.
  if (!co_await FinishSending()) co_return;
  const std::optional<HandshakeGate::Place> place =
      listener().security == nullptr
          ? std::nullopt
          : environment_.handshake_gate.TryEnter(client_, options().handshakes);
  if (!place.has_value()) co_return session_.AnswerStartTls(kNoTlsNow);
  // The client cannot say Hello before it has read the 220: whatever is there is not its own, or it
  // does not care what becomes of it.
  if (transport_->has_unread_octets()) {
    detail_ = "octets behind STARTTLS";
    co_return session_.Close(kInjected, CloseReason::kTlsFailed);
  }
  const io::Wait wait = HandshakeWait();
  session_.AnswerStartTls(std::nullopt);
  BeginSending();
  send_deadline_ = std::min(send_deadline_, wait.deadline);
  if (co_await FinishSending()) co_await Handshake(wait);
}

// What the transport has unread is the client's part of the handshake from here on, and nothing
// else: octets that are none end it.
Task<void> Connection::Handshake(io::Wait wait) {
  auto secure = listener().security->Secure(std::move(transport_));
  net::SecureTransport& transport = *secure;
  transport_ = std::move(secure);
  const absl::Status status = co_await transport.Handshake(wait, &environment_.handshake_pace);
  if (!status.ok()) co_return FailHandshake(status);
  security_ = &transport.facts();
  session_.Secure();
  // Who logged in did so over a connection that others could have changed (RFC 3207 §4.2).
  login_.reset();
  session_.OfferMechanisms(MechanismsToOffer());
}

void Connection::FailHandshake(const absl::Status& status) {
  if (absl::IsCancelled(status)) return session_.Close(std::nullopt, CloseReason::kShutdown);
  const bool is_late = absl::IsDeadlineExceeded(status);
  detail_ = is_late ? "the TLS handshake took too long" : std::string(status.message());
  session_.Close(std::nullopt, is_late ? CloseReason::kTimeout : CloseReason::kTlsFailed);
}

// No transaction is under way that a drain would wait for.
io::Wait Connection::HandshakeWait() {
  return {.deadline = shard_.Now() + timeouts().handshake, .cancel = read_cancel_.token()};
}

// --- Input and output
// -------------------------------------------------------------------------------

Task<void> Connection::On(smtp::NeedInput) {
  input_lease_.Drop();
  const size_t waiting_octets = session_.output().size();
  if (waiting_octets > kLargestReplyBatch || (waiting_octets > 0 && !transport_->has_input())) {
    if (!co_await FinishSending()) co_return;
    BeginSending();
  }
  const bool is_idle = !session_.in_transaction() && !transport_->has_input();
  if (is_ending_ || (is_draining_ && is_idle)) {
    session_.Close(kShutdown, CloseReason::kShutdown);
    co_return;
  }
  BeginWait();
  OnInput(co_await transport_->Read({.deadline = ReadDeadline(), .cancel = read_cancel_.token()}));
}

// The replies go out while the next commands come in.
void Connection::BeginSending(bool is_last) {
  session_.TakeOutput(sent_replies_);
  sent_octets_ += sent_replies_.size();
  send_deadline_ = shard_.Now() + timeouts().write;
  if (is_last) {
    transport_->BeginLastWrite(sent_replies_);
  } else {
    transport_->BeginWrite(sent_replies_);
  }
}

// False when the client takes no replies any more; the session is then closed.
Task<bool> Connection::FinishSending() {
  if (!transport_->is_writing()) return ReadyTask(true);
  return AwaitSending();
}

Task<bool> Connection::AwaitSending() {
  const absl::Status status =
      co_await transport_->FinishWrite(LastWordsWait(send_deadline_ - shard_.Now()));
  if (status.ok()) co_return true;
  session_.Close(std::nullopt, absl::IsDeadlineExceeded(status) ? CloseReason::kTimeout
                                                                : CloseReason::kDisconnected);
  co_return false;
}

// End() cuts a wait for the client short, and then leaves it a moment to take the 421.
io::Wait Connection::LastWordsWait(absl::Duration length) {
  if (is_ending_) return {.deadline = shard_.Now() + std::min(length, timeouts().linger)};
  return {.deadline = shard_.Now() + length, .cancel = end_cancel_.token()};
}

void Connection::OnInput(absl::StatusOr<io::Chunk> chunk) {
  if (!chunk.ok()) {
    OnReadFailure(chunk.status());
  } else if (chunk->octets.empty()) {
    session_.EndInput();
  } else {
    received_octets_ += chunk->octets.size();
    body_octets_ += chunk->octets.size();
    session_.Receive(chunk->octets);
    input_lease_ = std::move(chunk->lease);
  }
}

// A command, a body (also one that is only drained), and what comes behind a body: each has a time
// of its own, however many reads it takes.
void Connection::BeginWait() {
  const bool waited_for_body =
      std::exchange(is_waiting_for_body_, session_.waiting() == smtp::Waiting::kDataBlock);
  if (is_waiting_for_body_ && !waited_for_body) {
    body_start_ = shard_.Now();
    body_octets_ = 0;
  }
  if (waited_for_body || command_count_ != session_.statistics().command_count) {
    command_count_ = session_.statistics().command_count;
    command_start_ = shard_.Now();
  }
}

void Connection::OnReadFailure(const absl::Status& status) {
  if (absl::IsCancelled(status)) {
    // A drain: On(NeedInput) decides; a transaction under way is read on.
    read_cancel_.Rearm();
  } else if (!absl::IsDeadlineExceeded(status)) {
    if (security_ != nullptr) detail_ = std::string(status.message());
    session_.Close(std::nullopt, CloseReason::kDisconnected);
  } else if (transport_->is_writing()) {
    session_.Close(std::nullopt, CloseReason::kTimeout);  // it could not be told
  } else {
    const bool is_slow = session_.waiting() == smtp::Waiting::kDataBlock && body_octets_ > 0;
    session_.Close(is_slow ? kTooSlow : kTimeout, CloseReason::kTimeout);
  }
}

Instant Connection::ReadDeadline() const {
  const Instant deadline = InputDeadline();
  return transport_->is_writing() ? std::min(deadline, send_deadline_) : deadline;
}

Instant Connection::InputDeadline() const {
  switch (session_.waiting()) {
    case smtp::Waiting::kFirstCommand:
      return command_start_ + timeouts().first_command;
    case smtp::Waiting::kCommand:
      return command_start_ + timeouts().command;
    case smtp::Waiting::kDataBlock:
      break;
  }
  const Instant for_block = shard_.Now() + timeouts().data_block;
  const TransferLimits& limits = options().transfer;
  if (limits.lowest_octets_per_second == 0) return for_block;
  // When the octets so far would be too few, should no more come.
  const Instant for_rate = body_start_ + limits.grace +
                           absl::Seconds(static_cast<double>(body_octets_) /
                                         static_cast<double>(limits.lowest_octets_per_second));
  return std::min(for_block, for_rate);
}

// --- The session's questions
// --------------------------------------------------------------------------

Task<void> Connection::On(smtp::ConnectionOpened) {
  if (refusal_ != nullptr) {
    session_.AnswerConnection(*std::exchange(refusal_, nullptr));
    co_return;
  }
  if (hooks().connection_policy == nullptr) {
    session_.AnswerConnection(std::nullopt);
    co_return;
  }
  const hooks::SessionView view = View();
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  hooks::ConnectionVerdict answer =
      co_await hooks().connection_policy->OnConnection(context, session_.options());
  if (answer.options != nullptr) {
    session_.UseOptions(*answer.options);
    own_options_ = std::move(answer.options);
  }
  if (IsOverdue(context)) {
    session_.AnswerConnection(kShutdown);
  } else if (answer.verdict.decision() == Decision::kDisconnect) {
    session_.Close(answer.verdict.reply(), CloseReason::kRefused);
  } else {
    session_.AnswerConnection(RefusalBy(answer.verdict));
  }
}

Task<void> Connection::On(smtp::HelloReceived event) {
  if (hooks().connection_policy == nullptr) {
    session_.AnswerHello(std::nullopt);
    co_return;
  }
  hooks::SessionView view = View();
  view.hello_name = event.name;
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  const Verdict verdict = co_await hooks().connection_policy->OnHello(context);
  if (IsOverdue(context)) {
    session_.AnswerHello(kOverdue);
  } else if (verdict.decision() == Decision::kDisconnect) {
    session_.Close(verdict.reply(), CloseReason::kRefused);
  } else {
    session_.AnswerHello(RefusalBy(verdict));
  }
}

// --- AUTH
// ---------------------------------------------------------------------------------------------

std::string Connection::MechanismsToOffer() const {
  const hooks::Authenticator* const authenticator = hooks().authenticator.get();
  if (authenticator == nullptr || !listener().offers_authentication) return {};
  const bool is_secure = security_ != nullptr;
  // Over TLS 1.2 whoever sees -PLUS binds by tls-unique (RFC 5802 §6.1), which we do not have: it
  // would fail, and without -PLUS count as one that was lied to. Over TLS 1.3 it is tls-exporter
  // (RFC 9266 §2).
  const bool has_binding = is_secure && !security_->tls_exporter.empty();
  const bool has_certificate = is_secure && security_->peer_is_verified;
  return OfferedMechanisms(authenticator->abilities(), options().authentication.mechanisms,
                           is_secure, has_binding, has_certificate);
}

Task<void> Connection::On(smtp::AuthReceived event) {
  const std::optional<sasl::Mechanism> mechanism = sasl::ParseMechanism(event.mechanism);
  if (!mechanism.has_value()) {
    session_.AnswerAuth(kNoAuthentication);
    return ReadyTask();
  }
  login_ = std::make_unique<Login>();
  login_->mechanism = event.mechanism;
  sasl::ChannelBindings bindings;
  std::string_view certificate;
  if (security_ != nullptr) {
    bindings = {.tls_exporter = std::string(security_->tls_exporter),
                .tls_server_end_point = std::string(security_->tls_server_end_point)};
    if (security_->peer_is_verified) certificate = security_->peer_certificate;
  }
  const bool offers_binding = MechanismsToOffer().find("-PLUS") != std::string::npos;
  login_->exchange.emplace(environment_.authentication, hooks().authenticator, *mechanism,
                           std::move(bindings), offers_binding, certificate);
  return ContinueExchange(event.initial_response);
}

Task<void> Connection::On(smtp::AuthResponded event) { return ContinueExchange(event.response); }

Task<void> Connection::ContinueExchange(std::optional<std::string_view> response) {
  const hooks::SessionView view = View();
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  AuthenticationStep step = co_await login_->exchange->Next(context, response);
  if (step.challenge.has_value()) co_return session_.AnswerChallenge(*step.challenge);
  if (step.reply->code() == kAuthenticated) {
    login_->identity = std::move(step.identity);
    EndExchange(step.reply->code(), {});
  } else {
    EndExchange(step.reply->code(), step.reason);
  }
  session_.AnswerAuth(*step.reply);
}

Task<void> Connection::On(smtp::AuthAborted) {
  EndExchange(0, "broken off");
  return ReadyTask();
}

void Connection::EndExchange(uint16_t reply_code, std::string_view reason) {
  const bool is_good = reply_code == kAuthenticated;
  Tell(&hooks::ObservedStages::authentication_decided,
       hooks::AuthenticationDecided{.at = shard_.WallNow(),
                                    .session_id = id_.text(),
                                    .client = client_,
                                    .mechanism = login_->mechanism,
                                    .user = is_good
                                                ? std::string_view(login_->identity.authentication)
                                                : login_->exchange->claimed_user(),
                                    .authorization = login_->identity.authorization,
                                    .reply_code = reply_code,
                                    .reason = reason});
  if (is_good) {
    login_->exchange.reset();
  } else {
    login_.reset();
  }
}

// --- The transaction
// ----------------------------------------------------------------------------------

Task<void> Connection::On(smtp::SenderReceived) {
  message_start_ = shard_.Now();
  if (is_draining_) {
    session_.Close(kShutdown, CloseReason::kShutdown);
    return ReadyTask();
  }
  if (hooks().sender_policy != nullptr) return AskSenderPolicy();
  AnswerSender(kSenderOk);
  return ReadyTask();
}

Task<void> Connection::AskSenderPolicy() {
  const hooks::SessionView view = View();
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  const Verdict verdict = co_await hooks().sender_policy->OnSender(context, session_.envelope());
  if (verdict.decision() == Decision::kDisconnect) {
    session_.Close(verdict.reply(), CloseReason::kRefused);
  } else {
    AnswerSender(IsOverdue(context) ? kOverdue : verdict.reply().value_or(kSenderOk));
  }
}

void Connection::AnswerSender(const Reply& reply) {
  if (IsObserved(&hooks::ObservedStages::sender_decided)) {
    Names names;
    Tell(&hooks::ObservedStages::sender_decided,
         hooks::SenderDecided{id_.text(), names.Add(session_.envelope().sender), reply.code()});
  }
  session_.AnswerSender(reply);
}

// Each validator is asked for what the earlier ones left open.
Task<void> Connection::On(smtp::RecipientsReceived event) {
  const size_t count = event.recipients.size();
  absl::InlinedVector<Verdict, kUsualBatch> verdicts(count);
  for (const auto& validator : hooks().recipient_validators) {
    const auto open_count = static_cast<size_t>(std::count_if(
        verdicts.begin(), verdicts.end(), [](const Verdict& v) { return !v.is_decisive(); }));
    if (open_count == 0) break;
    const hooks::SessionView view = View();
    const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
    const std::span<Verdict> answers(verdicts.data(), count);
    if (open_count == count) {
      co_await validator->OnRecipients(context, session_.envelope(), event.recipients, answers);
      RefuseOverdue(context, answers);
    } else {
      co_await AskForOpen(*validator, context, event.recipients, answers);
    }
  }
  AnswerRecipients(event.recipients, {verdicts.data(), count});
}

void Connection::AnswerRecipients(std::span<const smtp::Recipient> recipients,
                                  std::span<const Verdict> verdicts) {
  absl::InlinedVector<Reply, kUsualBatch> replies;
  replies.reserve(verdicts.size());
  const Verdict* disconnect = nullptr;
  for (const Verdict& verdict : verdicts) {
    const Reply& usual = verdict.is_decisive() ? kRecipientOk : kNobodysRecipient;
    replies.push_back(verdict.reply().has_value() ? *verdict.reply() : usual);
    if (verdict.decision() == Decision::kDisconnect) disconnect = &verdict;
  }
  const bool is_observed = IsObserved(&hooks::ObservedStages::recipient_decided);
  for (size_t i = 0; i < recipients.size() && is_observed; ++i) {
    Names names;
    Tell(&hooks::ObservedStages::recipient_decided,
         hooks::RecipientDecided{id_.text(), names.Add(recipients[i].mailbox), replies[i].code(),
                                 replies[i].text()});
  }
  if (disconnect != nullptr) {
    session_.Close(disconnect->reply(), CloseReason::kRefused);
  } else {
    session_.AnswerRecipients({replies.data(), replies.size()});
  }
}

Task<void> Connection::AskForOpen(hooks::RecipientValidator& validator,
                                  const hooks::Context& context,
                                  std::span<const smtp::Recipient> recipients,
                                  std::span<Verdict> verdicts) {
  std::vector<size_t> indices;
  std::vector<smtp::Recipient> open;
  for (size_t i = 0; i < recipients.size(); ++i) {
    if (verdicts[i].is_decisive()) continue;
    indices.push_back(i);
    open.push_back(recipients[i]);
  }
  std::vector<Verdict> answers(open.size());
  co_await validator.OnRecipients(context, session_.envelope(), open, answers);
  RefuseOverdue(context, answers);
  for (size_t i = 0; i < indices.size(); ++i) verdicts[indices[i]] = std::move(answers[i]);
}

// What comes too late does not count, whatever it says.
void Connection::RefuseOverdue(const hooks::Context& context, std::span<Verdict> verdicts) const {
  if (IsOverdue(context)) std::fill(verdicts.begin(), verdicts.end(), Verdict::Defer(kOverdue));
}

// --- The message
// ------------------------------------------------------------------------------------

Task<void> Connection::On(smtp::MessageStarted) {
  body_start_ = shard_.Now();
  body_octets_ = message_octets_ = 0;
  ++message_number_;
  if (!delivery_.has_value()) {
    delivery_.emplace(environment_.filterings, hooks(), options().durability,
                      options().header_octets);
  }
  const hooks::SessionView view = View();
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  std::optional<Refusal> refusal =
      co_await delivery_->Start(context, session_.envelope(), ReceivedField());
  if (!refusal.has_value()) {
    session_.AnswerMessageStart(std::nullopt);
    co_return;
  }
  TellMessage(&refusal->reply, hooks::MessageFate::kRefused, 0, {}, refusal->detail);
  session_.AnswerMessageStart(std::move(refusal->reply));
}

Task<void> Connection::On(smtp::BodyReceived event) {
  message_octets_ += event.octets.size();
  const hooks::SessionView view = View();
  const hooks::Context context = HookContext(view, timeouts().hook, hook_cancel_.token());
  std::optional<Refusal> refusal = co_await delivery_->Add(context, {event.octets, input_lease_});
  if (refusal.has_value()) RefuseMessage(*std::move(refusal));
}

// A hook or the store takes no more of the message. The session tells its abort in due course.
void Connection::RefuseMessage(Refusal refusal) {
  detail_ = std::move(refusal.detail);
  if (refusal.disconnects) {
    session_.Close(refusal.reply, CloseReason::kRefused);
  } else {
    session_.RefuseMessage(refusal.reply, refusal.reason);
  }
  refusal_reply_ = std::move(refusal.reply);
}

Task<void> Connection::On(smtp::MessageEnded event) {
  is_finishing_message_ = true;
  const hooks::SessionView view = View();
  DeliveryResult result;
  co_await delivery_->Finish(HookContext(view, timeouts().hook, hook_cancel_.token()),
                             HookContext(view, timeouts().commit, end_cancel_.token()),
                             event.octets, result);
  is_finishing_message_ = false;
  TellMessage(&result.reply, result.fate, event.octets, result.store_id, result.detail);
  if (result.disconnects) {
    session_.Close(result.reply, CloseReason::kRefused);
  } else if (session_.options().protocol == smtp::Protocol::kLmtp &&
             !result.per_recipient.empty()) {
    session_.AnswerMessagePerRecipient(result.per_recipient);
  } else {
    session_.AnswerMessage(result.reply);
  }
}

Task<void> Connection::On(smtp::MessageAborted event) {
  const hooks::SessionView view = View();
  // Cleaning up is bounded, and not cancelled by what made it necessary.
  co_await delivery_->Abort(HookContext(view, timeouts().hook, CancelToken()), event.reason);
  const Reply* const reply = refusal_reply_.has_value() ? &*refusal_reply_ : nullptr;
  const std::string_view reason = detail_.empty() ? smtp::AbortReasonName(event.reason) : detail_;
  TellMessage(reply, reply != nullptr ? hooks::MessageFate::kRefused : hooks::MessageFate::kAborted,
              message_octets_, {}, reason);
  refusal_reply_.reset();
  detail_.clear();
}

Task<void> Connection::On(smtp::SessionClosed event) {
  input_lease_.Drop();
  if (co_await FinishSending()) {
    BeginSending(true);
    co_await FinishSending();
  }
  is_closed_ = true;
  Tell(&hooks::ObservedStages::session_ended,
       hooks::SessionEnded{.at = shard_.WallNow(),
                           .duration = shard_.WallNow() - connected_at_,
                           .session_id = id_.text(),
                           .client = client_,
                           .hello_name = session_.hello_name(),
                           .reason = event.reason,
                           .message_count = session_.statistics().message_count,
                           .error_count = session_.statistics().error_count,
                           .command_count = session_.statistics().command_count,
                           .received_octets = received_octets_,
                           .sent_octets = sent_octets_,
                           .detail = detail_,
                           .authentication = authentication(),
                           .security = security_});
}

// --- What hooks and observers are given
// ---------------------------------------------------------------

hooks::SessionView Connection::View() const {
  return {.id = id_.text(),
          .client = client_,
          .server = server_,
          .connected_at = connected_at_,
          .protocol = session_.options().protocol,
          .hello_name = session_.hello_name(),
          .protocol_keyword = session_.protocol_keyword(),
          .authentication = authentication(),
          .authorization = login_ != nullptr ? login_->identity.authorization : std::string_view(),
          .security = security_,
          .is_submission = is_submission_};
}

hooks::Context Connection::HookContext(const hooks::SessionView& view, absl::Duration length,
                                       CancelToken cancel) const {
  return {shard_, view, {.deadline = shard_.Now() + length, .cancel = cancel}};
}

bool Connection::IsOverdue(const hooks::Context& context) const {
  return context.wait.deadline <= shard_.Now();
}

io::Chunk Connection::ReceivedField() const {
  const smtp::Envelope& envelope = session_.envelope();
  Names names;
  const std::string literal = client_.is_unix() ? "" : client_.ip.ToAddressLiteral();
  const bool has_one_recipient = envelope.recipients.size() == 1;
  std::string& field = environment_.field;
  field.clear();
  message::Received received = {.hello_name = session_.hello_name(),
                                .client_address_literal = literal,
                                .host_name = session_.options().host_name,
                                .protocol_keyword = session_.protocol_keyword(),
                                .id = names.Add(id_.text(), '-', message_number_),
                                .only_recipient = has_one_recipient
                                                      ? names.Add(envelope.recipients[0].mailbox)
                                                      : std::string_view(),
                                .date_time = environment_.dates.Format(shard_.WallNow())};
  if (security_ != nullptr) {
    received.tls_version = security_->version;
    received.tls_cipher_suite = security_->cipher_suite;
    received.tls_key_bits = security_->key_bits;
  }
  message::AppendReceived(field, received);
  return io::CopyOfChunk(field);
}

bool Connection::IsObserved(bool hooks::ObservedStages::* stage) const {
  return std::ranges::any_of(hooks().observers,
                             [stage](const auto& observer) { return observer->stages().*stage; });
}

template <typename Stage>
void Connection::Tell(bool hooks::ObservedStages::* stage, const Stage& observation) {
  for (const auto& observer : hooks().observers) {
    if (!(observer->stages().*stage)) continue;
    const hooks::Observation observations[] = {observation};
    observer->OnObservations(observations);
  }
}

void Connection::TellMessage(const Reply* reply, hooks::MessageFate fate, uint64_t octets,
                             std::string_view store_id, std::string_view reason) {
  if (!IsObserved(&hooks::ObservedStages::message_finished)) return;
  const smtp::Envelope& envelope = session_.envelope();
  Names names;
  const std::string_view first_recipient =
      envelope.recipients.empty() ? std::string_view() : names.Add(envelope.recipients[0].mailbox);
  Tell(&hooks::ObservedStages::message_finished,
       hooks::MessageFinished{.at = shard_.WallNow(),
                              .duration = shard_.Now() - message_start_,
                              .session_id = id_.text(),
                              .store_id = store_id,
                              .client = client_,
                              .hello_name = session_.hello_name(),
                              .protocol_keyword = session_.protocol_keyword(),
                              .sender = names.Add(envelope.sender),
                              .first_recipient = first_recipient,
                              .recipient_count = static_cast<uint32_t>(envelope.recipients.size()),
                              .octets = octets,
                              .fate = fate,
                              .reply_code = reply != nullptr ? reply->code() : uint16_t{0},
                              .reply_text = reply != nullptr ? reply->text() : std::string_view(),
                              .reason = reason,
                              .authentication = authentication(),
                              .security = security_});
}

// --- The client's end
// -------------------------------------------------------------------------------

void Connection::OnPeerFinished() {
  const bool has_unread = session_.has_unread_input() || transport_->has_unread_octets();
  if (!is_finishing_message_ && !has_unread) hook_cancel_.Request();
}

void Connection::OnPeerReset() { hook_cancel_.Request(); }

}  // namespace ringpost::server
