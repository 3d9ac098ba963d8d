// ringpost-sink: a receiver of mail for measuring and testing what sends it. This file is its table
// of contents.
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include "absl/time/clock.h"
#include "ringpost/base/text.h"
#include "sink/blind_run.h"
#include "sink/command_line.h"
#include "sink/process_usage.h"
#include "sink/report.h"
#include "sink/sink_run.h"

namespace ringpost::sink {
namespace {

constexpr int kFailureExitCode = 1;

void Print(FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

int Fail(const absl::Status& status) {
  Print(stderr, Concat("ringpost-sink: ", std::string(status.message()), "\n"));
  return kFailureExitCode;
}

// Blocked before a thread is started, so that none but Wait() hears of them.
class Signals {
 public:
  Signals() : waiting_(pthread_self()) {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

  // The signal that came; SIGTERM when none did until `end`.
  int Wait(absl::Time end) const {
    if (end == absl::InfiniteFuture()) return sigwaitinfo(&set_, nullptr);
    const timespec left = absl::ToTimespec(std::max(end - absl::Now(), absl::ZeroDuration()));
    const int signal = sigtimedwait(&set_, nullptr, &left);
    return signal < 0 && errno == EAGAIN ? SIGTERM : signal;
  }
  // As if somebody had sent TERM. From any thread.
  void Stop() const { pthread_kill(waiting_, SIGTERM); }

 private:
  sigset_t set_;
  pthread_t waiting_;
};

// What the process used since it was ready.
class UsageMeter {
 public:
  RunUsage Read() const {
    const CpuUsage cpu = CpuUsageOfProcess();
    return {.seconds = absl::ToDoubleSeconds(absl::Now() - start_),
            .cpu = {.user_seconds = cpu.user_seconds - cpu_.user_seconds,
                    .system_seconds = cpu.system_seconds - cpu_.system_seconds}};
  }

 private:
  const absl::Time start_ = absl::Now();
  const CpuUsage cpu_ = CpuUsageOfProcess();
};

void SayReady(const CommandLine& line, const io::SocketAddress& address) {
  const bool is_lmtp = line.options.session.protocol == smtp::Protocol::kLmtp;
  Print(stdout, Concat("ready: ", is_lmtp ? "lmtp " : "smtp ", address.ToString(), "\n"));
}

absl::Time EndOf(const CommandLine& line) {
  return line.duration.has_value() ? absl::Now() + *line.duration : absl::InfiniteFuture();
}

absl::Status WriteJson(const CommandLine& line, std::string_view json) {
  return line.json_file.has_value() ? WriteFile(*line.json_file, json) : absl::OkStatus();
}

int RunBlind(const CommandLine& line, const Signals& signals) {
  const absl::StatusOr<std::unique_ptr<BlindRun>> run =
      BlindRun::Start(line.address, line.shard_count);
  if (!run.ok()) return Fail(run.status());
  const UsageMeter meter;
  const absl::Time end = EndOf(line);
  SayReady(line, (*run)->address());
  for (int signal = SIGUSR1; signal != SIGTERM && signal != SIGINT;) signal = signals.Wait(end);
  RunUsage usage = meter.Read();
  const BlindRun::Result result = (*run)->Stop();
  usage.run_delay_seconds = result.run_delay_seconds;
  const std::string json = BlindJson(result.counts, usage);
  Print(stdout, json);
  const absl::Status written = WriteJson(line, json);
  return written.ok() ? 0 : Fail(written);
}

int RunSink(const CommandLine& line, const Signals& signals) {
  const FaultPlan& faults = line.options.faults;
  if (line.options.dump.has_value()) {
    const absl::Status prepared = PrepareDump(*line.options.dump);
    if (!prepared.ok()) return Fail(prepared);
  }
  const absl::StatusOr<std::unique_ptr<SinkRun>> run =
      SinkRun::Start(line.address, line.shard_count, line.options, [&signals] { signals.Stop(); });
  if (!run.ok()) return Fail(run.status());
  const UsageMeter meter;
  const absl::Time end = EndOf(line);
  SayReady(line, (*run)->address());
  for (;;) {
    const int signal = signals.Wait(end);
    if (signal == SIGTERM || signal == SIGINT) break;
    if (signal == SIGUSR1) Print(stdout, CountsText((*run)->Now().counts, faults));
  }
  RunUsage usage = meter.Read();
  const SinkRun::Result result = (*run)->Stop();
  usage.run_delay_seconds = result.run_delay_seconds;
  Print(stdout, CountsText(result.counts, faults));
  const absl::Status written = WriteJson(line, CountsJson(result.counts, faults, usage));
  return written.ok() ? 0 : Fail(written);
}

int Main(int argc, const char* const* argv) {
  const Signals signals;
  const std::variant<CommandLine, Farewell> parsed = ParseCommandLine(argc, argv);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    Print(stdout, farewell->to_stdout);
    Print(stderr, farewell->to_stderr);
    return farewell->exit_code;
  }
  const auto& line = std::get<CommandLine>(parsed);
  RaiseDescriptorLimit();
  return line.is_blind ? RunBlind(line, signals) : RunSink(line, signals);
}

}  // namespace
}  // namespace ringpost::sink

int main(int argc, char** argv) { return ringpost::sink::Main(argc, argv); }
