// Tally: what one shard counts and measures. Memory is fixed, nothing is allocated while it counts
// (but for the sample text of a reply's first coming, and the name of a cipher's).
//
// Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/histogram.h"
#include "load/results.h"

namespace ringpost::load {

struct Counts {
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t failed = 0;
  uint64_t unfinished = 0;
  uint64_t content_octets = 0;  // of accepted messages
  uint64_t connections_opened = 0;
  uint64_t connections_failed = 0;
  uint64_t connections_dropped = 0;
  uint64_t sessions = 0;  // completed, of a run of sessions alone
  uint64_t handshakes = 0;
  uint64_t resumed_handshakes = 0;
  uint64_t errors = 0;
  uint64_t sent_octets = 0;
  uint64_t received_octets = 0;

  Counts& operator+=(const Counts& other);
};

class Tally {
 public:
  Counts counts;

  void RecordLatency(Phase phase, int64_t nanoseconds) {
    latencies_[static_cast<size_t>(phase)].Record(nanoseconds);
  }
  void CountReply(Phase phase, int code, std::string_view text) {
    if (++reply_counts_[static_cast<size_t>(phase)][Place(code)] == 1) Sample(phase, code, text);
  }
  // `cipher`: "TLSv1.3 TLS_AES_128_GCM_SHA256".
  void CountHandshake(bool is_resumed, const std::string& cipher);
  void CountError(ErrorKind kind, Phase phase) {
    ++counts.errors;
    ++error_counts_[static_cast<size_t>(kind)][static_cast<size_t>(phase)];
  }

  void Merge(const Tally& other);

  const Histogram& latency(Phase phase) const { return latencies_[static_cast<size_t>(phase)]; }
  std::vector<PhaseResult> phase_results() const;
  std::vector<ReplyResult> reply_results() const;
  std::vector<ErrorResult> error_results() const;
  std::vector<std::pair<std::string, uint64_t>> cipher_results() const {
    return {cipher_counts_.begin(), cipher_counts_.end()};
  }

 private:
  static constexpr int kFirstCode = 200;
  static constexpr int kCodeCount = 400;

  static size_t Place(int code) { return static_cast<size_t>(code - kFirstCode); }
  void Sample(Phase phase, int code, std::string_view text);

  std::array<Histogram, kPhaseCount> latencies_;
  std::array<std::array<uint64_t, kCodeCount>, kPhaseCount> reply_counts_ = {};
  std::map<std::pair<Phase, int>, std::string> samples_;
  std::array<std::array<uint64_t, kPhaseCount>, kErrorKindCount> error_counts_ = {};
  // Of few entries: a server has its favourite.
  std::map<std::string, uint64_t> cipher_counts_;
};

}  // namespace ringpost::load
