#include "sample_results.h"

#include <cmath>
#include <memory>

#include "ringpost/base/random.h"

namespace ringpost::load {
namespace {

double Uniform(Random& random) {
  return static_cast<double>(random.Below(1'000'000) + 1) / 1'000'001;
}

// Most near the median, few far above it, as of real servers.
int64_t SampleNanoseconds(Random& random, double median_us) {
  const double spread = -std::log(Uniform(random)) * (random.OneIn(500) ? 12 : 1);
  return static_cast<int64_t>(median_us * 1000 * (0.7 + 0.43 * spread));
}

PhaseResult SamplePhase(Random& random, Phase phase, double median_us, int count) {
  const auto histogram = std::make_shared<Histogram>();
  for (int i = 0; i < count; ++i) histogram->Record(SampleNanoseconds(random, median_us));
  PhaseResult result = {.phase = phase, .latency = Summarize(*histogram), .histogram = histogram};
  if (phase == Phase::kMessage) result.latency.curve = QuantileCurve(*histogram);
  return result;
}

}  // namespace

Results SampleResults(uint64_t seed, double slowness) {
  Random random(seed);
  Results results = {.version = "0.1.0",
                     .started = absl::FromUnixSeconds(1'795'000'000),
                     .target = "smtp://127.0.0.1:2525",
                     .options = {{"connections", "50"}, {"duration", "10s"}, {"size", "1KiB"}},
                     .mode = Mode::kClosed,
                     .duration = absl::Seconds(10),
                     .messages = {.accepted = 312'480,
                                  .refused = 12,
                                  .failed = 3,
                                  .per_second = 31'248 / slowness,
                                  .octets = 319'979'520,
                                  .octets_per_second = 31'997'952 / slowness},
                     .connections = {.opened = 53,
                                     .dropped = 3,
                                     .octets_sent = 352'000'000,
                                     .octets_received = 41'000'000},
                     .generator = {.cpu_seconds = 4.61,
                                   .user_seconds = 0.92,
                                   .system_seconds = 3.69,
                                   .cpu_share = 0.461,
                                   .run_delay_seconds = 0.031},
                     .server = ServerResults{.pids = {4711},
                                             .cpu_seconds = 9.2,
                                             .user_seconds = 1.9,
                                             .system_seconds = 7.3,
                                             .cpu_us_per_message = 29.4 * slowness,
                                             .peak_memory_octets = 9'437'184,
                                             .run_delay_seconds = 0.4}};
  const std::pair<Phase, double> medians[] = {
      {Phase::kConnect, 90}, {Phase::kBanner, 140}, {Phase::kEhlo, 210}, {Phase::kMail, 330},
      {Phase::kRcpt, 360},   {Phase::kData, 310},   {Phase::kBody, 420}, {Phase::kMessage, 1500}};
  for (const auto& [phase, median_us] : medians) {
    const bool is_once = phase < Phase::kMail;
    results.phases.push_back(
        SamplePhase(random, phase, median_us * slowness, is_once ? 53 : 30'000));
  }
  results.replies = {{Phase::kBanner, 220, 53, "mx.example.org ESMTP Ringpost"},
                     {Phase::kMail, 250, 312'495, "2.1.0 OK"},
                     {Phase::kRcpt, 250, 312'483, "2.1.5 OK"},
                     {Phase::kRcpt, 452, 12, "4.2.2 mailbox is full"},
                     {Phase::kData, 354, 312'483, "go ahead"},
                     {Phase::kBody, 250, 312'480, "2.0.0 kept as Q17"}};
  results.errors = {{ErrorKind::kTimedOut, Phase::kBody, 2}, {ErrorKind::kReset, Phase::kData, 1}};
  for (int second = 1; second <= 10; ++second) {
    const double noise = 0.9 + 0.2 * Uniform(random);
    results.timeline.push_back({.second = static_cast<double>(second),
                                .messages = static_cast<uint64_t>(31'248 * noise / slowness),
                                .p50_us = 1500 * slowness / noise,
                                .p99_us = (second == 7 ? 9000 : 3900) * slowness / noise,
                                .errors = second == 7 ? 11u : 0u});
  }
  return results;
}

Results SampleSearch() {
  Results results = SampleResults(2);
  results.mode = Mode::kFindMax;
  FindMaxResults search = {.knee_per_second = 41'000};
  for (const double rate : {1000.0, 2000.0, 4000.0, 8000.0, 16'000.0, 32'000.0, 64'000.0, 48'000.0,
                            40'000.0, 44'000.0, 42'000.0, 41'000.0}) {
    const double load = rate / 41'500;
    const double p50 = load < 1 ? 300 + 500 * load * load : 60'000 * (load - 0.9);
    search.steps.push_back({.rate_per_second = rate,
                            .achieved_per_second = std::min(rate, 41'200.0),
                            .p50_us = p50,
                            .p99_us = load < 1 ? 900 + 14'000 * std::pow(load, 8) : 9 * p50,
                            .passed = load < 1});
  }
  results.find_max = search;
  return results;
}

Results SampleSessions(uint64_t seed, double slowness) {
  Random random(seed);
  Results results = SampleResults(seed, slowness);
  results.mode = Mode::kSessions;
  results.connections.dropped = 0;
  results.messages = {};
  results.sessions = {.completed = 21'000, .per_second = 2100 / slowness};
  results.tls = {.handshakes = 21'000,
                 .resumed = 20'950,
                 .ciphers = {{"TLSv1.3 TLS_AES_128_GCM_SHA256", 21'000}}};
  results.server->cpu_us_per_message.reset();
  results.server->cpu_us_per_session = 212 * slowness;
  results.phases.clear();
  const std::pair<Phase, double> medians[] = {
      {Phase::kConnect, 90}, {Phase::kEhlo, 210}, {Phase::kStartTls, 190}, {Phase::kTls, 640},
      {Phase::kAuth, 410},   {Phase::kQuit, 150}, {Phase::kSession, 2400}};
  for (const auto& [phase, median_us] : medians) {
    results.phases.push_back(SamplePhase(random, phase, median_us * slowness, 21'000));
  }
  return results;
}

Results HostileResults() {
  Results results = SampleResults(3);
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x01";
  results.target = evil;
  results.version = evil;
  results.options = {{evil, evil}};
  results.replies = {{Phase::kRcpt, 550, 1, evil}};
  results.tls = {.handshakes = 1, .ciphers = {{evil, 1}}};
  return results;
}

}  // namespace ringpost::load
