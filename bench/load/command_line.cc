#include "load/command_line.h"

#include <fstream>
#include <functional>
#include <sstream>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "load/authentication.h"
#include "load/process_usage.h"
#include "load/secure_channel.h"
#include "load/target.h"
#include "load/version.h"
#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/mechanism.h"

namespace ringpost::load {
namespace {

constexpr const char* kDescription =
    "ringpost-load puts load on a mail server, and measures what the server makes of it.\n"
    "\n"
    "Without options: 10 connections send messages of 1 KiB for 10 seconds, each as fast as its\n"
    "replies come. Only servers on this machine, unless told --i-own-this-host.";

constexpr const char* kExamples =
    "Examples:\n"
    "  ringpost-load smtp://127.0.0.1:2525                      how fast is it?\n"
    "  ringpost-load smtp://127.0.0.1:2525 --connections 50 --pipelining --server-pid $(pidof "
    "ringpostd)\n"
    "                                                           and what does a message cost?\n"
    "  ringpost-load smtp://127.0.0.1:2525 --rate 2000          what latency at 2,000 per second?\n"
    "  ringpost-load smtp://127.0.0.1:2525 --find-max --p99 20ms\n"
    "                                                           the most it takes with p99 below "
    "20 ms\n"
    "  ringpost-load smtp://127.0.0.1:2525 --messages 1000 --to user%d@example.org\n"
    "                                                           a thousand messages, to many "
    "mailboxes\n"
    "  ringpost-load smtp://127.0.0.1:2525 --messages-per-connection 1\n"
    "                                                           a new connection for each\n"
    "  ringpost-load smtp://127.0.0.1:2525 --starttls --no-message --server-pid 1234\n"
    "                                                           what does a handshake cost?\n"
    "  ringpost-load smtps://127.0.0.1:4650 --auth SCRAM-SHA-256 --user me --password-file pw\n"
    "                                                           and a login?\n"
    "  ringpost-load lmtp://unix:/run/lmtp.sock --messages-from mail.mbox --recipients 3\n"
    "                                                           real mail, by LMTP\n"
    "  ringpost-load smtp://127.0.0.1:2525 --idle 5000 --hold 5s --server-pid 1234\n"
    "                                                           what does an idle connection "
    "cost?\n"
    "\n"
    "  ringpost-load smtp://127.0.0.1:2525 --audit run1         "
    "then, whatever happened to the server:\n"
    "  ringpost-load audit run1 --maildir /srv/mail             was every 250 kept?\n"
    "  ringpost-load compare before.json after.json --html both.html\n"
    "                                                           two results beside each other\n"
    "\n"
    "`ringpost-load audit --help` and `ringpost-load compare --help` tell more of these two.\n"
    "Ctrl-C ends a run early, with its results. Exit code: 0, or 1 when the run failed, or 2 for "
    "a\n"
    "mistake on the command line. docs/load.md tells what the figures mean.";

constexpr uint64_t kMostConnections = 1'000'000;
constexpr uint64_t kMostThreads = 256;
constexpr uint64_t kMostRecipients = 10'000;
// With a number of messages given, time is but a bound.
constexpr absl::Duration kLongestByNumber = absl::Hours(1);
constexpr uint64_t kMostByTime = 1'000'000'000'000;

// What is given, as text; it is understood afterwards, so that every mistake is told by its option.
struct Given {
  std::string target;
  std::string connections, threads, duration, messages, warm_up, ramp_up, rate;
  std::string p99, step, idle, hold;
  std::string pipelining;
  std::string size, messages_from, recipients, messages_per_connection, think;
  std::string slow_clients, slow_rate, timeout, seed, helo, from, to, to_count;
  std::string json, html, hdr_log, audit;
  std::string tls_version, tls_ca, tls_server_name;
  std::string auth, user, password, password_file;
  std::vector<int> server_pids;
  bool find_max = false;
  bool chunking = false;
  bool smtputf8 = false;
  bool eight_bit_mime = false;
  bool force = false;
  bool unique = false;
  bool no_message = false;
  bool starttls = false;
  bool tls_resume = false;
  bool auth_without_tls = false;
  bool owns_host = false;
  bool quiet = false;
};

void DefineLoad(CLI::App& app, Given& given) {
  app.add_option("--connections,-c", given.connections, "Connections at a time (10)")
      ->type_name("N")
      ->group("How much");
  app.add_option("--duration,-d", given.duration, "How long is measured (10s)")
      ->type_name("TIME")
      ->group("How much");
  app.add_option("--messages,-n", given.messages,
                 "Send so many messages, then end (10 million within the duration)")
      ->type_name("N")
      ->group("How much");
  app.add_option("--rate,-r", given.rate,
                 "Messages per second, whatever the server does (as fast as replies come)")
      ->type_name("R")
      ->group("How much");
  app.add_option("--warmup,--warm-up", given.warm_up,
                 "Before it is measured (500ms; 0s with --messages)")
      ->type_name("TIME")
      ->group("How much");
  app.add_option("--ramp-up", given.ramp_up, "Grow to the full load, before the warm-up (0s)")
      ->type_name("TIME")
      ->group("How much");
  app.add_option("--threads", given.threads, "Threads that make the load (1)")
      ->type_name("N")
      ->group("How much");
  app.add_option("--think", given.think, "Rest between two messages: 10ms, or exp:10ms (0s)")
      ->type_name("TIME")
      ->group("How much");
  app.add_flag("--find-max", given.find_max,
               "Search the highest rate that the server keeps up with")
      ->group("How much");
  app.add_option("--p99", given.p99, "For --find-max: what p99 must not exceed (20ms)")
      ->type_name("TIME")
      ->group("How much");
  app.add_option("--step", given.step, "For --find-max: how long each rate is tried (2s)")
      ->type_name("TIME")
      ->group("How much");
  app.add_option("--idle", given.idle, "Only open N connections, and hold them")
      ->type_name("N")
      ->group("How much");
  app.add_option("--hold", given.hold, "For --idle: how long (5s)")
      ->type_name("TIME")
      ->group("How much");
}

void DefineMessages(CLI::App& app, Given& given) {
  app.add_option("--size,-s", given.size,
                 "Of a message: 1KiB, 1KiB..100KiB, exp:10KiB, or 1KiB:70,100KiB:30 (1KiB)")
      ->type_name("SIZE")
      ->group("Messages");
  app.add_option("--messages-from", given.messages_from,
                 "Real messages: a folder of .eml files, or an mbox")
      ->type_name("PATH")
      ->group("Messages");
  app.add_option("--recipients", given.recipients, "Of each message (1)")
      ->type_name("N")
      ->group("Messages");
  app.add_option("--from", given.from, "Envelope sender (sender@localhost)")
      ->type_name("ADDRESS")
      ->group("Messages");
  app.add_option("--to", given.to,
                 "Envelope recipient; %d counts: user%d@example.org (recipient@localhost)")
      ->type_name("ADDRESS")
      ->group("Messages");
  app.add_option("--to-count", given.to_count, "Where %d starts again from 1 (1000)")
      ->type_name("N")
      ->group("Messages");
  app.add_flag("--unique", given.unique, "A header line in each message that no other has")
      ->group("Messages");
  app.add_option("--seed", given.seed, "For everything random (1)")
      ->type_name("N")
      ->group("Messages");
}

void DefineSession(CLI::App& app, Given& given) {
  app.add_flag("--pipelining{within}", given.pipelining,
               "MAIL, RCPT and DATA in one write; =across: the body and the next message's, too")
      ->group("Sessions");
  app.add_flag("--chunking", given.chunking, "BDAT in place of DATA")->group("Sessions");
  app.add_flag("--smtputf8", given.smtputf8, "Ask for SMTPUTF8")->group("Sessions");
  app.add_flag("--8bitmime", given.eight_bit_mime, "Ask for BODY=8BITMIME")->group("Sessions");
  app.add_flag("--force", given.force, "Go on where the server does not offer what is asked for")
      ->group("Sessions");
  app.add_option("--messages-per-connection", given.messages_per_connection,
                 "Then QUIT, and a new connection (endless)")
      ->type_name("N")
      ->group("Sessions");
  app.add_flag("--no-message", given.no_message,
               "QUIT as soon as a message could be sent, and a new connection; --messages counts "
               "sessions then")
      ->group("Sessions");
  app.add_option("--helo", given.helo, "Name in EHLO (localhost)")
      ->type_name("NAME")
      ->group("Sessions");
  app.add_option("--slow-clients", given.slow_clients, "So many of the connections send slowly (0)")
      ->type_name("N")
      ->group("Sessions");
  app.add_option("--slow-rate", given.slow_rate, "How slowly: octets per second (1KiB)")
      ->type_name("SIZE")
      ->group("Sessions");
  app.add_option("--timeout", given.timeout, "For each reply (30s)")
      ->type_name("TIME")
      ->group("Sessions");
}

void DefineSecurity(CLI::App& app, Given& given) {
  app.add_flag("--starttls", given.starttls, "Say STARTTLS; smtps:// has TLS from the start")
      ->group("TLS and AUTH");
  app.add_flag("--tls-resume", given.tls_resume,
               "A connection resumes the TLS session of the one before it (full handshakes)")
      ->group("TLS and AUTH");
  app.add_option("--tls-version", given.tls_version,
                 "1.2 or 1.3, and no other (the newest that both have)")
      ->type_name("VERSION")
      ->group("TLS and AUTH");
  app.add_option("--tls-ca", given.tls_ca,
                 "Take only a certificate that one of this PEM file has signed (any)")
      ->type_name("FILE")
      ->group("TLS and AUTH");
  app.add_option("--tls-server-name", given.tls_server_name,
                 "Ask for this name, and with --tls-ca take only its certificate (that of TARGET)")
      ->type_name("NAME")
      ->group("TLS and AUTH");
  app.add_option("--auth", given.auth,
                 "Authenticate by PLAIN, LOGIN, SCRAM-SHA-1, SCRAM-SHA-256, their -PLUS, "
                 "OAUTHBEARER or XOAUTH2")
      ->type_name("MECHANISM")
      ->group("TLS and AUTH");
  app.add_option("--user", given.user, "For --auth: as whom")
      ->type_name("NAME")
      ->group("TLS and AUTH");
  app.add_option("--password", given.password,
                 "For --auth: the password, or the token; others can see it in the process list")
      ->type_name("TEXT")
      ->group("TLS and AUTH");
  app.add_option("--password-file", given.password_file,
                 "For --auth: a file whose first line is the password, or the token")
      ->type_name("FILE")
      ->group("TLS and AUTH");
  app.add_flag("--auth-without-tls", given.auth_without_tls,
               "Send passwords and tokens in the clear, too")
      ->group("TLS and AUTH");
}

void DefineOutput(CLI::App& app, Given& given) {
  app.add_option("--server-pid", given.server_pids,
                 "Measure this process and its descendants (repeatable)")
      ->allow_extra_args(false)
      ->check(CLI::PositiveNumber)
      ->type_name("PID")
      ->group("Output");
  app.add_option("--json", given.json, "Write the results there, too; - for standard output")
      ->type_name("FILE")
      ->group("Output");
  app.add_option("--html", given.html, "Write the results there as a page to look at")
      ->type_name("FILE")
      ->group("Output");
  app.add_option("--hdr-log", given.hdr_log,
                 "Write the latencies of each second there, as HdrHistogram's tools read them")
      ->type_name("FILE")
      ->group("Output");
  app.add_option("--audit", given.audit,
                 "Remember each message in this folder, for `ringpost-load audit` to look for")
      ->type_name("DIR")
      ->group("Output");
  app.add_flag("--quiet,-q", given.quiet, "No progress, no report")->group("Output");
  app.add_flag("--i-own-this-host", given.owns_host,
               "The server is not on this machine, and is yours to put load on")
      ->group("Output");
}

// --- Understanding
// --------------------------------------------------------------------------------

// Reads the options one by one; the first mistake stays.
class Reader {
 public:
  void Count(const char* name, const std::string& text, uint64_t smallest, uint64_t largest,
             const std::function<void(uint64_t)>& take) {
    if (text.empty()) return;
    const std::optional<uint64_t> value = ParseDecimal(text);
    if (!value.has_value() || *value < smallest || *value > largest) {
      return Refuse(name, text, Concat("a number from ", smallest, " to ", largest));
    }
    take(*value);
  }
  void Time(const char* name, const std::string& text, bool may_be_nothing,
            const std::function<void(absl::Duration)>& take) {
    if (text.empty()) return;
    const std::optional<absl::Duration> value = ParseTimeSpan(text);
    if (!value.has_value() || (!may_be_nothing && *value == absl::ZeroDuration())) {
      return Refuse(name, text, "a duration such as 500ms, 10s or 5m");
    }
    take(*value);
  }
  void Octets(const char* name, const std::string& text,
              const std::function<void(uint64_t)>& take) {
    if (text.empty()) return;
    const std::optional<uint64_t> value = ParseOctets(text);
    if (!value.has_value() || *value == 0) return Refuse(name, text, "a size such as 10KiB");
    take(*value);
  }
  void Rate(const char* name, const std::string& text, double& to) {
    if (text.empty()) return;
    std::istringstream stream(text);
    double value = 0;
    constexpr double kLowest = 0.001;
    constexpr double kHighest = 1e8;
    if (!(stream >> value) || !stream.eof() || value < kLowest || value > kHighest) {
      return Refuse(name, text, "messages per second, such as 2000");
    }
    to = value;
  }
  // What goes into a command must not end its line, nor its angle brackets.
  void Address(const char* name, const std::string& text, std::string& to) {
    if (text.empty()) return;
    if (text.find_first_of("<> \r\n\t") != std::string::npos || text.size() > 300) {
      return Refuse(name, text, "an address such as user@example.org");
    }
    to = text;
  }
  void Refuse(const char* name, const std::string& text, std::string_view expected) {
    Say(Concat(name, ": '", text, "': expected ", expected));
  }
  void Say(std::string mistake) {
    if (mistake_.empty()) mistake_ = std::move(mistake);
  }

  const std::string& mistake() const { return mistake_; }

 private:
  std::string mistake_;
};

std::optional<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return std::move(text).str();
}

void ReadAmounts(const Given& given, Reader& reader, LoadOptions& options) {
  reader.Count("--connections", given.connections, 1, kMostConnections,
               [&](uint64_t n) { options.connection_count = n; });
  reader.Count("--threads", given.threads, 1, kMostThreads,
               [&](uint64_t n) { options.thread_count = n; });
  if (!given.messages.empty()) {
    options.warm_up = absl::ZeroDuration();
    options.duration = kLongestByNumber;
  }
  reader.Count("--messages", given.messages, 1, kMostByTime,
               [&](uint64_t n) { options.message_limit = n; });
  reader.Time("--duration", given.duration, false, [&](absl::Duration d) { options.duration = d; });
  reader.Time("--warmup,--warm-up", given.warm_up, true,
              [&](absl::Duration d) { options.warm_up = d; });
  reader.Time("--ramp-up", given.ramp_up, true, [&](absl::Duration d) { options.ramp_up = d; });
  reader.Rate("--rate", given.rate, options.rate_per_second);
  const bool thinks_exponentially = given.think.starts_with("exp:");
  options.think.is_exponential = thinks_exponentially;
  reader.Time("--think", given.think.substr(thinks_exponentially ? 4 : 0), true,
              [&](absl::Duration d) { options.think.mean = d; });
  if (given.find_max) {
    FindMaxOptions& find_max = options.find_max.emplace();
    reader.Time("--p99", given.p99, false, [&](absl::Duration d) { find_max.p99_bound = d; });
    reader.Time("--step", given.step, false, [&](absl::Duration d) { find_max.step_duration = d; });
  } else if (!given.p99.empty() || !given.step.empty()) {
    reader.Say("--p99 and --step belong to --find-max");
  }
  if (!given.idle.empty()) {
    options.idle_hold = absl::Seconds(5);
    reader.Count("--idle", given.idle, 1, kMostConnections,
                 [&](uint64_t n) { options.connection_count = n; });
    reader.Time("--hold", given.hold, false, [&](absl::Duration d) { options.idle_hold = d; });
  } else if (!given.hold.empty()) {
    reader.Say("--hold belongs to --idle");
  }
}

void ReadMessages(const Given& given, Reader& reader, LoadOptions& options) {
  if (!given.size.empty()) {
    absl::StatusOr<std::vector<WeightedSize>> sizes = ParseSizes(given.size);
    if (sizes.ok()) {
      options.sizes = *std::move(sizes);
    } else {
      reader.Say(Concat("--size: ", std::string(sizes.status().message())));
    }
  }
  if (!given.messages_from.empty()) options.messages_from = given.messages_from;
  if (!given.messages_from.empty() && !given.size.empty()) {
    reader.Say("--size and --messages-from: one of the two");
  }
  reader.Count("--recipients", given.recipients, 1, kMostRecipients,
               [&](uint64_t n) { options.dialog.recipient_count = n; });
  if (given.from != "<>") reader.Address("--from", given.from, options.from);
  if (given.from == "<>") options.from.clear();
  reader.Address("--to", given.to, options.to);
  reader.Count("--to-count", given.to_count, 1, 1'000'000,
               [&](uint64_t n) { options.recipient_cycle = n; });
  reader.Count("--seed", given.seed, 0, ~uint64_t{0}, [&](uint64_t n) { options.seed = n; });
  options.are_unique = given.unique;
}

void ReadSessions(const Given& given, Reader& reader, LoadOptions& options) {
  if (given.pipelining == "within") {
    options.dialog.pipelining = Pipelining::kWithin;
  } else if (given.pipelining == "across") {
    options.dialog.pipelining = given.chunking ? Pipelining::kWithin : Pipelining::kAcross;
  } else if (!given.pipelining.empty() && given.pipelining != "none") {
    reader.Refuse("--pipelining", given.pipelining, "none, within or across");
  }
  options.dialog.is_lmtp = options.target.is_lmtp;
  options.dialog.uses_bdat = given.chunking;
  options.dialog.needs_smtputf8 = given.smtputf8;
  options.dialog.needs_8bitmime = given.eight_bit_mime;
  options.dialog.forces = given.force;
  reader.Count("--messages-per-connection", given.messages_per_connection, 0, kMostByTime,
               [&](uint64_t n) { options.messages_per_connection = n; });
  options.sends_no_message = given.no_message;
  reader.Address("--helo", given.helo, options.helo);
  reader.Count("--slow-clients", given.slow_clients, 0, kMostConnections,
               [&](uint64_t n) { options.slow_client_count = n; });
  reader.Octets("--slow-rate", given.slow_rate,
                [&](uint64_t n) { options.slow_octets_per_second = n; });
  reader.Time("--timeout", given.timeout, false, [&](absl::Duration d) { options.timeout = d; });
}

void ReadTarget(const Given& given, Reader& reader, LoadOptions& options) {
  absl::StatusOr<Target> target = ParseTarget(given.target);
  if (!target.ok()) return reader.Say(std::string(target.status().message()));
  if (!IsLoopback(*target) && !given.owns_host) {
    return reader.Say(Concat(target->address.ToString(),
                             " is not on this machine; --i-own-this-host if it is yours to put "
                             "load on"));
  }
  options.target = *std::move(target);
}

void ReadTls(const Given& given, Reader& reader, LoadOptions& options) {
  const bool is_implicit = options.target.is_implicit_tls;
  if (given.starttls && is_implicit) reader.Say("--starttls: smtps:// has TLS from the start");
  options.dialog.tls = is_implicit      ? TlsUse::kImplicit
                       : given.starttls ? TlsUse::kStartTls
                                        : TlsUse::kNone;
  const bool is_asked = given.tls_resume || !given.tls_version.empty() || !given.tls_ca.empty() ||
                        !given.tls_server_name.empty();
  if (options.dialog.tls == TlsUse::kNone) {
    if (is_asked) reader.Say("--tls-...: for --starttls or smtps://");
    return;
  }
  TlsOptions& tls = options.tls;
  tls.resumes = given.tls_resume;
  if (given.tls_version == "1.2") {
    tls.version = tls::TlsVersion::kTls12;
  } else if (given.tls_version == "1.3") {
    tls.version = tls::TlsVersion::kTls13;
  } else if (!given.tls_version.empty()) {
    reader.Refuse("--tls-version", given.tls_version, "1.2 or 1.3");
  }
  tls.server_name =
      given.tls_server_name.empty() ? options.target.host_name : given.tls_server_name;
  if (!given.tls_ca.empty()) {
    const std::optional<std::string> pem = ReadWholeFile(given.tls_ca);
    if (!pem.has_value() || pem->empty()) {
      return reader.Refuse("--tls-ca", given.tls_ca, "a file of PEM that can be read");
    }
    tls.roots_pem = *pem;
  }
  const absl::Status status = MakeSecureChannels(tls, absl::Now()).status();
  if (!status.ok()) reader.Say(Concat("TLS: ", std::string(status.message())));
}

std::string PasswordOf(const Given& given, Reader& reader) {
  if (given.password.empty() == given.password_file.empty()) {
    reader.Say("--auth: either --password or --password-file");
  }
  if (given.password_file.empty()) return given.password;
  const std::optional<std::string> text = ReadWholeFile(given.password_file);
  if (!text.has_value()) reader.Refuse("--password-file", given.password_file, "a file to read");
  return text.has_value() ? text->substr(0, text->find_first_of("\r\n")) : "";
}

void ReadCredentials(const Given& given, Reader& reader, LoadOptions& options) {
  if (given.auth.empty()) {
    const bool is_asked =
        !given.user.empty() || !given.password.empty() || !given.password_file.empty();
    if (is_asked) reader.Say("--user and --password belong to --auth");
    return;
  }
  const std::optional<sasl::Mechanism> mechanism = sasl::ParseMechanism(given.auth);
  if (!mechanism.has_value() || *mechanism == sasl::Mechanism::kExternal) {
    return reader.Refuse("--auth", given.auth, "a mechanism such as SCRAM-SHA-256");
  }
  const bool has_tls = options.dialog.tls != TlsUse::kNone;
  if (sasl::SendsSecret(*mechanism) && !has_tls && !given.auth_without_tls) {
    reader.Say(Concat("--auth ", sasl::MechanismName(*mechanism),
                      ": not in the clear; --starttls, smtps://, or --auth-without-tls"));
  }
  if (sasl::BindsChannel(*mechanism) && !has_tls) {
    reader.Say("--auth: -PLUS is for --starttls or smtps://");
  }
  const Credentials credentials = {
      .mechanism = *mechanism, .user = given.user, .password = PasswordOf(given, reader)};
  if (!CanSay(credentials)) reader.Say("--user, --password: not as the mechanism can say them");
  options.credentials = credentials;
  options.dialog.mechanism = sasl::MechanismName(*mechanism);
}

void ReadPids(const Given& given, Reader& reader, LoadOptions& options) {
  for (const int pid : given.server_pids) {
    if (!ProcessExists(pid)) reader.Say(Concat("--server-pid: there is no process ", pid));
    options.server_pids.push_back(pid);
  }
}

// What the options come to, for the report.
void Describe(const Given& given, LoadOptions& options) {
  const auto add = [&options](const char* name, std::string value) {
    options.given.emplace_back(name, std::move(value));
  };
  add("connections", Concat(options.connection_count));
  add("threads", Concat(options.thread_count));
  if (options.idle_hold.has_value()) {
    add("hold", FormatTimeSpan(*options.idle_hold));
  } else {
    add("duration", FormatTimeSpan(options.duration));
    add("messages", Concat(options.message_limit));
    add("warmup", FormatTimeSpan(options.warm_up));
    if (options.messages_from.has_value()) {
      add("messages-from", *options.messages_from);
    } else {
      add("size", given.size.empty() ? "1KiB" : given.size);
    }
    add("recipients", Concat(options.dialog.recipient_count));
    add("messages-per-connection", Concat(options.messages_per_connection));
    add("no-message", given.no_message ? "yes" : "no");
    add("pipelining", given.pipelining.empty() ? "none" : given.pipelining);
    add("chunking", given.chunking ? "yes" : "no");
  }
  if (options.dialog.tls != TlsUse::kNone) {
    add("tls", options.dialog.tls == TlsUse::kStartTls ? "starttls" : "implicit");
    add("tls-resume", given.tls_resume ? "yes" : "no");
  }
  const std::pair<const char*, const std::string*> when_given[] = {
      {"tls-version", &given.tls_version},
      {"auth", &given.auth},
      {"ramp-up", &given.ramp_up},
      {"rate", &given.rate},
      {"p99", &given.p99},
      {"step", &given.step},
      {"think", &given.think},
      {"slow-clients", &given.slow_clients},
      {"slow-rate", &given.slow_rate},
      {"seed", &given.seed},
      {"to", &given.to}};
  for (const auto& [name, value] : when_given) {
    if (!value->empty()) add(name, *value);
  }
}

CommandLine Understand(const Given& given, Reader& reader) {
  CommandLine line;
  LoadOptions& options = line.options;
  ReadTarget(given, reader, options);
  ReadAmounts(given, reader, options);
  ReadMessages(given, reader, options);
  ReadSessions(given, reader, options);
  ReadTls(given, reader, options);
  ReadCredentials(given, reader, options);
  ReadPids(given, reader, options);
  if (options.thread_count > options.connection_count) {
    reader.Say("--threads: more threads than connections");
  }
  if (options.sends_no_message &&
      (options.is_open_loop() || given.find_max || !given.idle.empty() || !given.audit.empty())) {
    reader.Say("--no-message goes with none of --rate, --find-max, --idle and --audit");
  }
  Describe(given, options);
  if (!given.audit.empty() && (given.find_max || !given.idle.empty())) {
    reader.Say("--audit goes with neither --find-max nor --idle");
  }
  if (!given.json.empty()) line.json_file = given.json;
  if (!given.html.empty()) line.html_file = given.html;
  if (!given.hdr_log.empty()) line.hdr_log_file = given.hdr_log;
  if (!given.audit.empty()) line.audit_folder = given.audit;
  line.is_quiet = given.quiet;
  return line;
}

Farewell Leave(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const bool is_mistake = app.exit(error, out, err) != 0;
  return {is_mistake ? kUsageExitCode : 0, out.str(), err.str()};
}

}  // namespace

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv) {
  Given given;
  CLI::App app(kDescription, "ringpost-load");
  app.footer(kExamples);
  app.add_option("target", given.target,
                 "smtp://HOST:PORT, smtps://, lmtp://, submission:// or submissions://, or "
                 "smtp://unix:PATH")
      ->required()
      ->type_name("TARGET");
  DefineLoad(app, given);
  DefineMessages(app, given);
  DefineSession(app, given);
  DefineSecurity(app, given);
  DefineOutput(app, given);
  app.set_version_flag("--version", Concat("ringpost-load ", kVersion),
                       "Print the version, and end");
  app.set_help_flag("--help,-h", "Print this, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave(app, error);
  }
  Reader reader;
  CommandLine line = Understand(given, reader);
  if (!reader.mistake().empty()) {
    return Farewell{kUsageExitCode, "", Concat("ringpost-load: ", reader.mistake(), "\n")};
  }
  return line;
}

}  // namespace ringpost::load
