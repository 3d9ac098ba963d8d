#include "load/generator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr absl::Duration kShortestBackOff = absl::Milliseconds(10);
constexpr uint32_t kMostBackOffDoublings = 7;
// An idle run waits this long for its connections; those that are not there are not counted.
constexpr absl::Duration kLongestOpening = absl::Seconds(60);

// What falls to a shard of a total that all shards share.
uint64_t ShareOf(uint64_t total, const io::Shard& shard, size_t shard_count) {
  return total / shard_count + (shard.index() < total % shard_count ? 1 : 0);
}

}  // namespace

Generator::Generator(const Setup& setup)
    : setup_(setup),
      context_{.shard = setup.shard,
               .script = setup.script,
               .dialog = setup.options.dialog,
               .target = setup.options.target.address,
               .tally = tally_,
               .host = *this,
               .channels = setup.channels,
               .credentials =
                   setup.options.credentials.has_value() ? &*setup.options.credentials : nullptr,
               .observer = setup.observer,
               .timeout = setup.options.timeout},
      message_limit_(
          ShareOf(setup.options.message_limit, setup.shard, setup.options.thread_count)) {
  MakeClients();
}

Generator::~Generator() = default;

void Generator::MakeClients() {
  const LoadOptions& options = setup_.options;
  const uint64_t count = ShareOf(options.connection_count, setup_.shard, options.thread_count);
  const uint64_t slow_count =
      ShareOf(options.slow_client_count, setup_.shard, options.thread_count);
  const double slices_per_second =
      absl::ToDoubleSeconds(absl::Seconds(1)) / absl::ToDoubleSeconds(Client::kSlowPeriod);
  const auto slow_octets = static_cast<size_t>(
      std::max(static_cast<double>(options.slow_octets_per_second) / slices_per_second, 1.0));
  for (uint64_t i = 0; i < count; ++i) {
    clients_.push_back(std::make_unique<Client>(context_, i < slow_count ? slow_octets : 0));
  }
}

// --- The course of a run
// --------------------------------------------------------------------------

void Generator::Start(Instant start) {
  const LoadOptions& options = setup_.options;
  context_.counts_sessions = context_.counts_farewells = has_lasting_connections();
  if (is_idle_run()) {
    window_begin_ = start + kLongestOpening;
    window_end_ = window_begin_ + *options.idle_hold;
  } else {
    window_begin_ = start + options.ramp_up + options.warm_up;
    window_end_ = window_begin_ + options.duration;
  }
  // Ticks count from the window's begin, so that a second of the timeline is one of the window.
  const absl::Duration before = window_begin_ - start;
  tick_ = -static_cast<int64_t>(before / kTick);
  next_tick_ = window_begin_ + tick_ * kTick;
  StartPacing(start);
  const bool ramps_connections = !is_open_loop() && options.ramp_up > absl::ZeroDuration();
  for (size_t i = 0; i < clients_.size(); ++i) {
    if (!ramps_connections) {
      WaitToDial(*clients_[i]);
      continue;
    }
    const double share = static_cast<double>(i) / static_cast<double>(clients_.size());
    agenda_.push({start + options.ramp_up * share, clients_[i].get()});
  }
  DialWaiting();
}

void Generator::StartPacing(Instant start) {
  const LoadOptions& options = setup_.options;
  if (!options.is_open_loop()) return;
  pacer_.emplace(PacerOptions{.start = start,
                              .rate_per_second = options.rate_per_second,
                              .ramp_up = options.ramp_up,
                              .first = setup_.shard.index(),
                              .stride = options.thread_count});
}

bool Generator::Step() {
  const Instant now = Now();
  MoveStage(now);
  if (stage_ == Stage::kEnded) return false;
  if (now >= next_tick_) Tick(now);
  if (!agenda_.empty() && agenda_.top().due <= now) WakeClients(now);
  if (is_open_loop()) BeginDueMessages(now);
  return true;
}

Instant Generator::next_step() const {
  Instant next = next_tick_;
  if (stage_ == Stage::kWarmUp) next = std::min(next, window_begin_);
  if (stage_ == Stage::kWindow) next = std::min(next, window_end_);
  if (stage_ == Stage::kDrain) next = std::min(next, drain_end_);
  if (!agenda_.empty()) next = std::min(next, agenda_.top().due);
  if (is_open_loop() && is_running()) {
    // With no connection free the next message waits, and nothing is to be done about it.
    if (!ready_.empty()) next = std::min(next, pacer_->next_due());
  }
  return next;
}

void Generator::MoveStage(Instant now) {
  if (is_idle_run() && stage_ == Stage::kWarmUp && settled_count_ == clients_.size()) {
    window_begin_ = now;
    window_end_ = now + *setup_.options.idle_hold;
  }
  if (stage_ == Stage::kWarmUp && now >= window_begin_) BeginWindow();
  const bool ends = now >= window_end_ || HasRunOut() || setup_.control.is_stopping();
  if (is_running() && ends) EndWindow(now);
  if (stage_ != Stage::kDrain) return;
  if (now >= drain_end_) {
    for (const auto& client : clients_) client->Abort();
  }
  if (open_count_ > 0) return;
  stage_ = Stage::kEnded;
  setup_.monitor.End(setup_.shard.index());
}

bool Generator::HasRunOut() const {
  const size_t under_way = is_session_run() ? open_count_ : flight_count_;
  return !is_idle_run() && message_count_ == message_limit_ && under_way == 0;
}

void Generator::BeginWindow() {
  stage_ = Stage::kWindow;
  // Of the warm-up nothing stays but the sessions that were opened in it.
  interval_.Clear();
  context_.is_counting = context_.counts_sessions = context_.counts_farewells = true;
  // In an idle run the memory is compared with that before the first connection.
  if (setup_.watcher != nullptr && !is_idle_run()) setup_.watcher->OnWindowBegin();
}

void Generator::EndWindow(Instant now) {
  if (stage_ == Stage::kWarmUp) window_begin_ = now;  // told to stop in the warm-up
  window_end_ = std::min(window_end_, now);
  if (is_open_loop()) BeginDueMessages({window_end_.nanoseconds - 1});
  if (setup_.watcher != nullptr) setup_.watcher->OnWindowEnd();
  CountOverdue(now);
  ReportProgress(tick_);
  stage_ = Stage::kDrain;
  drain_end_ = now + std::min(setup_.options.timeout, kLongestDrain);
  context_.is_counting = context_.counts_sessions = false;
  context_.counts_farewells = has_lasting_connections();
  while (!undialed_.empty()) undialed_.front().Unlink();
  while (!ready_.empty()) ready_.front().Unlink();
  for (const auto& client : clients_) {
    if (client->is_ready()) client->Quit();
    if (!client->is_closed() && !client->has_been_ready()) client->Abort();
  }
}

// Messages that no connection was free for have waited at least until now: left out, a server that
// stalls at the end would look the better for it.
void Generator::CountOverdue(Instant now) {
  if (!is_open_loop() || stage_ != Stage::kWindow) return;
  constexpr uint64_t kMostOverdue = 10'000'000;
  const uint64_t most = std::min(kMostOverdue, message_limit_ - message_count_);
  while (pacer_->next_due() < window_end_ && tally_.counts.unfinished < most) {
    const Instant due = pacer_->TakeDue();
    ++tally_.counts.unfinished;
    tally_.RecordLatency(Phase::kMessage, now.nanoseconds - due.nanoseconds);
  }
}

void Generator::Tick(Instant now) {
  for (const auto& client : clients_) client->CheckTime(now);
  while (next_tick_ <= now) {
    if (stage_ != Stage::kDrain) ReportProgress(tick_);
    ++tick_;
    next_tick_ = next_tick_ + kTick;
  }
}

void Generator::ReportProgress(int64_t tick) {
  const uint64_t backlog = is_open_loop() ? pacer_->DueCount(Now()) : 0;
  setup_.monitor.Report(
      setup_.shard.index(), tick,
      {.counts = tally_.counts, .open_connections = open_count_, .backlog = backlog}, interval_);
  interval_.Clear();
}

// --- Messages
// -------------------------------------------------------------------------------------

void Generator::BeginDueMessages(Instant now) {
  while (is_running() && !ready_.empty() && pacer_->next_due() <= now) {
    Client& client = ready_.front();
    client.Unlink();
    Begin(client);
  }
}

void Generator::OnReady(Client& client) {
  has_connected_ = true;
  if (client.message_count() == 0) {
    --dialing_count_;
    ++settled_count_;
    DialWaiting();
  }
  if (!MayContinue(client)) return client.Quit();
  if (is_idle_run()) return;
  const absl::Duration think = client.message_count() == 0 ? absl::ZeroDuration() : DrawThinkTime();
  if (think > absl::ZeroDuration()) {
    agenda_.push({Now() + think, &client});
  } else {
    Offer(client);
  }
}

bool Generator::MayContinue(const Client& client) const {
  if (is_session_run()) return false;
  const uint64_t limit = setup_.options.messages_per_connection;
  return is_running() && message_count_ < message_limit_ &&
         (limit == 0 || client.message_count() < limit);
}

void Generator::Offer(Client& client) {
  if (is_open_loop() && pacer_->next_due() > Now()) {
    ready_.PushBack(client);
  } else {
    Begin(client);
  }
}

void Generator::Begin(Client& client) {
  Flight flight;
  if (TakeMessage(flight)) {
    client.Begin(flight);
  } else {
    client.Quit();
  }
}

bool Generator::TakeNext(Client& client, Flight& next) {
  if (!MayContinue(client) || setup_.options.think.mean > absl::ZeroDuration()) return false;
  if (is_open_loop() && pacer_->next_due() > Now()) return false;
  return TakeMessage(next);
}

bool Generator::TakeMessage(Flight& flight) {
  if (message_count_ == message_limit_) return false;
  const Message& message = setup_.corpus.Pick(setup_.shard.random());
  flight.outgoing.message = &message;
  flight.outgoing.message_index = static_cast<size_t>(&message - setup_.corpus.messages().data());
  flight.outgoing.number = message_count_ * setup_.options.thread_count + setup_.shard.index() + 1;
  flight.due = is_open_loop() ? pacer_->TakeDue() : Now();
  ++message_count_;
  ++flight_count_;
  return true;
}

void Generator::OnMessageEnd(const Flight& flight, Dialog::Outcome outcome) {
  --flight_count_;
  // Open loop: what was due in the window is of the window, however late its reply.
  const bool counts = is_open_loop() ? flight.due >= window_begin_ && flight.due < window_end_ &&
                                           stage_ != Stage::kWarmUp
                                     : context_.is_counting;
  if (!counts) return;
  const int64_t latency = Now().nanoseconds - flight.due.nanoseconds;
  tally_.RecordLatency(Phase::kMessage, latency);
  if (stage_ == Stage::kWindow) interval_.Record(latency);
  switch (outcome) {
    case Dialog::Outcome::kAccepted:
      ++tally_.counts.accepted;
      tally_.counts.content_octets += flight.outgoing.message->content.size();
      return;
    case Dialog::Outcome::kRefused:
      ++tally_.counts.refused;
      return;
    case Dialog::Outcome::kNone:
      ++tally_.counts.failed;
      return;
  }
}

absl::Duration Generator::DrawThinkTime() {
  const ThinkTime& think = setup_.options.think;
  if (!think.is_exponential) return think.mean;
  constexpr double kSteps = 1ull << 53;
  const double drawn = static_cast<double>(setup_.shard.random().Next() >> 11) / kSteps;
  return think.mean * -std::log1p(-drawn);
}

// --- Connections
// ----------------------------------------------------------------------------------

void Generator::WaitToDial(Client& client) { undialed_.PushBack(client); }

void Generator::DialWaiting() {
  while (is_running() && dialing_count_ < kMostDialing && !undialed_.empty()) {
    if (is_session_run()) {
      if (message_count_ == message_limit_) return;
      ++message_count_;
    }
    Client& client = undialed_.front();
    client.Unlink();
    ++dialing_count_;
    ++open_count_;
    client.Dial();
  }
}

void Generator::OnClosed(Client& client, int error_number) {
  --open_count_;
  client.Unlink();
  const bool came_to_nothing = !client.has_been_ready();
  if (came_to_nothing) {
    --dialing_count_;
    if (client.failure_count() == 1) ++settled_count_;
    if (error_number != 0 && !has_connected_) {
      setup_.control.Fail(absl::UnavailableError(
          Concat("cannot connect to ", setup_.options.target.url, ": ", std::strerror(error_number),
                 "; does a server listen there?")));
    }
  }
  if (!is_running()) return;
  if (came_to_nothing) {
    const uint32_t doublings = std::min(client.failure_count() - 1, kMostBackOffDoublings);
    agenda_.push({Now() + kShortestBackOff * (1 << doublings), &client});
  } else if (!is_idle_run() && message_count_ < message_limit_) {
    WaitToDial(client);
    DialWaiting();
  }
}

void Generator::OnLacking(std::string_view extension) {
  setup_.control.Fail(absl::FailedPreconditionError(
      Concat("the server does not offer ", extension, "; --force goes on all the same")));
}

// Once one got through, another that does not is one of the run's errors.
void Generator::OnHopeless(std::string_view reason) {
  if (has_connected_ || setup_.options.dialog.forces) return;
  setup_.control.Fail(absl::UnavailableError(Concat(setup_.options.target.url, ": ", reason)));
}

void Generator::OnFarewell(absl::Duration length) {
  if (!is_session_run() || !context_.is_counting) return;
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(length);
  ++tally_.counts.sessions;
  tally_.RecordLatency(Phase::kSession, nanoseconds);
  interval_.Record(nanoseconds);
}

void Generator::WakeAt(Client& client, Instant due) { agenda_.push({due, &client}); }

void Generator::WakeClients(Instant now) {
  while (!agenda_.empty() && agenda_.top().due <= now) {
    Client& client = *agenda_.top().client;
    agenda_.pop();
    Wake(client);
  }
}

// It may have moved on since: a connection that thought was reset, and is dialled already.
void Generator::Wake(Client& client) {
  if (client.linked()) return;
  if (client.is_sending_slowly()) return client.Continue();
  if (!is_running()) return;
  if (client.is_closed()) {
    WaitToDial(client);
    DialWaiting();
  } else if (client.is_ready() && !is_idle_run()) {
    Offer(client);
  }
}

}  // namespace ringpost::load
