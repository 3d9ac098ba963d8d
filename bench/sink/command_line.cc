#include "sink/command_line.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "sink/provider_faults.h"
#include "sink/sink_security.h"

namespace ringpost::sink {
namespace {

constexpr const char* kDescription =
    "ringpost-sink receives mail and drops it: the other end for what sends mail.";

constexpr const char* kExamples =
    "Examples:\n"
    "  ringpost-sink --listen 127.0.0.1:2525            take all there is, and count it\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --blind    as fast as this machine can receive\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --dump maildir:./mail --max-messages 1000 \\\n"
    "                --json counts.json                 keep the first thousand\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --fault 'mail:reply=451 4.7.1 Greylisted:p=0.5' \\\n"
    "                --fault rcpt:delay=200ms:p=0.1     be difficult\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --fault end:drop:p=0.01 --dump mbox:mail.mbox\n"
    "                                                   lose the 250 of what was stored\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --fault provider=gmail:p=0.2\n"
    "  ringpost-sink --listen 127.0.0.1:2525 --starttls --user me:secret\n"
    "                                                   for who insists on TLS and AUTH\n"
    "\n"
    "A fault is POINT:ACTION[:p=PROBABILITY][:times=COUNT]. Points: connect, hello, mail, rcpt,\n"
    "data, body, end, quit. Actions: delay=TIME, reply=CODE [STATUS] TEXT, drop, reset,\n"
    "half-close, silence; of the body also drop-after=SIZE, reset-after=SIZE, silence-after=SIZE,\n"
    "half-close-after=SIZE and slow-read=SIZE/s.\n"
    "\n"
    "TERM and INT end it, USR1 prints the counts.";

constexpr int kUsageExitCode = 2;
constexpr size_t kMostShards = 1024;
// A message is gathered before it is dumped.
constexpr uint64_t kLargestDumpedMessage = 64 << 20;

using Texts = std::vector<std::string>;

// What stands on the command line and becomes options when all of it is known.
struct Raw {
  std::vector<Fault> faults = {};
  Texts without = {};
  std::optional<uint64_t> size_limit = {};
  bool is_lmtp = false;
  bool starttls = false;
  bool implicit_tls = false;
  SinkSecurityOptions security = {};
};

// --- For CLI11, a check is a function that gives an empty text or what is wrong.

std::string CheckAddress(const std::string& text) {
  return std::string(io::ParseSocketAddress(text).status().message());
}

std::string CheckFault(const std::string& text) {
  return std::string(ParseFault(text).status().message());
}

std::string CheckDump(const std::string& text) {
  return std::string(ParseDumpTarget(text).status().message());
}

std::string CheckTime(const std::string& text) {
  return ParseTimeSpan(text).has_value() ? "" : "expected a time such as 30s";
}

std::string CheckSize(const std::string& text) {
  return ParseOctets(text).has_value() ? "" : "expected a size such as 10MiB";
}

std::string CheckUser(const std::string& text) {
  const size_t colon = text.find(':');
  const bool has_both = colon != 0 && colon < text.size() - 1;
  return has_both ? "" : "expected NAME:PASSWORD";
}

std::string CheckCount(const std::string& text) {
  return ParseDecimal(text).value_or(0) > 0 ? "" : "expected a number over 0";
}

bool* FindCapability(smtp::Capabilities& capabilities, std::string_view keyword) {
  const std::pair<std::string_view, bool*> known[] = {{"PIPELINING", &capabilities.pipelining},
                                                      {"SIZE", &capabilities.size},
                                                      {"8BITMIME", &capabilities.eight_bit_mime},
                                                      {"SMTPUTF8", &capabilities.smtputf8},
                                                      {"CHUNKING", &capabilities.chunking},
                                                      {"BINARYMIME", &capabilities.binary_mime},
                                                      {"DSN", &capabilities.dsn},
                                                      {"LIMITS", &capabilities.limits}};
  for (const auto& [name, flag] : known) {
    if (name == keyword) return flag;
  }
  return nullptr;
}

std::string CheckKeyword(const std::string& text) {
  smtp::Capabilities capabilities;
  return FindCapability(capabilities, text) != nullptr
             ? ""
             : "expected some of PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING, BINARYMIME, DSN, "
               "LIMITS";
}

CLI::Option* AddText(CLI::App& app, const char* name, std::function<void(const std::string&)> take,
                     const char* description, const char* type) {
  return app.add_option_function<std::string>(name, std::move(take), description)->type_name(type);
}

CLI::Option* AddTexts(CLI::App& app, const char* name, std::function<void(const Texts&)> take,
                      const char* description, const char* type) {
  return app.add_option_function<Texts>(name, std::move(take), description)
      ->allow_extra_args(false)
      ->type_name(type);
}

void DefineRun(CLI::App& app, CommandLine& line) {
  AddText(
      app, "--listen",
      [&](const std::string& text) { line.address = *io::ParseSocketAddress(text); },
      "Where to receive; port 0 is a free one", "ADDRESS:PORT")
      ->required()
      ->check(CheckAddress);
  app.add_flag(
      "--blind", line.is_blind,
      "Do no more than find the ends of lines and of data: the least that a receiver can do");
  app.add_option("--shards", line.shard_count, "Threads that receive")
      ->check(CLI::Range(size_t{1}, kMostShards))
      ->type_name("N");
  AddText(
      app, "--max-messages",
      [&](const std::string& text) { line.options.message_limit = *ParseDecimal(text); },
      "End when so many were accepted", "N")
      ->check(CheckCount);
  AddText(
      app, "--duration", [&](const std::string& text) { line.duration = ParseTimeSpan(text); },
      "End after this time", "TIME")
      ->check(CheckTime);
  AddText(
      app, "--json", [&](const std::string& text) { line.json_file = text; },
      "Write the counts into a file at the end", "FILE");
}

void DefineSession(CLI::App& app, CommandLine& line, Raw& raw) {
  app.add_flag("--lmtp", raw.is_lmtp, "Speak LMTP");
  AddTexts(
      app, "--without", [&](const Texts& texts) { raw.without = texts; },
      "Do not offer these in EHLO (PIPELINING,CHUNKING,...)", "KEYWORD,...")
      ->delimiter(',')
      ->check(CheckKeyword);
  AddText(
      app, "--size-limit", [&](const std::string& text) { raw.size_limit = ParseOctets(text); },
      "Of one message; 0: none. By default none, and 64MiB where messages are dumped", "SIZE")
      ->check(CheckSize);
  AddText(
      app, "--timeout",
      [&](const std::string& text) { line.options.timeout = *ParseTimeSpan(text); },
      "For each wait for a client (5m)", "TIME")
      ->check(CheckTime);
  AddText(
      app, "--dump", [&](const std::string& text) { line.options.dump = *ParseDumpTarget(text); },
      "Put accepted messages there: maildir:FOLDER or mbox:FILE. Written before the 250, not "
      "synced",
      "KIND:PATH")
      ->check(CheckDump);
  app.add_flag("--dump-envelope", line.options.dumps_envelope,
               "Begin dumped messages with Return-Path and Delivered-To");
  AddTexts(
      app, "--fault",
      [&](const Texts& texts) {
        for (const std::string& text : texts) {
          const std::vector<Fault> faults = *ParseFault(text);
          raw.faults.insert(raw.faults.end(), faults.begin(), faults.end());
        }
      },
      "Do something wrong (repeatable), see below; or provider=NAME for what a provider is known "
      "for",
      "FAULT")
      ->check(CheckFault);
  app.add_option("--seed", line.options.seed, "For the dice that decide on faults")->type_name("N");
}

void DefineSecurity(CLI::App& app, CommandLine& line, Raw& raw) {
  app.add_flag("--starttls", raw.starttls, "Offer STARTTLS");
  app.add_flag("--implicit-tls", raw.implicit_tls, "Speak TLS from the first octet on")
      ->excludes("--starttls");
  app.add_option("--tls-cert", raw.security.certificate_file,
                 "Certificate of TLS, with those that signed it, in PEM (one for this run, signed "
                 "by itself)")
      ->type_name("FILE");
  app.add_option("--tls-key", raw.security.key_file, "Its key (in the file of --tls-cert)")
      ->type_name("FILE")
      ->needs("--tls-cert");
  AddText(
      app, "--user",
      [&](const std::string& text) {
        const size_t colon = text.find(':');
        line.options.user =
            std::make_shared<KnownUser>(text.substr(0, colon), text.substr(colon + 1));
      },
      "Offer AUTH, and take the logins of this user, also in the clear", "NAME:PASSWORD")
      ->check(CheckUser);
}

// The first mistake that only shows when all is known; empty: none.
std::string CompleteSecurity(const Raw& raw, SinkOptions& options) {
  if (!raw.starttls && !raw.implicit_tls) {
    return raw.security.certificate_file.empty()
               ? ""
               : "--tls-cert belongs to --starttls or --implicit-tls";
  }
  auto security = MakeSinkSecurity(raw.security, absl::Now());
  if (!security.ok()) return Concat("TLS: ", std::string(security.status().message()));
  options.security = *std::move(security);
  options.session.capabilities.start_tls = raw.starttls;
  return "";
}

void Complete(const Raw& raw, SinkOptions& options) {
  options.faults = FaultPlan(raw.faults);
  options.session = LenientSession(options.faults);
  if (raw.is_lmtp) options.session.protocol = smtp::Protocol::kLmtp;
  for (const std::string& keyword : raw.without) {
    *FindCapability(options.session.capabilities, keyword) = false;
  }
  options.session.limits.message_octets =
      raw.size_limit.value_or(options.dump.has_value() ? kLargestDumpedMessage : 0);
}

Farewell Leave(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const bool is_mistake = app.exit(error, out, err) != 0;
  return {is_mistake ? kUsageExitCode : 0, out.str(), err.str()};
}

// Of a session that --blind does not have.
constexpr const char* kNotOfBlind[] = {"--lmtp", "--without",  "--size-limit",   "--timeout",
                                       "--dump", "--fault",    "--max-messages", "--dump-envelope",
                                       "--seed", "--starttls", "--implicit-tls", "--user"};

}  // namespace

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  Raw raw;
  CLI::App app(kDescription, "ringpost-sink");
  app.footer(Concat(kExamples, "\nProviders: ", ProviderNames(), "."));
  DefineRun(app, line);
  DefineSession(app, line, raw);
  DefineSecurity(app, line, raw);
  for (const char* const name : kNotOfBlind) app.get_option(name)->excludes("--blind");
  app.set_help_flag("--help,-h", "Print this, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave(app, error);
  }
  Complete(raw, line.options);
  if (const std::string mistake = CompleteSecurity(raw, line.options); !mistake.empty()) {
    return Farewell{.exit_code = kUsageExitCode,
                    .to_stderr = Concat("ringpost-sink: ", mistake, "\n")};
  }
  return line;
}

}  // namespace ringpost::sink
