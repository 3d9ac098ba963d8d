#include "sink/command_line.h"

#include <sstream>

#include "CLI/CLI.hpp"
#include "ringpost/base/text.h"

namespace ringpost::sink {
namespace {

constexpr const char* kDescription =
    "ringpost-sink receives mail and drops it: the other end for what sends mail.";

constexpr const char* kExamples =
    "Examples:\n"
    "  ringpost-sink --blind --listen 127.0.0.1:2525   as fast as this machine can receive\n"
    "\n"
    "TERM and INT end it; what it counted is the last line it prints, as JSON.";

constexpr int kUsageExitCode = 2;
constexpr size_t kMostShards = 1024;

// For CLI11, a check is a function that gives an empty text or what is wrong.
std::string CheckAddress(const std::string& text) {
  return std::string(io::ParseSocketAddress(text).status().message());
}

void Define(CLI::App& app, CommandLine& line) {
  app.add_option_function<std::string>(
         "--listen", [&](const std::string& text) { line.address = *io::ParseSocketAddress(text); },
         "Where to receive; port 0 is a free one")
      ->required()
      ->check(CheckAddress)
      ->type_name("ADDRESS:PORT");
  app.add_flag(
      "--blind", line.is_blind,
      "Do no more than find the ends of lines and of data: the least that a receiver can do");
  app.add_option("--shards", line.shard_count, "Threads that receive")
      ->check(CLI::Range(size_t{1}, kMostShards))
      ->type_name("N");
  app.set_help_flag("--help,-h", "Print this, and end");
}

Farewell Leave(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const bool is_mistake = app.exit(error, out, err) != 0;
  return {is_mistake ? kUsageExitCode : 0, out.str(), err.str()};
}

}  // namespace

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kDescription, "ringpost-sink");
  app.footer(kExamples);
  Define(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave(app, error);
  }
  return line;
}

}  // namespace ringpost::sink
