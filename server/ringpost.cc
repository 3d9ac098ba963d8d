// ringpost: the administrator's tool.
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/time/clock.h"
#include "ringpost/base/text.h"
#include "server/auth_wiring.h"
#include "server/command_line.h"
#include "server/tls_wiring.h"
#include "server/user_command.h"
#include "server/version.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr std::string_view kUsage =
    "usage: ringpost COMMAND\n"
    "\n"
    "  user COMMAND        add, passwd, remove, list: the users file; user --help says more\n"
    "  check-config FILE   tell all that is wrong with a configuration file of ringpostd\n"
    "  version             print the version\n"
    "  help                print this\n";
constexpr int kFailureExitCode = 1;
constexpr int kUsageExitCode = 2;

int CheckConfig(const char* path) {
  CommandLine command_line;
  command_line.config_file = path;
  const absl::StatusOr<Config> config = LoadConfig(command_line);
  absl::Status status = config.ok() ? LoadMailboxes(*config).status() : config.status();
  if (status.ok()) status = CheckAuthentication(*config);
  if (status.ok()) status = CheckCertificates(*config, absl::Now());
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return kFailureExitCode;
  }
  std::printf("%s is good\n", path);
  return 0;
}

int Main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "user") return RunUserCommand(argc - 1, argv + 1);
  if (command == "check-config" && argc == 3) return CheckConfig(argv[2]);
  const bool is_version = command == "version" || command == "--version";
  const bool is_help = command == "help" || command == "--help" || command == "-h";
  if (argc == 2 && is_version) return std::puts(Concat("ringpost ", kVersion).c_str()) < 0;
  if (argc == 2 && is_help) return std::fputs(std::string(kUsage).c_str(), stdout) < 0;
  std::fputs(std::string(kUsage).c_str(), stderr);
  return kUsageExitCode;
}

}  // namespace
}  // namespace ringpost::daemon

int main(int argc, char** argv) { return ringpost::daemon::Main(argc, argv); }
