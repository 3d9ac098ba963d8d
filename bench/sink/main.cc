// ringpost-sink: a receiver of mail for measuring and testing what sends it. This file is its table
// of contents.
#include <csignal>
#include <cstdio>
#include <string>

#include "ringpost/base/text.h"
#include "sink/blind_run.h"
#include "sink/command_line.h"
#include "sink/process_usage.h"

namespace ringpost::sink {
namespace {

constexpr int kFailureExitCode = 1;

void Print(FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

// Blocked before a thread is started, so that none but Wait() hears of them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  void Wait() const {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
  }

 private:
  sigset_t set_;
};

void PrintBlindResult(const BlindRun::Result& result, const CpuUsage& before,
                      const CpuUsage& after) {
  std::printf(
      "{\"messages\":%llu,\"connections\":%llu,\"octets\":%llu,\"user_cpu_seconds\":%.6f,"
      "\"system_cpu_seconds\":%.6f,\"run_delay_seconds\":%.6f,\"peak_memory_bytes\":%llu}\n",
      static_cast<unsigned long long>(result.counts.messages),
      static_cast<unsigned long long>(result.counts.connections),
      static_cast<unsigned long long>(result.counts.octets),
      after.user_seconds - before.user_seconds, after.system_seconds - before.system_seconds,
      result.run_delay_seconds, static_cast<unsigned long long>(PeakMemoryBytesOfProcess()));
  std::fflush(stdout);
}

int RunBlind(const CommandLine& line, const StopSignals& signals) {
  const absl::StatusOr<std::unique_ptr<BlindRun>> run =
      BlindRun::Start(line.address, line.shard_count);
  if (!run.ok()) {
    Print(stderr, Concat("ringpost-sink: ", std::string(run.status().message()), "\n"));
    return kFailureExitCode;
  }
  const CpuUsage before = CpuUsageOfProcess();
  Print(stdout, Concat("ready: smtp ", (*run)->address().ToString(), "\n"));
  signals.Wait();
  const CpuUsage after = CpuUsageOfProcess();
  PrintBlindResult((*run)->Stop(), before, after);
  return 0;
}

int Main(int argc, const char* const* argv) {
  const StopSignals signals;
  const std::variant<CommandLine, Farewell> parsed = ParseCommandLine(argc, argv);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    Print(stdout, farewell->to_stdout);
    Print(stderr, farewell->to_stderr);
    return farewell->exit_code;
  }
  const auto& line = std::get<CommandLine>(parsed);
  if (!line.is_blind) {
    Print(stderr, "ringpost-sink: only --blind is there yet\n");
    return kFailureExitCode;
  }
  RaiseDescriptorLimit();
  return RunBlind(line, signals);
}

}  // namespace
}  // namespace ringpost::sink

int main(int argc, char** argv) { return ringpost::sink::Main(argc, argv); }
