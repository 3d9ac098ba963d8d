#include "load/load_run.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "load/knee_search.h"
#include "load/process_usage.h"
#include "load/timeline.h"
#include "ringpost/base/text.h"
#include "ringpost/io/uring_reactor.h"

namespace ringpost::load {
namespace {

// A generator that is this busy may be what limits the figures.
constexpr double kBusyShare = 0.9;
// A step of a search is held when it gives this much of its rate.
constexpr double kHeldShare = 0.98;
constexpr absl::Duration kLook = absl::Milliseconds(50);

// What processes use between the begin and the end of the window.
class UsageWatch final : public WindowWatcher {
 public:
  explicit UsageWatch(const LoadOptions& options)
      : options_(options), is_idle_run_(options.idle_hold.has_value()) {
    if (is_idle_run_) private_octets_before_ = ReadPrivateOctets(options.server_pids);
    OnWindowBegin();
  }

  void OnWindowBegin() override {
    own_before_ = ReadOwnUsage();
    server_before_ = ReadUsage(options_.server_pids);
  }
  void OnWindowEnd() override {
    own_after_ = ReadOwnUsage();
    server_after_ = ReadUsage(options_.server_pids);
    if (is_idle_run_) private_octets_after_ = ReadPrivateOctets(options_.server_pids);
  }

  GeneratorResults generator(absl::Duration duration) const {
    GeneratorResults results;
    results.user_seconds = own_after_.user_seconds - own_before_.user_seconds;
    results.system_seconds = own_after_.system_seconds - own_before_.system_seconds;
    results.cpu_seconds = results.user_seconds + results.system_seconds;
    results.run_delay_seconds =
        std::max(own_after_.run_delay_seconds - own_before_.run_delay_seconds, 0.0);
    const double core_seconds =
        absl::ToDoubleSeconds(duration) * static_cast<double>(options_.thread_count);
    results.cpu_share = core_seconds > 0 ? results.cpu_seconds / core_seconds : 0;
    results.was_bottleneck = results.cpu_share > kBusyShare;
    return results;
  }

  std::optional<ServerResults> server(const MessageResults& messages,
                                      const std::optional<SessionResults>& sessions) const {
    if (options_.server_pids.empty()) return std::nullopt;
    ServerResults results;
    results.pids = options_.server_pids;
    // A process that went took its share along.
    const auto used = [](double before, double after) { return std::max(after - before, 0.0); };
    results.user_seconds = used(server_before_.user_seconds, server_after_.user_seconds);
    results.system_seconds = used(server_before_.system_seconds, server_after_.system_seconds);
    results.cpu_seconds = results.user_seconds + results.system_seconds;
    results.run_delay_seconds =
        used(server_before_.run_delay_seconds, server_after_.run_delay_seconds);
    results.peak_memory_octets = server_after_.peak_memory_octets;
    if (messages.accepted > 0) {
      results.cpu_us_per_message =
          results.cpu_seconds * 1e6 / static_cast<double>(messages.accepted);
    }
    if (sessions.has_value() && sessions->completed > 0) {
      results.cpu_us_per_session =
          results.cpu_seconds * 1e6 / static_cast<double>(sessions->completed);
    }
    return results;
  }

  // Of each of `count` idle connections.
  double OctetsPerIdleConnection(uint64_t count) const {
    const double grown =
        static_cast<double>(private_octets_after_) - static_cast<double>(private_octets_before_);
    return std::max(grown, 0.0) / static_cast<double>(count);
  }

 private:
  const LoadOptions& options_;
  const bool is_idle_run_;
  Usage own_before_, own_after_, server_before_, server_after_;
  uint64_t private_octets_before_ = 0;
  uint64_t private_octets_after_ = 0;
};

// The threads of a run.
class Threads {
 public:
  Threads(const LoadOptions& options, const Corpus& corpus, const Script& script,
          const SecureChannels* channels, const RunHooks& hooks, WindowWatcher& watcher)
      : options_(options),
        corpus_(corpus),
        script_(script),
        channels_(channels),
        hooks_(hooks),
        watcher_(watcher),
        monitor_(options.thread_count),
        tallies_(options.thread_count) {}

  void Start() {
    for (size_t i = 0; i < options_.thread_count; ++i) {
      threads_.emplace_back([this, i] { RunShard(i); });
    }
  }

  // Returns when all have ended.
  void Await(Timeline& timeline) {
    bool has_ended = false;
    while (!has_ended) {
      {
        std::unique_lock lock(mutex_);
        has_ended = ended_.wait_for(lock, absl::ToChronoMilliseconds(kLook),
                                    [this] { return ended_count_ == threads_.size(); });
      }
      for (const auto& interval : monitor_.Take()) timeline.Add(*interval);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  Tally MergedTally() const {
    Tally merged;
    for (const std::unique_ptr<Tally>& tally : tallies_) {
      if (tally != nullptr) merged.Merge(*tally);
    }
    return merged;
  }
  absl::Duration duration() const { return duration_; }

 private:
  void RunShard(size_t index) {
    if (absl::Status status = TryRunShard(index); !status.ok()) {
      hooks_.control.Fail(std::move(status));
      monitor_.End(index);
    }
    const std::lock_guard lock(mutex_);
    ++ended_count_;
    ended_.notify_one();
  }

  absl::Status TryRunShard(size_t index) {
    absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor({});
    if (!reactor.ok()) return reactor.status();
    io::Shard shard(**reactor, index, options_.seed * options_.thread_count + index);
    Generator generator({.shard = shard,
                         .options = options_,
                         .corpus = corpus_,
                         .script = script_,
                         .control = hooks_.control,
                         .monitor = monitor_,
                         .channels = channels_,
                         .observer = hooks_.observers.empty() ? nullptr : hooks_.observers[index],
                         .watcher = index == 0 ? &watcher_ : nullptr});
    generator.Start(shard.Now());
    while (generator.Step()) shard.Turn(generator.next_step());
    tallies_[index] = std::make_unique<Tally>(generator.tally());
    const std::lock_guard lock(mutex_);
    duration_ = std::max(duration_, generator.duration());
    return absl::OkStatus();
  }

  const LoadOptions& options_;
  const Corpus& corpus_;
  const Script& script_;
  const SecureChannels* const channels_;
  const RunHooks& hooks_;
  WindowWatcher& watcher_;
  Monitor monitor_;
  std::vector<std::unique_ptr<Tally>> tallies_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable ended_;
  size_t ended_count_ = 0;
  absl::Duration duration_;
};

LoadOptions StepOptions(const LoadOptions& options, double rate) {
  LoadOptions step = options;
  step.find_max.reset();
  step.rate_per_second = rate;
  step.duration = options.find_max->step_duration;
  return step;
}

FindMaxStep StepOf(const Results& results, double rate, absl::Duration p99_bound) {
  FindMaxStep step = {.rate_per_second = rate, .achieved_per_second = results.messages.per_second};
  for (const PhaseResult& phase : results.phases) {
    if (phase.phase != Phase::kMessage) continue;
    step.p50_us = phase.latency.p50_us;
    step.p99_us = phase.latency.p99_us;
  }
  step.passed = step.p99_us <= absl::ToDoubleMicroseconds(p99_bound) &&
                step.achieved_per_second >= kHeldShare * rate && results.messages.failed == 0 &&
                results.messages.refused == 0;
  return step;
}

}  // namespace

std::string MakeRunId(uint64_t random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4) id.push_back(kDigits[(random >> shift) & 15]);
  return id;
}

ScriptOptions ScriptOptionsOf(const LoadOptions& options, const std::string& run_id) {
  return {.is_lmtp = options.target.is_lmtp,
          .uses_bdat = options.dialog.uses_bdat,
          .smtputf8 = options.dialog.needs_smtputf8,
          .eight_bit_mime = options.dialog.needs_8bitmime,
          .helo = options.helo,
          .from = options.from,
          .to = options.to,
          .recipient_count = options.dialog.recipient_count,
          .recipient_cycle = options.recipient_cycle,
          .run_id = run_id};
}

Results ResultsOf(const LoadOptions& options, const Tally& tally, absl::Duration duration) {
  Results results;
  results.target = options.target.url;
  results.options = options.given;
  results.mode = options.idle_hold.has_value() ? Mode::kIdle
                 : options.sends_no_message    ? Mode::kSessions
                 : options.is_open_loop()      ? Mode::kOpen
                                               : Mode::kClosed;
  results.duration = duration;
  const Counts& counts = tally.counts;
  const double seconds = absl::ToDoubleSeconds(duration);
  const auto per_second = [seconds](uint64_t count) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
  };
  results.messages = {.accepted = counts.accepted,
                      .refused = counts.refused,
                      .failed = counts.failed,
                      .unfinished = counts.unfinished,
                      .per_second = per_second(counts.accepted),
                      .octets = counts.content_octets,
                      .octets_per_second = per_second(counts.content_octets)};
  results.connections = {.opened = counts.connections_opened,
                         .failed = counts.connections_failed,
                         .dropped = counts.connections_dropped,
                         .octets_sent = counts.sent_octets,
                         .octets_received = counts.received_octets};
  if (options.sends_no_message) {
    results.sessions = {.completed = counts.sessions, .per_second = per_second(counts.sessions)};
  }
  if (options.dialog.tls != TlsUse::kNone) {
    results.tls = {.handshakes = counts.handshakes,
                   .resumed = counts.resumed_handshakes,
                   .ciphers = tally.cipher_results()};
  }
  results.phases = tally.phase_results();
  results.replies = tally.reply_results();
  results.errors = tally.error_results();
  return results;
}

absl::StatusOr<Results> RunLoad(const LoadOptions& options, const Corpus& corpus,
                                const RunHooks& hooks) {
  const bool has_ids = options.are_unique || !hooks.observers.empty();
  const Script script(ScriptOptionsOf(options, has_ids ? hooks.run_id : std::string()), corpus);
  const absl::Time started = absl::Now();
  std::unique_ptr<SecureChannels> channels;
  if (options.dialog.tls != TlsUse::kNone) {
    absl::StatusOr<std::unique_ptr<SecureChannels>> made = MakeSecureChannels(options.tls, started);
    if (!made.ok()) return made.status();
    channels = *std::move(made);
  }
  UsageWatch usage(options);
  Timeline timeline(options, started + options.ramp_up + options.warm_up, hooks.view);
  Threads threads(options, corpus, script, channels.get(), hooks, usage);
  threads.Start();
  threads.Await(timeline);
  timeline.End(threads.duration());
  if (absl::Status status = hooks.control.status(); !status.ok()) return status;

  const Tally tally = threads.MergedTally();
  Results results = ResultsOf(options, tally, threads.duration());
  results.started = started;
  results.generator = usage.generator(threads.duration());
  results.server = usage.server(results.messages, results.sessions);
  results.timeline = timeline.seconds();
  const uint64_t open_count = results.connections.opened - results.connections.dropped;
  if (options.idle_hold.has_value() && results.server.has_value() && open_count > 0) {
    results.server->octets_per_idle_connection = usage.OctetsPerIdleConnection(open_count);
  }
  return results;
}

absl::StatusOr<Results> RunFindMax(const LoadOptions& options, const RunHooks& hooks,
                                   const StepRunner& run) {
  KneeSearch search(options.is_open_loop() ? options.rate_per_second
                                           : options.find_max->first_rate);
  FindMaxResults find_max;
  std::optional<Results> best;
  while (!search.has_ended() && !hooks.control.is_stopping()) {
    const double rate = search.rate();
    absl::StatusOr<Results> results = run(StepOptions(options, rate));
    if (!results.ok()) return results;
    const FindMaxStep step = StepOf(*results, rate, options.find_max->p99_bound);
    if (hooks.control.is_stopping()) break;  // cut short, so it says nothing
    find_max.steps.push_back(step);
    if (hooks.view != nullptr) hooks.view->OnStep(step);
    search.Report(step.passed);
    if (!best.has_value() || step.passed) best = *std::move(results);
  }
  find_max.knee_per_second = search.knee();
  if (!best.has_value()) best.emplace();
  best->mode = Mode::kFindMax;
  best->find_max = std::move(find_max);
  return *std::move(best);
}

}  // namespace ringpost::load
