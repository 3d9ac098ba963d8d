// Results: everything that a run of ringpost-load tells, as plain values. The JSON of --json has
// the same shape (docs/load.md); what is not known is absent there, and nullopt or empty here.
//
// Times are of the measured window alone: what came in the warm-up is in no figure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "load/histogram.h"

namespace ringpost::load {

// What is measured apart, in the order of a session. kMessage is a whole message: from when it was
// due (open loop) or begun (closed loop) to its final reply; kSession a whole session without one:
// from its connect to the reply to QUIT.
enum class Phase : uint8_t {
  kConnect,
  kBanner,
  kEhlo,  // each of a session: there is one more behind STARTTLS
  kStartTls,
  kTls,   // the handshake: from the ClientHello until the client's side of it is done
  kAuth,  // each reply of the exchange
  kMail,
  kRcpt,
  kData,
  kBody,
  kMessage,
  kReset,
  kQuit,
  kSession,
};
inline constexpr size_t kPhaseCount = 14;
// "connect", "banner", "ehlo", ...
std::string_view Name(Phase phase);

// Why a connection ended before its time.
enum class ErrorKind : uint8_t {
  kRefused,         // nobody listens
  kReset,           // the peer tore it down
  kClosedEarly,     // the peer closed it in the middle of a dialog
  kTimedOut,        // no reply within --timeout
  kMalformedReply,  // not the grammar of RFC 5321 §4.2
  kUnexpected,      // a reply that no command asked for
  kTls,             // the handshake or a record is not as it should be
  kSasl,            // a challenge that cannot be right, or a server that proved nothing
  kOther,           // of the system: no descriptors, no ports, no route
};
inline constexpr size_t kErrorKindCount = 9;
// "refused", "reset", "closed_early", ...
std::string_view Name(ErrorKind kind);

enum class Mode : uint8_t { kClosed, kOpen, kFindMax, kIdle, kSessions };
inline constexpr size_t kModeCount = 5;
// "closed", "open", "find-max", "idle", "sessions"
std::string_view Name(Mode mode);

struct Latency {
  uint64_t count = 0;
  double mean_us = 0;
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  // Quantile (0 to 1) and latency in microseconds, ascending, for a plot; of kMessage and kSession
  // alone.
  std::vector<std::pair<double, double>> curve = {};
};
Latency Summarize(const Histogram& histogram);
// Some sixty points that lie evenly on a plot whose axis is the number of nines.
std::vector<std::pair<double, double>> QuantileCurve(const Histogram& histogram);

struct PhaseResult {
  Phase phase = Phase::kConnect;
  Latency latency = {};
  std::shared_ptr<const Histogram> histogram = {};  // none when read from JSON
};

struct ReplyResult {
  Phase phase = Phase::kBanner;
  int code = 0;
  uint64_t count = 0;
  std::string sample = {};  // the text of the first one, cleaned and cut
};

struct ErrorResult {
  ErrorKind kind = ErrorKind::kOther;
  Phase phase = Phase::kConnect;  // what was awaited
  uint64_t count = 0;
};

struct MessageResults {
  uint64_t accepted = 0;
  uint64_t refused = 0;     // by a 4xx or a 5xx
  uint64_t failed = 0;      // the connection ended before the final reply
  uint64_t unfinished = 0;  // due, but not begun when the window ended (open loop)
  double per_second = 0;    // accepted
  uint64_t octets = 0;      // of the content of accepted messages
  double octets_per_second = 0;
};

struct ConnectionResults {
  uint64_t opened = 0;
  uint64_t failed = 0;   // never got as far as a first message
  uint64_t dropped = 0;  // ended by an error later on
  uint64_t octets_sent = 0;
  uint64_t octets_received = 0;
};

// Of Mode::kSessions: sessions that sent no message.
struct SessionResults {
  uint64_t completed = 0;  // got their reply to QUIT
  double per_second = 0;
};

// Of connections that were opened with TLS.
struct TlsResults {
  uint64_t handshakes = 0;
  uint64_t resumed = 0;  // of them
  // "TLSv1.3 TLS_AES_128_GCM_SHA256", and how many had it.
  std::vector<std::pair<std::string, uint64_t>> ciphers = {};
};

struct GeneratorResults {
  double cpu_seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  double cpu_share = 0;  // of one core, for each thread
  double run_delay_seconds = 0;
  bool was_bottleneck = false;
};

// Of the processes of --server-pid and all their descendants.
struct ServerResults {
  std::vector<int> pids = {};
  double cpu_seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::optional<double> cpu_us_per_message = {};  // of accepted messages
  std::optional<double> cpu_us_per_session = {};  // of completed ones, in Mode::kSessions
  uint64_t peak_memory_octets = 0;
  double run_delay_seconds = 0;
  std::optional<double> octets_per_idle_connection = {};  // of --idle
};

struct SecondResult {
  double second = 0;      // its end, since the window began
  uint64_t messages = 0;  // in Mode::kSessions: sessions; and so the latencies
  double p50_us = 0;
  double p99_us = 0;
  uint64_t errors = 0;  // refused, failed
};

struct FindMaxStep {
  double rate_per_second = 0;
  double achieved_per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
  bool passed = false;
};

struct FindMaxResults {
  double knee_per_second = 0;  // the highest rate that passed; 0: none did
  std::vector<FindMaxStep> steps = {};
};

struct Results {
  std::string version = {};
  absl::Time started = {};
  std::string target = {};  // "smtp://127.0.0.1:2525"
  // What was asked for, as it stands on the command line without the dashes: "connections", "50".
  std::vector<std::pair<std::string, std::string>> options = {};
  Mode mode = Mode::kClosed;
  absl::Duration duration = {};  // of the window

  MessageResults messages = {};
  ConnectionResults connections = {};
  std::optional<SessionResults> sessions = {};
  std::optional<TlsResults> tls = {};
  std::vector<PhaseResult> phases = {};  // those that were seen, in order
  std::vector<ReplyResult> replies = {};
  std::vector<ErrorResult> errors = {};
  GeneratorResults generator = {};
  std::optional<ServerResults> server = {};
  std::vector<SecondResult> timeline = {};
  std::optional<FindMaxResults> find_max = {};
};

}  // namespace ringpost::load
