#include "load/client.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "ringpost/base/check.h"

namespace ringpost::load {
namespace {

// A server that does not close after QUIT is not waited for any longer.
constexpr absl::Duration kLongestFarewell = absl::Seconds(1);

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
      dialog_(context.dialog) {}

Client::~Client() { Check(is_closed(), "a client that is still connected"); }

// --- Connecting
// -----------------------------------------------------------------------------------

void Client::Dial() {
  Check(is_closed(), "a client has one connection");
  connect_error_ = 0;
  has_been_ready_ = has_quit_ = is_aborted_ = false;
  message_count_ = 0;
  state_ = State::kConnecting;
  written_at_ = waiting_since_ = Now();
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
}

// --- Receiving
// ------------------------------------------------------------------------------------

void Client::Receiver::OnCompletion(io::Completion completion) {
  if (completion.more) {
    client.OnOctets(completion.chunk.octets);
  } else {
    client.OnStreamEnd(completion.result);
  }
}

void Client::OnOctets(std::string_view input) {
  if (context_.is_counting) context_.tally.counts.received_octets += input.size();
  while (state_ == State::kOpen) {
    const Dialog::Event event = dialog_.Next(input);
    if (event.kind == Dialog::EventKind::kNothing) return;
    OnEvent(event);
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
  Follow(event.step);
}

bool Client::IsCounted(Phase phase) const {
  if (phase == Phase::kBanner || phase == Phase::kEhlo) return context_.counts_sessions;
  return phase == Phase::kQuit ? context_.counts_farewells : context_.is_counting;
}

void Client::OnStreamEnd(int32_t result) {
  if (state_ == State::kClosing) return AdvanceClose();
  if (has_quit_) return StartClose();
  Fail(result == 0 ? ErrorKind::kClosedEarly : KindOf(-result), dialog_.awaited_phase());
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
        return;
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
  group_.Clear();
  sends_body_ = false;
  if (step == Dialog::Step::kSendBody) {
    WriteBody();
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
  waiting_since_ = Now();
  sender_.request = io::Send{socket_, octets};
  context_.shard.reactor().Submit(sender_);
}

void Client::Sender::OnCompletion(io::Completion completion) {
  if (std::exchange(client.connects_, false)) return client.OnConnected(completion.result);
  if (std::exchange(client.closes_, false)) {
    client.state_ = State::kClosed;
    return client.context_.host.OnClosed(client, client.connect_error_);
  }
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
  segment_sent_ += static_cast<size_t>(result);
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
  if (step != Dialog::Step::kAwait) Write(step);
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
  if (socket_ < 0) {
    state_ = State::kClosed;
    return context_.host.OnClosed(*this, connect_error_);
  }
  closes_ = true;
  sender_.request = io::Close{std::exchange(socket_, -1)};
  context_.shard.reactor().Submit(sender_);
}

}  // namespace ringpost::load
