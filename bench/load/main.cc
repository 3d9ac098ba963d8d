// ringpost-load: puts load on a mail server. This file is its table of contents.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "load/audit/audit_command.h"
#include "load/audit/message_id.h"
#include "load/audit/run_journals.h"
#include "load/command_line.h"
#include "load/load_run.h"
#include "load/message_files.h"
#include "load/report/compare_command.h"
#include "load/report/result_page.h"
#include "load/report/views.h"
#include "load/results_json.h"
#include "load/text_report.h"
#include "load/version.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr int kFailureExitCode = 1;
constexpr int kInterruptedExitCode = 130;

int Fail(const absl::Status& status) {
  std::fputs(Concat("ringpost-load: ", std::string(status.message()), "\n").c_str(), stderr);
  return kFailureExitCode;
}

// The first Ctrl-C ends the run with what it has found, the second at once.
class Interruption {
 public:
  explicit Interruption(RunControl& control) : control_(control) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this] { Watch(); });
  }
  ~Interruption() {
    is_over_.store(true);
    thread_.join();
  }

 private:
  void Watch() {
    constexpr timespec kLook = {.tv_sec = 0, .tv_nsec = 100'000'000};
    bool was_told = false;
    while (!is_over_.load()) {
      if (sigtimedwait(&signals_, nullptr, &kLook) < 0) continue;
      if (was_told) _exit(kInterruptedExitCode);
      was_told = true;
      control_.Stop();
    }
  }

  RunControl& control_;
  sigset_t signals_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

absl::Status AllowDescriptors(size_t connection_count) {
  constexpr rlim_t kOwnCount = 64;
  const rlim_t wanted = connection_count + kOwnCount;
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return absl::OkStatus();
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return absl::OkStatus();
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_max >= wanted && setrlimit(RLIMIT_NOFILE, &limit) == 0) return absl::OkStatus();
  return absl::ResourceExhaustedError(Concat("this process may have ", limit.rlim_max,
                                             " descriptors, too few for ", connection_count,
                                             " connections; raise the limit (ulimit -n)"));
}

absl::StatusOr<Corpus> MakeCorpus(const LoadOptions& options) {
  if (!options.messages_from.has_value()) {
    // A run that is repeated sends the same, so the date is none of today.
    const absl::Time date = absl::FromUnixSeconds(1'750'000'000);
    return Corpus::OfSizes(
        options.sizes,
        {.seed = options.seed, .from = options.from, .to = options.to, .date = date});
  }
  absl::StatusOr<std::vector<Message>> messages = ReadMessages(*options.messages_from);
  if (!messages.ok()) return messages.status();
  return Corpus::OfMessages(*std::move(messages));
}

// Of the clock and the process: another run has another.
uint64_t SeedOfRunId() {
  const auto now = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now()));
  return Random(now ^ static_cast<uint64_t>(getpid()) << 48).Next();
}

absl::StatusOr<Results> Run(const LoadOptions& options, const Corpus& corpus,
                            const RunHooks& hooks) {
  const auto run = [&](const LoadOptions& step) { return RunLoad(step, corpus, hooks); };
  return options.find_max.has_value() ? RunFindMax(options, hooks, run) : run(options);
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return absl::OkStatus();
  }
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  return file ? absl::OkStatus()
              : absl::UnavailableError(Concat("cannot write the results to ", path));
}

// A run with all who look on: the view, the log of latencies, the audit.
absl::StatusOr<Results> RunWatched(const CommandLine& line, const Corpus& corpus,
                                   RunControl& control) {
  const uint64_t run = SeedOfRunId();
  ProgressViews views;
  std::unique_ptr<HdrLog> hdr_log;
  std::unique_ptr<RunJournals> journals;
  if (!line.is_quiet) views.Add(MakeProgressView(stderr));
  if (line.hdr_log_file.has_value()) {
    auto created = HdrLog::Create(*line.hdr_log_file, absl::Now());
    if (!created.ok()) return created.status();
    hdr_log = *std::move(created);
    views.Add(std::make_unique<HdrLogView>(*hdr_log));
  }
  if (line.audit_folder.has_value()) {
    auto created = RunJournals::Create(
        *line.audit_folder, line.options.thread_count, {.run = run, .seed = line.options.seed},
        [&control](const absl::Status& status) { control.Fail(status); });
    if (!created.ok()) return created.status();
    journals = *std::move(created);
  }
  RunHooks hooks = {.control = control, .view = &views, .run_id = FormatRun(run)};
  if (journals != nullptr) hooks.observers = journals->observers();

  absl::StatusOr<Results> results = Run(line.options, corpus, hooks);
  views.OnEnd();
  absl::Status closed;
  if (journals != nullptr) closed.Update(journals->Close());
  if (hdr_log != nullptr) closed.Update(hdr_log->Close());
  if (!results.ok()) return results;
  if (!closed.ok()) return closed;
  results->version = kVersion;
  return results;
}

int Main(int argc, const char* const* argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  const std::vector<std::string> arguments(argv + std::min(argc, 2), argv + argc);
  if (command == "audit") return AuditMain(arguments);
  if (command == "compare") return CompareMain(arguments);
  const std::variant<CommandLine, Farewell> parsed = ParseCommandLine(argc, argv);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    std::fputs(farewell->to_stdout.c_str(), stdout);
    std::fputs(farewell->to_stderr.c_str(), stderr);
    return farewell->exit_code;
  }
  const CommandLine& line = std::get<CommandLine>(parsed);
  const LoadOptions& options = line.options;
  RunControl control;
  const Interruption interruption(control);
  if (absl::Status status = AllowDescriptors(options.connection_count); !status.ok()) {
    return Fail(status);
  }
  const absl::StatusOr<Corpus> corpus = MakeCorpus(options);
  if (!corpus.ok()) return Fail(corpus.status());

  absl::StatusOr<Results> results = RunWatched(line, *corpus, control);
  if (!results.ok()) return Fail(results.status());
  if (!line.is_quiet && line.json_file != "-") std::fputs(TextReport(*results).c_str(), stdout);
  const std::string json = ToJson(*results);
  absl::Status written;
  if (line.json_file.has_value()) written.Update(WriteFile(*line.json_file, json));
  if (line.html_file.has_value()) {
    written.Update(WriteFile(*line.html_file, RenderResultPage(*results, json)));
  }
  return written.ok() ? 0 : Fail(written);
}

}  // namespace
}  // namespace ringpost::load

int main(int argc, char** argv) { return ringpost::load::Main(argc, argv); }
