#include "load/tally.h"

#include "ringpost/smtp/reply.h"

namespace ringpost::load {
namespace {

constexpr size_t kLongestSample = 200;

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  accepted += other.accepted;
  refused += other.refused;
  failed += other.failed;
  unfinished += other.unfinished;
  content_octets += other.content_octets;
  connections_opened += other.connections_opened;
  connections_failed += other.connections_failed;
  connections_dropped += other.connections_dropped;
  sessions += other.sessions;
  handshakes += other.handshakes;
  resumed_handshakes += other.resumed_handshakes;
  errors += other.errors;
  sent_octets += other.sent_octets;
  received_octets += other.received_octets;
  return *this;
}

void Tally::CountHandshake(bool is_resumed, const std::string& cipher) {
  ++counts.handshakes;
  if (is_resumed) ++counts.resumed_handshakes;
  ++cipher_counts_[cipher];
}

void Tally::Sample(Phase phase, int code, std::string_view text) {
  samples_.emplace(std::pair(phase, code), smtp::CleanReplyText(text.substr(0, kLongestSample)));
}

void Tally::Merge(const Tally& other) {
  counts += other.counts;
  for (size_t phase = 0; phase < kPhaseCount; ++phase) {
    latencies_[phase].Merge(other.latencies_[phase]);
    for (size_t code = 0; code < kCodeCount; ++code) {
      reply_counts_[phase][code] += other.reply_counts_[phase][code];
    }
    for (size_t kind = 0; kind < kErrorKindCount; ++kind) {
      error_counts_[kind][phase] += other.error_counts_[kind][phase];
    }
  }
  samples_.insert(other.samples_.begin(), other.samples_.end());
  for (const auto& [cipher, count] : other.cipher_counts_) cipher_counts_[cipher] += count;
}

std::vector<PhaseResult> Tally::phase_results() const {
  std::vector<PhaseResult> results;
  for (size_t i = 0; i < kPhaseCount; ++i) {
    const Histogram& histogram = latencies_[i];
    if (histogram.empty()) continue;
    const auto phase = static_cast<Phase>(i);
    PhaseResult result = {.phase = phase,
                          .latency = Summarize(histogram),
                          .histogram = std::make_shared<Histogram>(histogram)};
    const bool is_whole = phase == Phase::kMessage || phase == Phase::kSession;
    if (is_whole) result.latency.curve = QuantileCurve(histogram);
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<ReplyResult> Tally::reply_results() const {
  std::vector<ReplyResult> results;
  for (size_t i = 0; i < kPhaseCount; ++i) {
    for (size_t place = 0; place < kCodeCount; ++place) {
      if (reply_counts_[i][place] == 0) continue;
      const auto phase = static_cast<Phase>(i);
      const int code = static_cast<int>(place) + kFirstCode;
      results.push_back({.phase = phase,
                         .code = code,
                         .count = reply_counts_[i][place],
                         .sample = samples_.at({phase, code})});
    }
  }
  return results;
}

std::vector<ErrorResult> Tally::error_results() const {
  std::vector<ErrorResult> results;
  for (size_t kind = 0; kind < kErrorKindCount; ++kind) {
    for (size_t phase = 0; phase < kPhaseCount; ++phase) {
      if (error_counts_[kind][phase] == 0) continue;
      results.push_back({.kind = static_cast<ErrorKind>(kind),
                         .phase = static_cast<Phase>(phase),
                         .count = error_counts_[kind][phase]});
    }
  }
  return results;
}

}  // namespace ringpost::load
