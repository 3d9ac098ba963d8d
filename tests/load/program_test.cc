// What ringpost-load understands and tells.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load/command_line.h"
#include "load/process_usage.h"
#include "load/results_json.h"
#include "load/target.h"
#include "load/text_report.h"
#include "load/timeline.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

using ::testing::_;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::variant<CommandLine, Farewell> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ringpost-load");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}
LoadOptions Options(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "smtp://127.0.0.1:2525");
  const auto parsed = Parse(std::move(arguments));
  const auto* const farewell = std::get_if<Farewell>(&parsed);
  EXPECT_EQ(farewell, nullptr) << farewell->to_stderr;
  return farewell == nullptr ? std::get<CommandLine>(parsed).options : LoadOptions();
}
std::string MistakeOf(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "smtp://127.0.0.1:2525");
  const auto parsed = Parse(std::move(arguments));
  const auto* const farewell = std::get_if<Farewell>(&parsed);
  if (farewell == nullptr) return "";
  EXPECT_EQ(farewell->exit_code, kUsageExitCode);
  return farewell->to_stderr;
}

TEST(LoadCommandLine, IsBoundedByDefault) {
  const LoadOptions options = Options({});
  EXPECT_EQ(options.duration, absl::Seconds(10));
  EXPECT_EQ(options.message_limit, 10'000'000u);
  EXPECT_EQ(options.warm_up, absl::Milliseconds(500));
  EXPECT_EQ(options.dialog.pipelining, Pipelining::kNone);
}

TEST(LoadCommandLine, PipeliningTakesItsValueByEqualsSign) {
  EXPECT_EQ(Options({"--pipelining"}).dialog.pipelining, Pipelining::kWithin);
  EXPECT_EQ(Options({"--pipelining=across"}).dialog.pipelining, Pipelining::kAcross);
  EXPECT_EQ(Options({"--pipelining", "--connections", "7"}).connection_count, 7u);
  EXPECT_THAT(MistakeOf({"--pipelining=maybe"}), HasSubstr("--pipelining: 'maybe'"));
}

TEST(LoadCommandLine, ANumberOfMessagesTakesTheTimeItTakes) {
  const LoadOptions options = Options({"--messages", "500"});
  EXPECT_EQ(options.message_limit, 500u);
  EXPECT_EQ(options.warm_up, absl::ZeroDuration());
  EXPECT_GE(options.duration, absl::Hours(1));
  EXPECT_EQ(Options({"--messages", "500", "--duration", "5s"}).duration, absl::Seconds(5));
}

TEST(LoadCommandLine, ReadsWhatItIsGiven) {
  const LoadOptions options = Options({"--connections",
                                       "50",
                                       "--rate",
                                       "1500.5",
                                       "--size",
                                       "1KiB..2KiB",
                                       "--recipients",
                                       "3",
                                       "--think",
                                       "exp:20ms",
                                       "--chunking",
                                       "--to",
                                       "u%d@x.test",
                                       "--from",
                                       "<>",
                                       "--seed",
                                       "9",
                                       "--timeout",
                                       "3s",
                                       "--warm-up",
                                       "1s"});
  EXPECT_EQ(options.connection_count, 50u);
  EXPECT_EQ(options.rate_per_second, 1500.5);
  EXPECT_EQ(options.dialog.recipient_count, 3u);
  EXPECT_TRUE(options.think.is_exponential);
  EXPECT_EQ(options.think.mean, absl::Milliseconds(20));
  EXPECT_TRUE(options.dialog.uses_bdat);
  EXPECT_EQ(options.from, "");
  EXPECT_EQ(options.warm_up, absl::Seconds(1));
  EXPECT_THAT(options.given, Contains(Pair("size", "1KiB..2KiB")));
}

TEST(LoadCommandLine, RefusesATargetThatIsNotLoopback) {
  const auto refused = Parse({"smtp://192.0.2.1:25"});
  ASSERT_TRUE(std::holds_alternative<Farewell>(refused));
  EXPECT_THAT(std::get<Farewell>(refused).to_stderr, HasSubstr("--i-own-this-host"));
  EXPECT_TRUE(
      std::holds_alternative<CommandLine>(Parse({"smtp://192.0.2.1:25", "--i-own-this-host"})));
}

TEST(LoadCommandLine, NamesTheOptionOfAMistake) {
  EXPECT_THAT(MistakeOf({"--connections", "0"}), HasSubstr("--connections"));
  EXPECT_THAT(MistakeOf({"--rate", "fast"}), HasSubstr("--rate"));
  EXPECT_THAT(MistakeOf({"--duration", "10"}), HasSubstr("--duration"));
  EXPECT_THAT(MistakeOf({"--size", "big"}), HasSubstr("--size"));
  EXPECT_THAT(MistakeOf({"--to", "a@b>\r\nQUIT"}), HasSubstr("--to"));
  EXPECT_THAT(MistakeOf({"--server-pid", "999999999"}), HasSubstr("999999999"));
  EXPECT_THAT(MistakeOf({"--p99", "20ms"}), HasSubstr("--find-max"));
  EXPECT_THAT(MistakeOf({"--threads", "20", "--connections", "2"}), HasSubstr("--threads"));
  EXPECT_THAT(MistakeOf({"--conections", "3"}), HasSubstr("--conections"));
}

TEST(LoadCommandLine, SessionsWithoutAMessage) {
  const LoadOptions options = Options({"--no-message", "--messages", "7"});
  EXPECT_TRUE(options.sends_no_message);
  EXPECT_EQ(options.message_limit, 7u);
  EXPECT_THAT(options.given, Contains(Pair("no-message", "yes")));
  EXPECT_THAT(MistakeOf({"--no-message", "--rate", "5"}), HasSubstr("--no-message"));
  EXPECT_THAT(MistakeOf({"--no-message", "--idle", "5"}), HasSubstr("--no-message"));
  EXPECT_THAT(MistakeOf({"--no-message", "--audit", "x"}), HasSubstr("--no-message"));
}

TEST(LoadCommandLine, AuthInTheClear) {
  const LoadOptions options =
      Options({"--auth", "scram-sha-256", "--user", "me", "--password", "pencil"});
  ASSERT_TRUE(options.credentials.has_value());
  EXPECT_EQ(options.credentials->mechanism, sasl::Mechanism::kScramSha256);
  EXPECT_EQ(options.credentials->user, "me");
  EXPECT_EQ(options.dialog.mechanism, "SCRAM-SHA-256");
  EXPECT_THAT(options.given, Contains(Pair("auth", "scram-sha-256")));
  EXPECT_THAT(options.given, Not(Contains(Pair(_, HasSubstr("pencil")))));
}

TEST(LoadCommandLine, SecretsInTheClearAreToBeAskedFor) {
  for (const char* const mechanism : {"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}) {
    EXPECT_THAT(MistakeOf({"--auth", mechanism, "--user", "me", "--password", "x"}),
                HasSubstr("--auth-without-tls"))
        << mechanism;
    EXPECT_TRUE(
        Options({"--auth", mechanism, "--user", "me", "--password", "x", "--auth-without-tls"})
            .credentials.has_value());
  }
  EXPECT_THAT(MistakeOf({"--auth", "SCRAM-SHA-1-PLUS", "--user", "me", "--password", "x"}),
              HasSubstr("-PLUS"));
}

TEST(LoadCommandLine, MistakesOfAuthAreNamed) {
  EXPECT_THAT(MistakeOf({"--user", "me"}), HasSubstr("--auth"));
  EXPECT_THAT(MistakeOf({"--auth", "CRAM-MD5", "--user", "me", "--password", "x"}),
              HasSubstr("--auth: 'CRAM-MD5'"));
  EXPECT_THAT(MistakeOf({"--auth", "EXTERNAL", "--user", "me", "--password", "x"}),
              HasSubstr("--auth: 'EXTERNAL'"));
  EXPECT_THAT(MistakeOf({"--auth", "SCRAM-SHA-256", "--user", "me"}), HasSubstr("--password"));
  EXPECT_THAT(MistakeOf({"--auth", "SCRAM-SHA-256", "--password", "x"}), HasSubstr("--user"));
  EXPECT_THAT(MistakeOf({"--auth", "SCRAM-SHA-256", "--user", "me", "--password-file", "/none"}),
              HasSubstr("--password-file: '/none'"));
}

TEST(LoadCommandLine, OptionsOfTlsNeedTls) {
  EXPECT_THAT(MistakeOf({"--tls-resume"}), HasSubstr("--starttls"));
  EXPECT_THAT(MistakeOf({"--tls-version", "1.3"}), HasSubstr("--starttls"));
}

TEST(LoadCommandLine, HelpHasExamples) {
  const auto parsed = Parse({"--help"});
  ASSERT_TRUE(std::holds_alternative<Farewell>(parsed));
  EXPECT_EQ(std::get<Farewell>(parsed).exit_code, 0);
  EXPECT_THAT(std::get<Farewell>(parsed).to_stdout, HasSubstr("Examples:"));
}

TEST(Target, ReadsEveryForm) {
  EXPECT_EQ(ParseTarget("smtp://127.0.0.1:2525")->address.ToString(), "127.0.0.1:2525");
  EXPECT_EQ(ParseTarget("smtp://127.0.0.1")->address.port, 25);
  EXPECT_EQ(ParseTarget("lmtp://[::1]:24/")->address.ToString(), "[::1]:24");
  EXPECT_TRUE(ParseTarget("lmtp://[::1]")->is_lmtp);
  EXPECT_EQ(ParseTarget("lmtp://unix:/run/x")->address.unix_path, "/run/x");
  EXPECT_EQ(ParseTarget("submission://127.0.0.1")->address.port, 587);
  EXPECT_FALSE(ParseTarget("submission://127.0.0.1")->is_implicit_tls);
  for (const char* const url : {"smtps://localhost", "submissions://localhost"}) {
    EXPECT_EQ(ParseTarget(url)->address.port, 465);
    EXPECT_TRUE(ParseTarget(url)->is_implicit_tls);
    EXPECT_EQ(ParseTarget(url)->host_name, "localhost");
  }
  EXPECT_EQ(ParseTarget("smtps://127.0.0.1")->host_name, "");
  EXPECT_TRUE(ParseTarget("smtp://localhost:25")->address.ip.is_loopback());
  for (const char* const url : {"", "127.0.0.1:25", "http://127.0.0.1", "smtp://", "smtp://[::1",
                                "smtp://127.0.0.1:0", "smtp://127.0.0.1:x", "lmtp://unix:"}) {
    EXPECT_FALSE(ParseTarget(url).ok()) << url;
  }
}

// --- JSON and text
// --------------------------------------------------------------------------------

Results FullResults() {
  Results results;
  results.version = "1.2.3";
  results.started = absl::FromUnixSeconds(1'700'000'000);
  results.target = "smtp://127.0.0.1:2525";
  results.options = {{"connections", "50"}, {"size", "1KiB"}};
  results.mode = Mode::kFindMax;
  results.duration = absl::Seconds(2);
  results.messages = {.accepted = 1000,
                      .refused = 2,
                      .failed = 3,
                      .unfinished = 4,
                      .per_second = 500,
                      .octets = 1'024'000,
                      .octets_per_second = 512'000};
  results.connections = {.opened = 50, .failed = 1, .dropped = 2};
  Latency latency = {.count = 1000, .mean_us = 1.5, .p50_us = 1.25, .max_us = 9};
  latency.curve = {{0, 1}, {0.5, 1.25}, {1, 9}};
  results.sessions = {.completed = 30, .per_second = 15};
  results.tls = {.handshakes = 40, .resumed = 10, .ciphers = {{"TLSv1.3 TLS_X", 40}}};
  results.phases = {{.phase = Phase::kTls, .latency = {.count = 40, .p50_us = 300}},
                    {.phase = Phase::kMessage, .latency = latency}};
  results.replies = {{.phase = Phase::kRcpt, .code = 550, .count = 2, .sample = "no \"such\""}};
  results.errors = {{.kind = ErrorKind::kReset, .phase = Phase::kBody, .count = 3}};
  results.generator = {.cpu_seconds = 1.9, .cpu_share = 0.95, .was_bottleneck = true};
  ServerResults server;
  server.pids = {42};
  server.cpu_seconds = 1;
  server.cpu_us_per_message = 1000;
  server.cpu_us_per_session = 250;
  server.peak_memory_octets = 1 << 20;
  results.server = server;
  results.timeline = {{.second = 1, .messages = 500, .p50_us = 1, .p99_us = 2, .errors = 1}};
  results.find_max = FindMaxResults{
      .knee_per_second = 400,
      .steps = {{.rate_per_second = 400, .achieved_per_second = 399, .passed = true}}};
  return results;
}

TEST(ResultsJson, ReadsWhatItWrote) {
  const std::string json = ToJson(FullResults());
  const absl::StatusOr<Results> read = FromJson(json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(ToJson(*read), json);
  EXPECT_EQ(read->replies[0].sample, "no \"such\"");
  EXPECT_EQ(read->phases[1].latency.curve.size(), 3u);
  EXPECT_EQ(read->sessions->completed, 30u);
  EXPECT_EQ(read->tls->resumed, 10u);
  EXPECT_EQ(read->tls->ciphers[0].first, "TLSv1.3 TLS_X");
  EXPECT_EQ(read->find_max->steps[0].passed, true);
  EXPECT_FALSE(read->server->octets_per_idle_connection.has_value());
}

TEST(ResultsJson, HasTheDocumentedShape) {
  const std::string json = ToJson(FullResults());
  for (const char* const part :
       {"\"ringpost_load\": \"1.2.3\"", "\"started\": \"2023-11-14T22:13:20+00:00\"",
        "\"mode\": \"find-max\"", "\"duration_seconds\": 2.0", "\"connections\": \"50\"",
        "\"message\": {", "\"p50_us\": 1.25", "\"kind\": \"reset\"", "\"was_bottleneck\": true",
        "\"cpu_us_per_message\": 1000.0", "\"cpu_us_per_session\": 250.0", "\"handshakes\": 40",
        "\"TLSv1.3 TLS_X\": 40", "\"tls\": {", "\"completed\": 30", "\"knee_per_second\": 400.0"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
  EXPECT_THAT(ToJson(Results()), ::testing::Not(HasSubstr("\"server\"")));
}

TEST(ResultsJson, RefusesOtherTexts) {
  EXPECT_FALSE(FromJson("").ok());
  EXPECT_FALSE(FromJson("{}").ok());
  EXPECT_FALSE(FromJson("[1]").ok());
  EXPECT_FALSE(FromJson(R"({"ringpost_load": 3})").ok());
  EXPECT_FALSE(FromJson(R"({"ringpost_load": "1", "messages": {"accepted": "many"}})").ok());
  EXPECT_TRUE(FromJson(R"({"ringpost_load": "1", "phases": {"unknown": {}}})").ok());
}

TEST(TextReport, TellsOfSessionsAndTls) {
  const std::string report = TextReport(FullResults());
  for (const char* const part :
       {"30 without a message, 15 per second", "250.00 us per session",
        "40 handshakes, 10 of them resumed", "TLSv1.3 TLS_X: 40", "\n  tls  "}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_THAT(report, Not(HasSubstr("accepted")));
}

TEST(TextReport, TellsWhatMatters) {
  Results results = FullResults();
  results.sessions.reset();
  const std::string report = TextReport(results);
  for (const char* const part :
       {"1000 accepted, 500 per second", "2 refused, 3 failed", "p99.9", "550", "reset"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_THAT(report, HasSubstr("THE GENERATOR WAS THE BOTTLENECK"));
  EXPECT_THAT(report, HasSubstr("1000.00 us per message"));
  EXPECT_THAT(report, HasSubstr("knee         400"));
}

TEST(TextReport, LatenciesHaveThreeDigits) {
  EXPECT_EQ(FormatLatency(1.234), "1.23 us");
  EXPECT_EQ(FormatLatency(812), "812 us");
  EXPECT_EQ(FormatLatency(20'400), "20.4 ms");
  EXPECT_EQ(FormatLatency(1'250'000), "1.25 s");
}

// --- Monitor and timeline
// -------------------------------------------------------------------------

ShardReport ReportOf(uint64_t accepted, uint64_t refused = 0) {
  ShardReport report;
  report.counts.accepted = accepted;
  report.counts.refused = refused;
  report.open_connections = 1;
  return report;
}

TEST(Monitor, AnIntervalIsCompleteWhenAllHaveReported) {
  Monitor monitor(2);
  Histogram messages;
  messages.Record(1000);
  monitor.Report(0, 1, ReportOf(3), messages);
  EXPECT_TRUE(monitor.Take().empty());
  monitor.Report(0, 2, ReportOf(5), messages);
  monitor.Report(1, 1, ReportOf(10), messages);
  const auto first = monitor.Take();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0]->counts.accepted, 13u);
  EXPECT_EQ(first[0]->open_connections, 2u);
  EXPECT_EQ(first[0]->messages.count(), 2u);
  // One that has ended counts on with what it had.
  monitor.End(1);
  const auto second = monitor.Take();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0]->counts.accepted, 15u);
}

class ViewRecorder final : public ProgressView {
 public:
  void OnProgress(const Progress& progress) override { progress_.push_back(progress); }
  void OnSecond(absl::Time start, const SecondResult&, const Histogram&) override {
    starts_.push_back(start);
  }
  void OnStep(const FindMaxStep&) override {}
  void OnEnd() override {}
  std::vector<Progress> progress_;
  std::vector<absl::Time> starts_;
};

TEST(Timeline, MakesSecondsOfTicks) {
  LoadOptions options;
  ViewRecorder view;
  const absl::Time begin = absl::FromUnixSeconds(100);
  Timeline timeline(options, begin, &view);
  Histogram messages;
  messages.Record(2'000'000);
  for (int64_t tick = -1; tick <= 7; ++tick) {
    Interval interval;
    interval.tick = tick;
    const auto accepted = static_cast<uint64_t>(std::max<int64_t>(tick, 0) * 10);
    interval.counts.accepted = accepted;
    interval.counts.refused = accepted / 10;
    if (tick > 0) interval.messages.Merge(messages);
    timeline.Add(interval);
  }
  timeline.End(absl::Milliseconds(1400));
  ASSERT_EQ(timeline.seconds().size(), 2u);
  EXPECT_EQ(timeline.seconds()[0].second, 1);
  EXPECT_EQ(timeline.seconds()[0].messages, 55u);
  EXPECT_EQ(timeline.seconds()[0].errors, 5u);
  EXPECT_NEAR(timeline.seconds()[0].p99_us, 2000, 3);
  EXPECT_EQ(timeline.seconds()[1].second, 1.4);
  EXPECT_EQ(timeline.seconds()[1].messages, 22u);
  EXPECT_EQ(view.starts_, std::vector<absl::Time>({begin, begin + absl::Seconds(1)}));
  EXPECT_TRUE(view.progress_.front().is_warming_up());
  EXPECT_EQ(view.progress_.back().per_second, 50);
}

// --- Processes
// ------------------------------------------------------------------------------------

TEST(ProcessUsage, CountsAProcessAndItsDescendants) {
  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  char octet = 0;
  const pid_t child = fork();
  if (child == 0) {
    // A child of the child, which waits until it is told.
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      close(done[1]);
      if (write(ready[1], &octet, 1) != 1) _exit(1);
      _exit(read(done[0], &octet, 1) == 0 ? 0 : 1);
    }
    close(done[1]);
    int status = 0;
    waitpid(grandchild, &status, 0);
    _exit(0);
  }
  ASSERT_EQ(read(ready[0], &octet, 1), 1);
  const std::vector<int> tree = ProcessTree({child});
  EXPECT_EQ(tree.size(), 2u);
  EXPECT_EQ(tree[0], child);
  EXPECT_TRUE(ProcessExists(child));
  EXPECT_GT(ReadUsage({child}).peak_memory_octets, 0u);
  EXPECT_GT(ReadPrivateOctets({child}), 0u);
  close(done[1]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_FALSE(ProcessExists(child));
  EXPECT_EQ(ReadUsage({child}).peak_memory_octets, 0u);
  for (const int descriptor : {ready[0], ready[1], done[0]}) close(descriptor);
}

TEST(ProcessUsage, IsAsFineAsTheClock) {
  const auto children_seconds = [] {
    rusage usage = {};
    getrusage(RUSAGE_CHILDREN, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  };
  constexpr double kRounding = 1e-5;
  const double before = ReadOwnUsage().cpu_seconds();
  const double read = ReadUsage({getpid()}).cpu_seconds();
  const double after = ReadOwnUsage().cpu_seconds() + children_seconds();
  EXPECT_GE(read, before - kRounding);
  EXPECT_LE(read, after + kRounding);
}

TEST(ProcessUsage, CountsItself) {
  const Usage before = ReadOwnUsage();
  volatile uint64_t sum = 0;
  Usage after = before;
  while (after.cpu_seconds() <= before.cpu_seconds()) {
    for (uint64_t i = 0; i < 1'000'000; ++i) sum = sum + i;
    after = ReadOwnUsage();
  }
  EXPECT_GT(after.peak_memory_octets, 1u << 20);
}

}  // namespace
}  // namespace ringpost::load
