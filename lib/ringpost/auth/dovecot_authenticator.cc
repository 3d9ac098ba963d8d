#include "ringpost/auth/dovecot_authenticator.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ringpost/auth/internal/dovecot_protocol.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/sasl/client.h"

namespace ringpost::auth {

using internal::DovecotAnswer;
using sasl::Mechanism;

namespace {

// A refused token: Dovecot tells why, and wants that acknowledged before it says FAIL (RFC 7628
// §3.2.3).
std::string_view AcknowledgementOf(Mechanism mechanism) {
  return mechanism == Mechanism::kXoauth2 ? "" : "\x01";
}

hooks::AuthenticatedUser UserOf(DovecotAnswer answer) {
  switch (answer.kind) {
    case DovecotAnswer::Kind::kAccepted:
      return std::optional(std::move(answer.user));
    case DovecotAnswer::Kind::kRefused:
      return std::nullopt;
    case DovecotAnswer::Kind::kUndecided:
      return absl::UnavailableError(Concat("Dovecot cannot decide now: ", answer.reason));
    case DovecotAnswer::Kind::kChallenged:
      break;
  }
  return absl::InternalError("Dovecot left a question open");
}

}  // namespace

// What outlives the authenticator until its background task has ended.
class DovecotAuthenticator::Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(io::Shard& shard, DovecotOptions options)
      : shard_(shard), options_(std::move(options)), cancel_(shard.scope().token()) {}

  // Lives in the frame of who asks.
  struct Question {
    Mechanism mechanism;
    const hooks::SessionView& session;
    std::string_view response;
    io::Signal answered = {};
    absl::StatusOr<DovecotAnswer> answer = DovecotAnswer();
    // It was sent, and the connection broke.
    bool is_lost = false;
  };

  Task<absl::StatusOr<DovecotAnswer>> Ask(Question& question, io::Wait wait);
  // Connects where nobody does.
  void Start();
  void End() { cancel_.Request(); }
  bool Offers(Mechanism mechanism) const { return handshake_.Offers(mechanism); }

 private:
  struct Sent {
    Question* question;  // nullptr: who asked is gone
    Mechanism mechanism;
    Instant at;
    bool is_challenged = false;
  };

  static Task<void> Run(std::shared_ptr<Connection> self);
  Task<absl::Status> Serve();
  Task<absl::Status> ShakeHands(net::Transport& transport, internal::DovecotLines& lines,
                                io::Wait wait);
  Task<absl::Status> Exchange(net::Transport& transport, internal::DovecotLines& lines);
  Task<void> WriteQuestions(net::Transport& transport, CancelSource& torn);
  Task<absl::Status> ReadAnswers(net::Transport& transport, internal::DovecotLines& lines,
                                 CancelToken torn);
  Task<absl::Status> ReadMore(net::Transport& transport, internal::DovecotLines& lines,
                              io::Wait wait);
  absl::Status TakeAnswer(std::string_view line);

  void Send(Question& question);
  void Queue(std::string_view line);
  void Abandon(Question& question);
  void OnReady(internal::DovecotHandshake handshake);
  void OnEnd(const absl::Status& status);
  static void Answer(Question& question, absl::StatusOr<DovecotAnswer> answer);
  bool IsOverdue() const;

  io::Shard& shard_;
  const DovecotOptions options_;
  LinkedCancelSource cancel_;
  net::TransportCounters counters_;
  bool is_running_ = false;
  bool is_ready_ = false;
  internal::DovecotHandshake handshake_;  // the last that was complete
  std::vector<Question*> waiting_;        // for a connection
  std::map<uint32_t, Sent> sent_;         // by id: the oldest comes first
  uint32_t last_id_ = 0;
  std::string outgoing_;
  io::Signal has_outgoing_;
  absl::Status failure_;  // why the last connection was not to be had
  Instant rest_until_;
};

Task<absl::StatusOr<DovecotAnswer>> DovecotAuthenticator::Connection::Ask(Question& question,
                                                                          io::Wait wait) {
  if (waiting_.size() + sent_.size() >= options_.question_limit) {
    co_return absl::ResourceExhaustedError("too many questions to Dovecot at the same time");
  }
  question.is_lost = false;
  question.answered.Lower();
  if (is_ready_) {
    Send(question);
  } else {
    waiting_.push_back(&question);
    Start();
  }
  // Time for a connection and for an answer: a question is sent once there is one.
  wait.deadline =
      std::min(wait.deadline, shard_.Now() + options_.handshake_timeout + options_.answer_timeout);
  const absl::Status waited = co_await question.answered.WaitFor(shard_, wait);
  if (waited.ok()) co_return std::move(question.answer);
  Abandon(question);
  if (!absl::IsDeadlineExceeded(waited)) co_return waited;
  co_return absl::DeadlineExceededError("Dovecot did not answer in time");
}

void DovecotAuthenticator::Connection::Start() {
  if (is_running_) return;
  if (cancel_.requested()) return OnEnd(absl::CancelledError("the server stops"));
  if (shard_.Now() < rest_until_) return OnEnd(failure_);
  is_running_ = true;
  shard_.scope().Spawn(Run(shared_from_this()));
}

Task<void> DovecotAuthenticator::Connection::Run(std::shared_ptr<Connection> self) {
  const absl::Status status = co_await self->Serve();
  if (!self->is_ready_) {
    self->failure_ = status;
    self->rest_until_ = self->shard_.Now() + kRest;
  }
  self->OnEnd(status);
}

Task<absl::Status> DovecotAuthenticator::Connection::Serve() {
  const io::Wait wait = {.deadline = shard_.Now() + options_.handshake_timeout,
                         .cancel = cancel_.token()};
  CO_ASSIGN_OR_RETURN(const int socket,
                      co_await net::ConnectSocket(shard_, options_.address, wait));
  net::TcpTransport transport(shard_, socket, counters_);
  internal::DovecotLines lines;
  absl::Status status = co_await ShakeHands(transport, lines, wait);
  if (status.ok()) status = co_await Exchange(transport, lines);
  // Nobody waits for what Dovecot might still have to say.
  co_await transport.Close({.deadline = shard_.Now()});
  co_return status;
}

Task<absl::Status> DovecotAuthenticator::Connection::ShakeHands(net::Transport& transport,
                                                                internal::DovecotLines& lines,
                                                                io::Wait wait) {
  // Dovecot refuses two clients of one id, so it cannot be that of the process: each shard has a
  // connection, and a reload has more for a while.
  const auto client_id =
      static_cast<uint32_t>(1 + shard_.random().Below(std::numeric_limits<int32_t>::max()));
  const std::string greeting = internal::FormatDovecotGreeting(client_id);
  CO_RETURN_IF_ERROR(co_await transport.Write(greeting, wait));
  internal::DovecotHandshake handshake;
  for (;;) {
    while (const std::optional<std::string_view> line = lines.Next()) {
      CO_RETURN_IF_ERROR(handshake.Take(*line));
      if (!handshake.is_complete()) continue;
      OnReady(std::move(handshake));
      co_return absl::OkStatus();
    }
    CO_RETURN_IF_ERROR(co_await ReadMore(transport, lines, wait));
  }
}

Task<absl::Status> DovecotAuthenticator::Connection::Exchange(net::Transport& transport,
                                                              internal::DovecotLines& lines) {
  LinkedCancelSource torn(cancel_.token());
  TaskScope writing;
  writing.Spawn(WriteQuestions(transport, torn));
  const absl::Status status = co_await ReadAnswers(transport, lines, torn.token());
  torn.Request();
  co_await writing.Join();
  co_return status;
}

Task<void> DovecotAuthenticator::Connection::WriteQuestions(net::Transport& transport,
                                                            CancelSource& torn) {
  std::string lines;
  while ((co_await has_outgoing_.WaitFor(shard_, {.cancel = torn.token()})).ok()) {
    has_outgoing_.Lower();
    lines.clear();
    lines.swap(outgoing_);
    const absl::Status written = co_await transport.Write(
        lines, {.deadline = shard_.Now() + options_.answer_timeout, .cancel = torn.token()});
    if (!written.ok()) break;
  }
  torn.Request();
}

Task<absl::Status> DovecotAuthenticator::Connection::ReadAnswers(net::Transport& transport,
                                                                 internal::DovecotLines& lines,
                                                                 CancelToken torn) {
  for (;;) {
    while (const std::optional<std::string_view> line = lines.Next()) {
      CO_RETURN_IF_ERROR(TakeAnswer(*line));
    }
    if (IsOverdue()) co_return absl::UnavailableError("Dovecot leaves questions open");
    const absl::Status read = co_await ReadMore(
        transport, lines, {.deadline = shard_.Now() + options_.answer_timeout, .cancel = torn});
    // Silence alone is no fault.
    if (!read.ok() && !absl::IsDeadlineExceeded(read)) co_return read;
  }
}

Task<absl::Status> DovecotAuthenticator::Connection::ReadMore(net::Transport& transport,
                                                              internal::DovecotLines& lines,
                                                              io::Wait wait) {
  CO_ASSIGN_OR_RETURN(const io::Chunk chunk, co_await transport.Read(wait));
  if (chunk.octets.empty()) co_return absl::UnavailableError("Dovecot closed the connection");
  if (!lines.Add(chunk.octets)) co_return absl::InternalError("Dovecot sent too long a line");
  co_return absl::OkStatus();
}

absl::Status DovecotAuthenticator::Connection::TakeAnswer(std::string_view line) {
  absl::StatusOr<std::optional<DovecotAnswer>> answer = internal::ParseDovecotAnswer(line);
  if (!answer.ok()) return answer.status();
  if (!answer->has_value()) return absl::OkStatus();
  const auto found = sent_.find((*answer)->id);
  if (found == sent_.end()) {
    return absl::InternalError("Dovecot answered a question that nobody asked");
  }
  Sent& sent = found->second;
  if ((*answer)->kind == DovecotAnswer::Kind::kChallenged) {
    if (sent.mechanism == Mechanism::kPlain || std::exchange(sent.is_challenged, true)) {
      return absl::InternalError("Dovecot sent a challenge out of turn");
    }
    Queue(internal::FormatDovecotContinuation(found->first, AcknowledgementOf(sent.mechanism)));
    return absl::OkStatus();
  }
  if (sent.question != nullptr) Answer(*sent.question, **std::move(answer));
  sent_.erase(found);
  return absl::OkStatus();
}

void DovecotAuthenticator::Connection::Send(Question& question) {
  if (!handshake_.Offers(question.mechanism)) {
    return Answer(question, absl::FailedPreconditionError(Concat("Dovecot offers no ",
                                                                 MechanismName(question.mechanism),
                                                                 ", only: ", handshake_.names())));
  }
  const uint32_t id = last_id_ + 1;
  const std::optional<std::string> line =
      internal::FormatDovecotQuestion(id, question.mechanism, question.session, question.response);
  if (!line.has_value()) {
    return Answer(question, absl::InvalidArgumentError("the credentials are too long for Dovecot"));
  }
  last_id_ = id;
  sent_.insert_or_assign(
      id, Sent{.question = &question, .mechanism = question.mechanism, .at = shard_.Now()});
  Queue(*line);
}

void DovecotAuthenticator::Connection::Queue(std::string_view line) {
  outgoing_.append(line);
  has_outgoing_.Raise();
}

// What was sent stays on the books until Dovecot has answered it: it is its work all the same.
void DovecotAuthenticator::Connection::Abandon(Question& question) {
  std::erase(waiting_, &question);
  for (auto& [id, sent] : sent_) {
    if (sent.question == &question) sent.question = nullptr;
  }
}

void DovecotAuthenticator::Connection::OnReady(internal::DovecotHandshake handshake) {
  handshake_ = std::move(handshake);
  is_ready_ = true;
  for (Question* const question : std::exchange(waiting_, {})) Send(*question);
}

void DovecotAuthenticator::Connection::OnEnd(const absl::Status& status) {
  is_running_ = is_ready_ = false;
  outgoing_.clear();
  has_outgoing_.Lower();
  for (const auto& [id, sent] : std::exchange(sent_, {})) {
    if (sent.question == nullptr) continue;
    sent.question->is_lost = true;
    Answer(*sent.question, status);
  }
  for (Question* const question : std::exchange(waiting_, {})) Answer(*question, status);
}

void DovecotAuthenticator::Connection::Answer(Question& question,
                                              absl::StatusOr<DovecotAnswer> answer) {
  question.answer = std::move(answer);
  question.answered.Raise();
}

// Longer than anybody waits for an answer, so that one slow question does not take the others with
// it.
bool DovecotAuthenticator::Connection::IsOverdue() const {
  return !sent_.empty() && sent_.begin()->second.at + 2 * options_.answer_timeout <= shard_.Now();
}

DovecotAuthenticator::DovecotAuthenticator(io::Shard& shard, DovecotOptions options)
    : connection_(std::make_shared<Connection>(shard, std::move(options))) {
  connection_->Start();
}

DovecotAuthenticator::~DovecotAuthenticator() { connection_->End(); }

hooks::AuthenticatorAbilities DovecotAuthenticator::abilities() const {
  return {.passwords = true,
          .tokens = connection_->Offers(Mechanism::kOauthBearer) ||
                    connection_->Offers(Mechanism::kXoauth2)};
}

Task<hooks::AuthenticatedUser> DovecotAuthenticator::OnPassword(const hooks::Context& context,
                                                                std::string_view user,
                                                                std::string_view password) {
  const auto plain = sasl::MakeClient(
      Mechanism::kPlain, {.user = std::string(user), .password = std::string(password)});
  if (plain == nullptr) return ReadyTask<hooks::AuthenticatedUser>(std::nullopt);
  return Ask(context, Mechanism::kPlain, plain->InitialResponse().value_or(std::string()));
}

Task<hooks::AuthenticatedUser> DovecotAuthenticator::OnToken(const hooks::Context& context,
                                                             const sasl::TokenOffered& offer) {
  const Mechanism mechanism =
      connection_->Offers(Mechanism::kOauthBearer) ? Mechanism::kOauthBearer : Mechanism::kXoauth2;
  const auto bearer = sasl::MakeClient(mechanism, {.user = std::string(offer.user),
                                                   .password = std::string(offer.token),
                                                   .host = std::string(offer.host),
                                                   .port = std::string(offer.port)});
  if (bearer == nullptr) return ReadyTask<hooks::AuthenticatedUser>(std::nullopt);
  return Ask(context, mechanism, bearer->InitialResponse().value_or(std::string()));
}

Task<hooks::AuthenticatedUser> DovecotAuthenticator::Ask(const hooks::Context& context,
                                                         Mechanism mechanism,
                                                         std::string response) {
  Connection::Question question = {
      .mechanism = mechanism, .session = context.session, .response = response};
  absl::StatusOr<DovecotAnswer> answer = co_await connection_->Ask(question, context.wait);
  // Dovecot was restarted behind a connection that was kept.
  if (question.is_lost) answer = co_await connection_->Ask(question, context.wait);
  if (!answer.ok()) co_return answer.status();
  co_return UserOf(*std::move(answer));
}

}  // namespace ringpost::auth
