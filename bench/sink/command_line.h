// The command line of ringpost-sink.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "ringpost/io/socket_address.h"
#include "sink/sink_options.h"

namespace ringpost::sink {

struct CommandLine {
  io::SocketAddress address = {};
  bool is_blind = false;
  size_t shard_count = 1;
  std::optional<absl::Duration> duration = {};
  std::optional<std::string> json_file = {};
  SinkOptions options = {};  // without --blind
};

// Asked for help, or a mistake: what to print, and with which code to end.
struct Farewell {
  int exit_code = 0;
  std::string to_stdout = {};
  std::string to_stderr = {};
};

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv);

}  // namespace ringpost::sink
