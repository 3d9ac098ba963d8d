#include "load/client.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::load {
namespace {

// A server that does not close after QUIT is not waited for any longer.
constexpr absl::Duration kLongestFarewell = absl::Seconds(1);
// Of a body that is encrypted at a time.
constexpr size_t kMostEncryptedOctets = 128 * 1024;

ErrorKind KindOf(int error_number) {
  switch (error_number) {
    case ECONNREFUSED:
      return ErrorKind::kRefused;
    case ECONNRESET:
    case EPIPE:
      return ErrorKind::kReset;
    case ETIMEDOUT:
      return ErrorKind::kTimedOut;
    default:
      return ErrorKind::kOther;
  }
}

int64_t NanosecondsBetween(Instant start, Instant end) {
  return end.nanoseconds - start.nanoseconds;
}

}  // namespace

Client::Client(ClientContext& context, size_t slow_octets)
    : context_(context),
      slow_octets_(slow_octets),
      receiver_(*this),
      sender_(*this),
      dialog_(context.dialog),
      channel_(context.channels != nullptr ? context.channels->Make() : nullptr) {}

Client::~Client() { Check(is_closed(), "a client that is still connected"); }

// --- Connecting
// -----------------------------------------------------------------------------------

void Client::Dial() {
  Check(is_closed(), "a client has one connection");
  connect_error_ = 0;
  has_been_ready_ = has_quit_ = is_aborted_ = is_encrypted_ = is_handshaking_ = false;
  message_count_ = 0;
  state_ = State::kConnecting;
  dialled_at_ = written_at_ = waiting_since_ = Now();
  const absl::StatusOr<int> socket = context_.shard.reactor().CreateSocket(context_.target);
  if (!socket.ok()) {
    connect_error_ = EMFILE;
    Fail(ErrorKind::kOther, Phase::kConnect);
    return;
  }
  socket_ = *socket;
  connects_ = true;
  sender_.request = io::Connect{socket_, &context_.target};
  context_.shard.reactor().Submit(sender_);
}

void Client::OnConnected(int32_t result) {
  if (state_ == State::kClosing) return AdvanceClose();
  if (result < 0) {
    connect_error_ = -result;
    return Fail(KindOf(-result), Phase::kConnect);
  }
  const Instant now = Now();
  if (context_.counts_sessions) {
    ++context_.tally.counts.connections_opened;
    context_.tally.RecordLatency(Phase::kConnect, NanosecondsBetween(written_at_, now));
  }
  written_at_ = waiting_since_ = now;
  state_ = State::kOpen;
  std::destroy_at(&dialog_);
  std::construct_at(&dialog_, context_.dialog);
  receiver_.request = io::Receive{socket_};
  context_.shard.reactor().Submit(receiver_);
  if (context_.dialog.tls == TlsUse::kImplicit) BeginHandshake();
}

// --- Receiving
// ------------------------------------------------------------------------------------

void Client::Receiver::OnCompletion(io::Completion completion) {
  if (completion.more) {
    client.OnOctets(completion.chunk);
  } else {
    client.OnStreamEnd(completion.result);
  }
}

void Client::OnOctets(const io::Chunk& input) {
  if (context_.is_counting) context_.tally.counts.received_octets += input.octets.size();
  if (is_encrypted_) return OnCiphertext(input.writable());
  OnReplies(input.octets);
}

void Client::OnReplies(std::string_view input) {
  while (state_ == State::kOpen) {
    const Dialog::Event event = dialog_.Next(input);
    if (event.kind == Dialog::EventKind::kNothing) return;
    OnEvent(event);
    // Said before the handshake, it would be taken for what is said behind it.
    if (event.step == Dialog::Step::kSecure && !input.empty()) {
      return Fail(ErrorKind::kUnexpected, Phase::kStartTls);
    }
  }
}

void Client::OnCiphertext(std::span<char> input) {
  if (state_ != State::kOpen) return;
  channel_->Receive(input);
  if (is_handshaking_ && !AdvanceHandshake()) return;
  while (state_ == State::kOpen) {
    const SecureChannel::ReadResult read = channel_->Read();
    switch (read.progress) {
      case SecureChannel::Progress::kDone:
        OnReplies(read.plaintext);
        break;
      case SecureChannel::Progress::kNeedInput:
      case SecureChannel::Progress::kClosed:  // the end of the stream tells the same
        return;
      case SecureChannel::Progress::kFailed:
        return Fail(ErrorKind::kTls, dialog_.awaited_phase());
    }
  }
}

void Client::OnEvent(const Dialog::Event& event) {
  switch (event.kind) {
    case Dialog::EventKind::kNothing:
      return;
    case Dialog::EventKind::kMalformed:
      return Fail(ErrorKind::kMalformedReply, event.phase);
    case Dialog::EventKind::kUnexpected:
      return Fail(ErrorKind::kUnexpected, event.phase);
    case Dialog::EventKind::kLacking:
      context_.host.OnLacking(dialog_.lacking());
      return StartClose();
    case Dialog::EventKind::kReply:
      break;
  }
  // Before anything else: the server answers for the message from here on.
  if (event.outcome != Dialog::Outcome::kNone && context_.observer != nullptr) TellObserver(event);
  if (IsCounted(event.phase)) {
    context_.tally.CountReply(event.phase, event.code, event.text);
    context_.tally.RecordLatency(event.phase, NanosecondsBetween(written_at_, Now()));
  }
  if (event.outcome != Dialog::Outcome::kNone) EndFlight(event);
  if (context_.credentials != nullptr && !Authenticate(event)) return;
  if (event.phase == Phase::kQuit && event.code < 300)
    context_.host.OnFarewell(Now() - dialled_at_);
  Follow(event.step);
}

bool Client::IsCounted(Phase phase) const {
  if (phase < Phase::kMail) return context_.counts_sessions;
  return phase == Phase::kQuit ? context_.counts_farewells : context_.is_counting;
}

void Client::OnStreamEnd(int32_t result) {
  if (state_ == State::kClosing) return AdvanceClose();
  if (has_quit_) return StartClose();
  Fail(result == 0 ? ErrorKind::kClosedEarly : KindOf(-result), dialog_.awaited_phase());
}

// --- TLS and AUTH
// ---------------------------------------------------------------------------------

void Client::BeginHandshake() {
  is_encrypted_ = is_handshaking_ = true;
  written_at_ = Now();
  channel_->Begin();
  AdvanceHandshake();
}

// True: it is done.
bool Client::AdvanceHandshake() {
  const SecureChannel::Progress progress = channel_->Handshake();
  if (progress == SecureChannel::Progress::kNeedInput) {
    SendOutput();
    return false;
  }
  if (progress != SecureChannel::Progress::kDone) {
    context_.host.OnHopeless(Concat("TLS: ", channel_->error_text()));
    Fail(ErrorKind::kTls, Phase::kTls);
    return false;
  }
  is_handshaking_ = false;
  const Instant now = Now();
  if (context_.counts_sessions) {
    context_.tally.RecordLatency(Phase::kTls, NanosecondsBetween(written_at_, now));
    context_.tally.CountHandshake(channel_->is_resumed(), channel_->cipher());
  }
  written_at_ = now;
  // The end of the handshake goes with the first command, if one is due.
  const Dialog::Step step = dialog_.OnSecured();
  if (step == Dialog::Step::kAwait) {
    SendOutput();
  } else {
    Follow(step);
  }
  return true;
}

// What there is to say to SASL's side of an event. False: the connection is given up.
bool Client::Authenticate(const Dialog::Event& event) {
  switch (event.step) {
    case Dialog::Step::kSendAuth: {
      const bool binds = sasl::BindsChannel(context_.credentials->mechanism);
      authentication_ = Authentication::Begin(
          *context_.credentials,
          binds && is_encrypted_ ? channel_->channel_bindings() : sasl::ChannelBindings());
      if (!authentication_) return FailAuthentication("this connection has no channel binding");
      authentication_line_ = authentication_->CommandLine();
      return true;
    }
    case Dialog::Step::kSendAuthResponse: {
      std::optional<std::string> line = authentication_->ResponseLine(event.text);
      if (!line) return FailAuthentication("the server's challenge cannot be right");
      authentication_line_ = *std::move(line);
      return true;
    }
    default:
      break;
  }
  if (event.phase != Phase::kAuth) return true;
  const bool is_proved = authentication_->is_complete();
  authentication_.reset();
  if (event.step == Dialog::Step::kReady) {
    return is_proved || FailAuthentication("the server does not prove that it knows the password");
  }
  // A 4xx may be another thing a moment later.
  if (event.code >= 500) {
    context_.host.OnHopeless(Concat("AUTH ", sasl::MechanismName(context_.credentials->mechanism),
                                    ": ", event.code, " ", smtp::CleanReplyText(event.text)));
  }
  return true;
}

bool Client::FailAuthentication(std::string_view reason) {
  context_.host.OnHopeless(
      Concat("AUTH ", sasl::MechanismName(context_.credentials->mechanism), ": ", reason));
  Fail(ErrorKind::kSasl, Phase::kAuth);
  return false;
}

// --- Sending
// --------------------------------------------------------------------------------------

void Client::Begin(const Flight& flight) {
  Launch(flight);
  Follow(dialog_.Begin());
}

void Client::Quit() {
  has_quit_ = true;
  Follow(dialog_.Quit());
}

void Client::Follow(Dialog::Step step) {
  switch (step) {
    case Dialog::Step::kAwait:
      return;
    case Dialog::Step::kReady:
      has_been_ready_ = true;
      failure_count_ = 0;
      return context_.host.OnReady(*this);
    case Dialog::Step::kClose:
      if (has_quit_) {
        state_ = State::kAwaitingEnd;
        waiting_since_ = Now();
        if (!is_encrypted_) return;
        // Or a server would wait for it, and its time be counted as the session's.
        channel_->Close();
        return SendOutput();
      }
      return StartClose();
    default:
      break;
  }
  // A reply may come while its command is still on its way: to a body, or from a hasty kernel.
  if (sender_.in_flight() || rests_) {
    deferred_ = step;
    return;
  }
  Write(step);
}

void Client::Write(Dialog::Step step) {
  if (step == Dialog::Step::kSecure) return BeginHandshake();
  group_.Clear();
  sends_body_ = false;
  if (step == Dialog::Step::kSendBody) {
    WriteBody();
  } else if (step == Dialog::Step::kSendAuth || step == Dialog::Step::kSendAuthResponse) {
    group_.Add(authentication_line_);
  } else {
    sends_body_ = step == Dialog::Step::kSendChunk || step == Dialog::Step::kSendTransaction;
    const size_t recipient = step == Dialog::Step::kSendRecipient ? recipient_index_++ : 0;
    context_.script.Write(step, flights_[0].outgoing, recipient, group_);
  }
  written_at_ = Now();
  segment_ = segment_sent_ = 0;
  SendNext();
}

void Client::WriteBody() {
  sends_body_ = true;
  Flight next;
  if (context_.dialog.pipelining == Pipelining::kAcross && context_.host.TakeNext(*this, next)) {
    dialog_.BeginBehind();
    Launch(next);
    context_.script.WriteBodyAndEnvelope(flights_[0].outgoing, next.outgoing, group_);
  } else {
    context_.script.Write(Dialog::Step::kSendBody, flights_[0].outgoing, 0, group_);
  }
}

void Client::SendNext() {
  std::string_view octets = group_.segment(segment_).substr(segment_sent_);
  if (slow_octets_ != 0 && sends_body_) octets = octets.substr(0, slow_octets_);
  if (is_encrypted_) return SendEncrypted(octets);
  Submit(octets);
}

void Client::SendEncrypted(std::string_view octets) {
  octets = octets.substr(0, kMostEncryptedOctets);
  if (channel_->Write(octets) != SecureChannel::Progress::kDone) {
    return Fail(ErrorKind::kTls, dialog_.awaited_phase());
  }
  plaintext_octets_ = octets.size();
  ciphertext_ = channel_->TakeOutput();
  ciphertext_sent_ = 0;
  Submit(ciphertext_);
}

// What TLS itself has to say, unless that goes with what follows.
void Client::SendOutput() {
  if (sender_.in_flight() || !channel_->has_output()) return;
  group_.Clear();
  segment_ = segment_sent_ = plaintext_octets_ = 0;
  ciphertext_ = channel_->TakeOutput();
  ciphertext_sent_ = 0;
  Submit(ciphertext_);
}

void Client::Submit(std::string_view octets) {
  waiting_since_ = Now();
  sender_.request = io::Send{socket_, octets};
  context_.shard.reactor().Submit(sender_);
}

void Client::Sender::OnCompletion(io::Completion completion) {
  if (std::exchange(client.connects_, false)) return client.OnConnected(completion.result);
  if (std::exchange(client.closes_, false)) return client.EndClose();
  client.OnSent(completion.result);
}

void Client::OnSent(int32_t result) {
  if (state_ == State::kClosing) return AdvanceClose();
  if (result < 0) {
    // What the server said before it left is worth more: the receive tells the end.
    if (receiver_.in_flight()) return;
    return Fail(KindOf(-result), dialog_.awaited_phase());
  }
  if (context_.is_counting) context_.tally.counts.sent_octets += static_cast<size_t>(result);
  if (!is_encrypted_) {
    segment_sent_ += static_cast<size_t>(result);
  } else if (!OnCiphertextSent(static_cast<size_t>(result))) {
    return;
  }
  if (segment_sent_ == group_.segment(segment_).size()) {
    ++segment_;
    segment_sent_ = 0;
  }
  if (segment_ < group_.segment_count()) {
    if (slow_octets_ == 0 || !sends_body_) return SendNext();
    rests_ = true;
    return context_.host.WakeAt(*this, Now() + kSlowPeriod);
  }
  const Dialog::Step step = std::exchange(deferred_, Dialog::Step::kAwait);
  if (step != Dialog::Step::kAwait) return Write(step);
  if (is_encrypted_) SendOutput();
}

// True: so much of a segment of the group is sent.
bool Client::OnCiphertextSent(size_t octets) {
  ciphertext_sent_ += octets;
  if (ciphertext_sent_ < ciphertext_.size()) {
    Submit(std::string_view(ciphertext_).substr(ciphertext_sent_));
    return false;
  }
  segment_sent_ += std::exchange(plaintext_octets_, 0);
  if (group_.segment_count() > 0) return true;
  // It was TLS's own.
  const Dialog::Step step = std::exchange(deferred_, Dialog::Step::kAwait);
  if (step != Dialog::Step::kAwait) {
    Write(step);
  } else {
    SendOutput();
  }
  return false;
}

void Client::Continue() {
  if (!std::exchange(rests_, false) || state_ != State::kOpen) return;
  SendNext();
}

// --- Messages
// -------------------------------------------------------------------------------------

void Client::Launch(const Flight& flight) {
  flights_[flight_count_++] = flight;
  recipient_index_ = 0;
  ++message_count_;
  if (context_.observer != nullptr) {
    const Message& message = *flight.outgoing.message;
    context_.observer->OnSent({.number = flight.outgoing.number,
                               .content_octets = message.content.size(),
                               .content_digest = message.content_digest});
  }
}

void Client::TellObserver(const Dialog::Event& event) const {
  const uint64_t number = flights_[0].outgoing.number;
  if (event.outcome == Dialog::Outcome::kAccepted) {
    context_.observer->OnAccepted(number, event.recipient_count, event.text);
  } else {
    context_.observer->OnRefused(number, event.code);
  }
}

void Client::EndFlight(const Dialog::Event& event) {
  const Flight ended = flights_[0];
  flights_[0] = flights_[1];
  --flight_count_;
  context_.host.OnMessageEnd(ended, event.outcome);
}

// The server may have them or not.
void Client::FailFlights() {
  while (flight_count_ > 0) {
    const Flight ended = flights_[0];
    flights_[0] = flights_[1];
    --flight_count_;
    if (context_.observer != nullptr) context_.observer->OnUnknown(ended.outgoing.number);
    context_.host.OnMessageEnd(ended, Dialog::Outcome::kNone);
  }
}

// --- Ending
// ---------------------------------------------------------------------------------------

void Client::CheckTime(Instant now) {
  const absl::Duration waited = now - waiting_since_;
  switch (state_) {
    case State::kClosed:
    case State::kClosing:
      return;
    case State::kConnecting:
      if (waited > context_.timeout) Fail(ErrorKind::kTimedOut, Phase::kConnect);
      return;
    case State::kOpen:
      if (dialog_.is_ready() || rests_ || waited <= context_.timeout) return;
      return Fail(ErrorKind::kTimedOut, dialog_.awaited_phase());
    case State::kAwaitingEnd:
      if (waited > kLongestFarewell) StartClose();
      return;
  }
}

void Client::Fail(ErrorKind kind, Phase phase) {
  context_.tally.CountError(kind, phase);
  StartClose();
}

void Client::Abort() {
  if (state_ == State::kClosed || state_ == State::kClosing) return;
  is_aborted_ = true;
  StartClose();
}

void Client::StartClose() {
  Unlink();  // whoever had it in a list of those that are free
  if (is_aborted_) {
    // It is nobody's fault.
  } else if (!has_been_ready_) {
    ++failure_count_;
    ++context_.tally.counts.connections_failed;
  } else if (!has_quit_) {
    ++context_.tally.counts.connections_dropped;
  }
  state_ = State::kClosing;
  rests_ = false;
  deferred_ = Dialog::Step::kAwait;
  FailFlights();
  AdvanceClose();
}

void Client::AdvanceClose() {
  if (receiver_.in_flight()) context_.shard.reactor().Cancel(receiver_);
  if (sender_.in_flight()) context_.shard.reactor().Cancel(sender_);
  if (receiver_.in_flight() || sender_.in_flight()) return;
  if (socket_ < 0) return EndClose();
  closes_ = true;
  sender_.request = io::Close{std::exchange(socket_, -1)};
  context_.shard.reactor().Submit(sender_);
}

void Client::EndClose() {
  state_ = State::kClosed;
  authentication_.reset();
  if (channel_ != nullptr) channel_->End();
  context_.host.OnClosed(*this, connect_error_);
}

}  // namespace ringpost::load
