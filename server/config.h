// Config: everything that a ringpostd can be told, as plain typed values. The defaults here are the
// defaults: config_keys.cc names each value and gives it a range and a line of documentation.
//
// Where values come from: the defaults, then the configuration file (config_file.h), then the
// command line (command_line.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/hooks/observer.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/smtp/limits.h"
#include "ringpost/smtp/server_session.h"

namespace ringpost::daemon {

struct ServerConfig {
  std::string host_name;    // empty: the system's
  uint64_t shards = 0;      // 0: one per core
  std::string data_folder;  // where relative paths start; empty: the working directory
  std::string user;         // to become when started as root; empty: stay
  std::string group;        // empty: the user's
  absl::Duration drain_time = absl::Seconds(30);
};

// What a listener may set apart from the others.
struct SessionConfig {
  smtp::Limits limits;
  smtp::Strictness strictness;
  smtp::Capabilities capabilities;
};

// A socket that was opened by systemd: its FileDescriptorName=, or its place in their order.
struct ActivatedSocket {
  std::string name;

  friend bool operator==(const ActivatedSocket&, const ActivatedSocket&) = default;
};

using ListenAddress = std::variant<io::SocketAddress, ActivatedSocket>;
// As ParseListenAddress() reads it.
std::string FormatListenAddress(const ListenAddress& address);
// "127.0.0.1:2525", "[::1]:25", "unix:/run/lmtp.sock", "systemd:NAME".
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

struct ListenerConfig {
  std::string name;  // in messages; empty: the address
  ListenAddress address;
  smtp::Protocol protocol = smtp::Protocol::kSmtp;
  SessionConfig session;
};

// Limits that stand above the single session.
struct ConnectionConfig {
  uint64_t connections = 10'000;
  uint64_t connections_per_address = 100;  // 0: no limit
  uint64_t connections_per_network = 400;  // 0: no limit
  uint64_t network_bits_v4 = 24;
  uint64_t network_bits_v6 = 64;
  uint64_t buffer_memory_octets = 64ull << 20;  // of all shards together
  uint64_t header_octets = 256 * 1024;          // what filters see of a header
  uint64_t lowest_octets_per_second = 100;      // 0: no limit
  absl::Duration lowest_rate_grace = absl::Minutes(1);
};

struct TimeoutConfig {
  absl::Duration first_command = absl::Seconds(30);
  absl::Duration command = absl::Minutes(5);
  absl::Duration data_block = absl::Minutes(3);
  absl::Duration write = absl::Minutes(5);
  absl::Duration hook = absl::Seconds(90);
  absl::Duration commit = absl::Minutes(5);
  absl::Duration linger = absl::Seconds(2);
};

struct RecipientConfig {
  std::vector<std::string> domains;
  std::vector<std::string> addresses;
  std::string aliases_file;  // empty: none
  std::string tag_separator = "+";
  bool fold_case = true;
};

enum class StoreKind : uint8_t { kDiscard, kMaildir };

struct StoreConfig {
  StoreKind kind = StoreKind::kMaildir;
  std::string path = "mail/{address}";
  hooks::Durability durability = hooks::Durability::kSynced;
};

enum class LogFormat : uint8_t { kText, kJson };

struct LogConfig {
  LogFormat format = LogFormat::kText;
  std::string file;  // empty: stderr
  hooks::ObservedStages stages;
};

struct Config {
  ServerConfig server;
  std::vector<ListenerConfig> listeners;
  SessionConfig session;  // for listeners that say nothing of their own
  ConnectionConfig connection;
  TimeoutConfig timeouts;
  RecipientConfig recipients;
  StoreConfig store;
  LogConfig log;
};

}  // namespace ringpost::daemon
