// The command line of ringpostd: what to do, and what it changes of the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config.h"

namespace ringpost::daemon {

struct CommandLine {
  std::optional<std::string> config_file;
  bool checks_config = false;
  bool prints_default_config = false;

  // What stands here takes the place of what the file says.
  std::vector<ListenAddress> smtp_listeners;
  std::vector<ListenAddress> lmtp_listeners;
  std::vector<ListenAddress> smtps_listeners;  // implicit TLS
  std::optional<std::string> certificate;      // a file
  std::optional<std::string> key;
  std::optional<StoreKind> store_kind;
  std::optional<std::string> store_path;
  std::vector<std::string> domains;
  std::vector<std::string> recipients;
  std::optional<uint64_t> shards;
  std::optional<uint64_t> message_octets;
  std::optional<absl::Duration> timeout;
  std::optional<server::LogFormat> log_format;
};

// Nothing is to be done but to print: after --help, --version, or a mistake.
struct Farewell {
  int exit_code;
  std::string to_stdout;
  std::string to_stderr;
};

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv);

// The configuration that a command line stands for: of its file, else DefaultConfig(), then its own
// values. Not OK: a text with a line for each thing that is wrong.
absl::StatusOr<Config> LoadConfig(const CommandLine& command_line);

}  // namespace ringpost::daemon
