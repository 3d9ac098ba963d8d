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
#include "ringpost/auth/certificate_login.h"
#include "ringpost/auth/token_introspection.h"
#include "ringpost/filter/received_loop.h"
#include "ringpost/hooks/message_store.h"
#include "ringpost/hooks/observer.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/server/log_line.h"
#include "ringpost/server/options.h"
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

enum class ListenerTls : uint8_t {
  kAuto,  // SMTP: as kStartTls, where TlsConfig has a certificate; else as kNone
  kNone,
  kStartTls,
  kImplicit,
};

enum class ListenerAuth : uint8_t { kNone, kOptional, kRequired };

enum class ClientCertificates : uint8_t { kNone, kAsk, kRequire };

struct ListenerConfig {
  ListenAddress address;
  smtp::Protocol protocol = smtp::Protocol::kSmtp;
  ListenerTls tls = ListenerTls::kAuto;
  bool requires_tls = false;
  ClientCertificates client_certificates = ClientCertificates::kNone;
  ListenerAuth auth = ListenerAuth::kNone;
  uint32_t unix_mode = server::ListenerOptions().unix_mode;
  bool is_submission = false;
  SessionConfig session;
};

// In the order of preference.
std::vector<std::string> AllMechanismNames();

struct CertificateFiles {
  std::string certificate;  // with its chain
  std::string key;          // empty: it is in the same file

  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

enum class OldestTls : uint8_t { kTls12, kTls13 };

struct TlsConfig {
  std::vector<CertificateFiles> certificates;  // empty: a self-signed one, where one is needed
  std::string client_roots;                    // a file; empty: none
  OldestTls oldest_version = OldestTls::kTls12;
  bool session_tickets = true;
  server::HandshakeLimits handshakes;
};

// What a listener comes to: submission requires AUTH, whatever else it says.
ListenerAuth AuthOf(const ListenerConfig& listener);
// The same: never kAuto.
ListenerTls TlsOf(const ListenerConfig& listener, const TlsConfig& tls);

struct AuthConfig {
  std::string users_file;         // empty: there is none
  std::string dovecot_socket;     // empty: Dovecot is not asked
  std::string certificates_file;  // empty: there is none
  auth::CertificateAccount certificate_account = auth::CertificateAccount::kNone;
  std::vector<std::string> mechanisms = AllMechanismNames();
  bool allows_plaintext_without_tls = false;
  bool allows_scram_without_tls = false;
  std::string secret_file;  // empty: a secret for each start
  server::ThrottleLimits throttle;
  uint64_t hashing_threads = 2;
  uint64_t hashing_queue = 64;
};

// How messages come in.
struct TransferConfig {
  server::TransferLimits limits;
  uint64_t header_octets = server::ServerOptions().header_octets;
  uint64_t received_fields = filter::ReceivedLoopFilter::kDefaultLimit;  // 0: not looked at
  uint64_t buffer_memory_octets = 64ull << 20;                           // of all shards together
};

struct RecipientConfig {
  std::vector<std::string> domains;
  std::vector<std::string> addresses;
  std::vector<std::string> encrypted_domains;  // taken from encrypted sessions alone
  std::string aliases_file;                    // empty: none
  std::string tag_separators = "+";
  bool fold_case = true;
};

// Who may send through this server, and as whom.
struct SubmissionConfig {
  std::string sender_map_file;  // empty: none
  bool allow_null_sender = true;
  bool add_missing_headers = true;
};

// Where bearer tokens are looked up.
struct OauthConfig {
  std::string introspection_url;  // empty: tokens are not taken
  std::string ca_file;            // empty: whom the system trusts
  std::string client_id;
  std::string client_secret_file;
  std::string bearer_token_file;
  std::string user_claim = auth::IntrospectionOptions().user_claim;
  std::vector<std::string> scopes;
  std::string audience;
  std::vector<std::string> clients;
  absl::Duration cache_time = auth::IntrospectionOptions().cache_time;
  absl::Duration timeout = auth::HttpClientOptions().timeout;
};

enum class StoreKind : uint8_t { kDiscard, kMaildir };

struct StoreConfig {
  StoreKind kind = StoreKind::kMaildir;
  std::string path = "mail/{user}@{domain}";
  hooks::Durability durability = hooks::Durability::kSynced;
};

struct LogConfig {
  server::LogFormat format = server::LogFormat::kText;
  std::string file;  // empty: stderr
  hooks::ObservedStages stages;
};

struct Config {
  ServerConfig server;
  std::vector<ListenerConfig> listeners;
  SessionConfig session;  // for listeners that say nothing of their own
  server::ConnectionLimits connections;
  TransferConfig transfer;
  server::Timeouts timeouts;
  TlsConfig tls;
  AuthConfig auth;
  RecipientConfig recipients;
  OauthConfig oauth;
  SubmissionConfig submission;
  StoreConfig store;
  LogConfig log;
};

}  // namespace ringpost::daemon
