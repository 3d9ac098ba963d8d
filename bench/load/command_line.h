// The command line of ringpost-load.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "load/options.h"

namespace ringpost::load {

struct CommandLine {
  LoadOptions options = {};
  std::optional<std::string> json_file = {};
  std::optional<std::string> html_file = {};
  std::optional<std::string> hdr_log_file = {};
  std::optional<std::string> audit_folder = {};
  bool is_quiet = false;
};

// Nothing is to be done but to print: after --help, --version, or a mistake.
struct Farewell {
  int exit_code = 0;
  std::string to_stdout = {};
  std::string to_stderr = {};
};

inline constexpr int kUsageExitCode = 2;

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv);

}  // namespace ringpost::load
