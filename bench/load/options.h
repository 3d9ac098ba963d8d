// LoadOptions: what a run is to do; the defaults are those of the command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "load/dialog.h"
#include "load/size_distribution.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/tls/tls_context.h"

namespace ringpost::load {

struct Target {
  std::string url = {};  // as it was given
  bool is_lmtp = false;
  bool is_implicit_tls = false;  // smtps://
  std::string host_name = {};    // empty where it was an address or a path
  io::SocketAddress address = {};
};

struct TlsOptions {
  // Whom to trust. Empty: every server is taken as it is; a load has no secret.
  std::string roots_pem = {};
  // Sent as SNI, and compared with the certificate where there are roots. Empty: neither.
  std::string server_name = {};
  // nullopt: the newest that both have.
  std::optional<tls::TlsVersion> version = {};
  // A connection resumes the session of the one that its client had before.
  bool resumes = false;
};

// What every connection authenticates with.
struct Credentials {
  sasl::Mechanism mechanism = sasl::Mechanism::kPlain;
  std::string user = {};
  std::string password = {};  // or a bearer token
};

// How long a connection rests between two messages.
struct ThinkTime {
  absl::Duration mean = absl::ZeroDuration();
  bool is_exponential = false;
};

struct FindMaxOptions {
  absl::Duration p99_bound = absl::Milliseconds(20);
  absl::Duration step_duration = absl::Seconds(2);
  double first_rate = 1000;
};

struct LoadOptions {
  Target target = {};
  // As they stand on the command line, for the report.
  std::vector<std::pair<std::string, std::string>> given = {};

  size_t connection_count = 10;
  size_t thread_count = 1;
  absl::Duration duration = absl::Seconds(10);
  uint64_t message_limit = 10'000'000;
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration ramp_up = absl::ZeroDuration();
  // Messages per second over all connections; 0: as fast as replies come.
  double rate_per_second = 0;
  std::optional<FindMaxOptions> find_max = {};
  // Connections are opened, held that long, and closed.
  std::optional<absl::Duration> idle_hold = {};
  // Each connection says QUIT as soon as it is ready, and a new one takes its place; message_limit
  // is of sessions then.
  bool sends_no_message = false;

  DialogOptions dialog = {};
  TlsOptions tls = {};  // where the dialog uses TLS
  std::optional<Credentials> credentials = {};
  uint64_t messages_per_connection = 0;  // 0: endless
  ThinkTime think = {};
  size_t slow_client_count = 0;
  uint64_t slow_octets_per_second = 1024;
  absl::Duration timeout = absl::Seconds(30);  // for each reply
  uint64_t seed = 1;

  std::string helo = "localhost";
  std::string from = "sender@localhost";
  std::string to = "recipient@localhost";
  size_t recipient_cycle = 1000;
  std::vector<WeightedSize> sizes = {{.octets = 1024, .weight = 1}};
  std::optional<std::string> messages_from = {};
  // Messages carry X-Ringpost-Load-Id.
  bool are_unique = false;

  std::vector<int> server_pids = {};

  bool is_open_loop() const { return rate_per_second > 0; }
};

}  // namespace ringpost::load
