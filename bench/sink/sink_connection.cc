#include "sink/sink_connection.h"

#include <variant>
#include <vector>

#include "ringpost/io/operations.h"

namespace ringpost::sink {
namespace {

using smtp::CloseReason;
using smtp::Reply;

constexpr Reply kSenderOk = Reply::Fixed(250, {2, 1, 0}, "OK");
constexpr Reply kRecipientOk = Reply::Fixed(250, {2, 1, 5}, "OK");
constexpr Reply kMessageOk = Reply::Fixed(250, {2, 0, 0}, "OK");
constexpr Reply kNotStored = Reply::Fixed(451, {4, 3, 0}, "The dump failed");
constexpr Reply kEnough = Reply::Fixed(421, {4, 3, 2}, "That was enough");

// For the client to take the last reply.
constexpr absl::Duration kLinger = absl::Seconds(2);

uint64_t SeedOf(uint64_t seed, uint64_t number) {
  Random mix(seed + number * 0x9e3779b97f4a7c15u);
  return mix.Next();
}

}  // namespace

SinkConnection::SinkConnection(SinkEnvironment& environment, int socket, uint64_t number)
    : environment_(environment),
      shard_(environment.shard),
      socket_(socket),
      transport_(std::make_unique<net::TcpTransport>(shard_, socket, environment.transport)),
      session_(environment.options.session),
      random_(SeedOf(environment.options.seed, number)) {
  ++counts().connections;
}

Task<void> SinkConnection::Run() {
  const bool is_implicit = !options().session.capabilities.start_tls;
  if (options().security != nullptr && is_implicit) co_await Secure();
  OfferMechanisms();
  while (!is_over_) {
    co_await std::visit([this](const auto& event) { return On(event); }, session_.Next());
  }
  input_lease_.Drop();
  if (has_open_message_) ++counts().aborted_messages;
  counts().commands.other += session_.statistics().command_count - in_order_count_;
  co_await transport_->Close({.deadline = shard_.Now() + kLinger, .cancel = write_cancel_.token()});
}

// --- Input and output

Task<void> SinkConnection::On(smtp::NeedInput) {
  input_lease_.Drop();
  if (!transport_->has_input()) co_await Flush();
  if (is_over_) co_return;
  absl::StatusOr<io::Chunk> chunk = co_await transport_->Read(WaitWith(read_cancel_));
  if (absl::IsCancelled(chunk.status())) {
    session_.Close(kEnough, CloseReason::kShutdown);
  } else if (!chunk.ok()) {
    session_.Close(std::nullopt, CloseReason::kDisconnected);
  } else if (chunk->octets.empty()) {
    session_.EndInput();
  } else {
    counts().received_octets += chunk->octets.size();
    // Buffers are shared: a session that is made to wait must not keep one.
    if (options().faults.waits()) *chunk = io::CopyOfChunk(chunk->octets);
    session_.Receive(chunk->octets);
    input_lease_ = std::move(chunk->lease);
  }
}

Task<void> SinkConnection::Flush() {
  co_await Send(session_.output());
  session_.ClearOutput();
}

Task<void> SinkConnection::Send(std::string_view octets) {
  if (octets.empty()) co_return;
  counts().CountReplies(octets);
  counts().sent_octets += octets.size();
  const absl::Status status = co_await transport_->Write(octets, WaitWith(write_cancel_));
  if (!status.ok()) is_over_ = true;
}

Task<void> SinkConnection::Secure() {
  auto secure = options().security->Secure(std::move(transport_));
  secure_transport_ = secure.get();
  transport_ = std::move(secure);
  const absl::Status status =
      co_await secure_transport_->Handshake(WaitWith(read_cancel_), nullptr);
  if (!status.ok()) {
    ++counts().failed_handshakes;
    is_over_ = true;
    co_return;
  }
  ++counts().handshakes;
  if (secure_transport_->facts().is_resumed) ++counts().resumed_handshakes;
  session_.Secure();
  OfferMechanisms();
}

void SinkConnection::OfferMechanisms() {
  if (options().user == nullptr || is_over_) return;
  session_.OfferMechanisms(OfferedMechanisms(/*has_channel_binding=*/session_.is_secure()));
}

// --- The session's questions

Task<void> SinkConnection::On(smtp::ConnectionOpened) {
  const Blow blow = Throw(FaultPoint::kConnect);
  if (!co_await Suffer(blow)) co_return;
  session_.AnswerConnection(blow.reply != nullptr ? std::optional(*blow.reply) : std::nullopt);
}

Task<void> SinkConnection::On(smtp::HelloReceived) {
  CountInOrder(counts().commands.hello);
  const Blow blow = Throw(FaultPoint::kHello);
  if (!co_await Suffer(blow)) co_return;
  session_.AnswerHello(blow.reply != nullptr ? std::optional(*blow.reply) : std::nullopt);
}

Task<void> SinkConnection::On(smtp::StartTlsReceived) {
  CountInOrder(counts().commands.starttls);
  session_.AnswerStartTls(std::nullopt);
  input_lease_.Drop();
  co_await Flush();
  if (!is_over_) co_await Secure();
}

Task<void> SinkConnection::On(smtp::AuthReceived event) {
  CountInOrder(counts().commands.auth);
  sasl::ChannelBindings bindings;
  if (secure_transport_ != nullptr) {
    const net::SecurityFacts& facts = secure_transport_->facts();
    bindings = {.tls_exporter = std::string(facts.tls_exporter),
                .tls_server_end_point = std::string(facts.tls_server_end_point)};
  }
  login_.emplace(*options().user, *sasl::ParseMechanism(event.mechanism), std::move(bindings));
  AnswerLogin(login_->Next(event.initial_response));
  co_return;
}

Task<void> SinkConnection::On(smtp::AuthResponded event) {
  AnswerLogin(login_->Next(event.response));
  co_return;
}

Task<void> SinkConnection::On(smtp::AuthAborted) {
  ++counts().failed_logins;
  login_.reset();
  co_return;
}

void SinkConnection::AnswerLogin(const Login::Step& step) {
  if (step.challenge.has_value()) return session_.AnswerChallenge(*step.challenge);
  ++(step.reply->is_positive() ? counts().logins : counts().failed_logins);
  session_.AnswerAuth(*step.reply);
  login_.reset();
}

Task<void> SinkConnection::On(smtp::SenderReceived) {
  CountInOrder(counts().commands.mail);
  if (counts().messages >= options().message_limit) {
    session_.Close(kEnough, CloseReason::kShutdown);
    co_return;
  }
  const Blow blow = Throw(FaultPoint::kMail);
  if (!co_await Suffer(blow)) co_return;
  session_.AnswerSender(blow.reply != nullptr ? *blow.reply : kSenderOk);
}

Task<void> SinkConnection::On(smtp::RecipientsReceived event) {
  std::vector<Reply> replies;
  replies.reserve(event.recipients.size());
  for (size_t i = 0; i < event.recipients.size(); ++i) {
    CountInOrder(counts().commands.rcpt);
    const Blow blow = Throw(FaultPoint::kRcpt);
    if (!co_await Suffer(blow)) co_return;
    replies.push_back(blow.reply != nullptr ? *blow.reply : kRecipientOk);
  }
  session_.AnswerRecipients(replies);
}

Task<void> SinkConnection::On(smtp::MessageStarted event) {
  Counts::Commands& commands = counts().commands;
  CountInOrder(event.framing == smtp::Framing::kData ? commands.data : commands.bdat);
  message_.clear();
  body_octets_ = 0;
  body_blow_ = {};
  const Blow blow = Throw(FaultPoint::kData);
  if (!co_await Suffer(blow)) co_return;
  has_open_message_ = blow.reply == nullptr;
  session_.AnswerMessageStart(blow.reply != nullptr ? std::optional(*blow.reply) : std::nullopt);
}

Task<void> SinkConnection::On(smtp::BodyReceived event) {
  const bool is_first = body_octets_ == 0;
  body_octets_ += event.octets.size();
  counts().body_octets += event.octets.size();
  if (environment_.dump != nullptr) message_ += event.octets;
  if (options().faults.At(FaultPoint::kBody).empty()) co_return;
  if (is_first && !co_await BeginBody()) co_return;
  co_await SufferInBody();
}

Task<void> SinkConnection::On(smtp::MessageEnded) {
  has_open_message_ = false;
  const Blow blow = Throw(FaultPoint::kEnd);
  const bool is_refused = blow.reply != nullptr && !blow.reply->is_positive();
  Reply reply = blow.reply != nullptr ? *blow.reply : kMessageOk;
  if (!is_refused) {
    const absl::Status stored = co_await Store();
    if (!stored.ok()) reply = kNotStored;
  }
  if (!co_await Suffer(blow)) co_return;
  session_.AnswerMessage(reply);
}

Task<absl::Status> SinkConnection::Store() {
  if (environment_.dump != nullptr) {
    const absl::Status status = co_await environment_.dump->Add(
        session_.envelope(), message_, {.deadline = shard_.Now() + options().timeout});
    if (!status.ok()) {
      ++counts().failed_dumps;
      co_return status;
    }
  }
  ++counts().messages;
  counts().recipients += session_.envelope().recipients.size();
  if (environment_.on_message) environment_.on_message();
  co_return absl::OkStatus();
}

Task<void> SinkConnection::On(smtp::MessageAborted) {
  has_open_message_ = false;
  ++counts().aborted_messages;
  co_return;
}

Task<void> SinkConnection::On(smtp::SessionClosed event) {
  const bool has_quit = event.reason == CloseReason::kQuit;
  if (has_quit) CountInOrder(counts().commands.quit);
  const Blow blow = has_quit ? Throw(FaultPoint::kQuit) : Blow();
  if (blow.is_harmless()) {
    co_await Flush();
  } else {
    co_await SayGoodbye(blow);
  }
  is_over_ = true;
}

// The session has given its reply to QUIT already: it is the last line.
Task<void> SinkConnection::SayGoodbye(const Blow& blow) {
  const std::string output(session_.output());
  session_.ClearOutput();
  const size_t last_line = output.rfind('\n', output.size() - 2) + 1;
  co_await Send(std::string_view(output).substr(0, last_line));
  if (!co_await Suffer(blow)) co_return;
  std::string goodbye = output.substr(last_line);
  if (blow.reply != nullptr) {
    goodbye.clear();
    blow.reply->AppendTo(goodbye);
  }
  co_await Send(goodbye);
}

void SinkConnection::CountInOrder(uint64_t& command) {
  ++command;
  ++in_order_count_;
}

// --- Faults

Blow SinkConnection::Throw(FaultPoint point) {
  if (options().faults.At(point).empty()) return {};
  return Strike(options().faults, point, random_, counts().struck);
}

// What was asked before is answered before.
Task<bool> SinkConnection::Suffer(const Blow& blow) {
  if (blow.delay == absl::ZeroDuration() && blow.break_off == nullptr) co_return true;
  co_await Flush();
  if (blow.delay > absl::ZeroDuration()) co_await Sleep(blow.delay);
  if (blow.break_off == nullptr) co_return !is_over_;
  co_await Leave(blow.break_off->way);
  co_return false;
}

// What strikes in a body is thrown for at its first octets.
Task<bool> SinkConnection::BeginBody() {
  body_start_ = shard_.Now();
  body_blow_ = Throw(FaultPoint::kBody);
  Blow at_once = body_blow_;
  at_once.break_off = nullptr;
  if (!co_await Suffer(at_once)) co_return false;
  if (body_blow_.reply == nullptr) co_return true;
  session_.RefuseMessage(*body_blow_.reply, smtp::AbortReason::kRefusedByFilter);
  co_return false;
}

Task<void> SinkConnection::SufferInBody() {
  if (body_blow_.octets_per_second != 0) {
    const Instant due =
        body_start_ + absl::Seconds(static_cast<double>(body_octets_) /
                                    static_cast<double>(body_blow_.octets_per_second));
    co_await Sleep(due - shard_.Now());
  }
  const BreakOff* const break_off = body_blow_.break_off;
  if (break_off != nullptr && body_octets_ >= break_off->after_octets) {
    co_await Flush();
    co_await Leave(break_off->way);
  }
}

Task<void> SinkConnection::Sleep(absl::Duration length) {
  static_cast<void>(co_await io::Sleep(shard_, length, {.cancel = read_cancel_.token()}));
}

Task<void> SinkConnection::Leave(BreakOff::Way way) {
  is_over_ = true;
  switch (way) {
    case BreakOff::Way::kReset:
      environment_.reset(socket_);
      break;
    case BreakOff::Way::kHalfClose:
      shard_.reactor().ShutdownSend(socket_);
      co_await ReadToTheEnd();
      break;
    case BreakOff::Way::kSilence:
      co_await ReadToTheEnd();
      break;
    case BreakOff::Way::kClose:
      break;
  }
  input_lease_.Drop();
  co_await transport_->Close({.deadline = shard_.Now()});
}

Task<void> SinkConnection::ReadToTheEnd() {
  for (;;) {
    const absl::StatusOr<io::Chunk> chunk = co_await transport_->Read(WaitWith(read_cancel_));
    if (!chunk.ok() || chunk->octets.empty()) co_return;
  }
}

}  // namespace ringpost::sink
