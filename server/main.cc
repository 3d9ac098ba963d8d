// ringpostd: the mail server. This file is its table of contents.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "ringpost/io/kernel_probe.h"
#include "ringpost/io/uring_reactor.h"
#include "ringpost/server/smtp_server.h"
#include "ringpost/store/maildir_cleanup.h"
#include "server/activated_sockets.h"
#include "server/auth_wiring.h"
#include "server/command_line.h"
#include "server/default_config.h"
#include "server/process.h"
#include "server/program_log.h"
#include "server/service_notifier.h"
#include "server/signals.h"
#include "server/tls_wiring.h"
#include "server/version.h"
#include "server/wiring.h"

namespace ringpost::daemon {
namespace {

constexpr int kFailureExitCode = 1;
// Files, rings and listeners of the process itself.
constexpr uint64_t kOwnDescriptorCount = 64;
constexpr absl::Duration kLook = absl::Milliseconds(20);

// --- Saying
// ---------------------------------------------------------------------------------------

void Print(FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

int Fail(std::string_view opening, const absl::Status& status) {
  Print(stderr, Concat(opening, std::string(status.message()), "\n"));
  return kFailureExitCode;
}

std::string ReadyLine(const Config& config, const std::vector<io::SocketAddress>& addresses) {
  std::string line = "ready:";
  for (size_t i = 0; i < addresses.size(); ++i) {
    const ListenerConfig& listener = config.listeners[i];
    const bool is_implicit = TlsOf(listener, config.tls) == ListenerTls::kImplicit;
    Append(line, listener.protocol == smtp::Protocol::kLmtp ? " lmtp" : " smtp",
           is_implicit ? "s " : " ", addresses[i].ToString());
  }
  return line;
}

// How to send a first message, for somebody who has only just started the server; empty when curl
// cannot.
std::string FirstMessageHint(const Config& config,
                             const std::vector<io::SocketAddress>& addresses) {
  const RecipientConfig& recipients = config.recipients;
  if (recipients.domains.empty() && recipients.addresses.empty()) return {};
  const std::string recipient = recipients.addresses.empty()
                                    ? Concat("you@", recipients.domains.front())
                                    : recipients.addresses.front();
  for (size_t i = 0; i < addresses.size(); ++i) {
    const ListenerConfig& listener = config.listeners[i];
    const bool takes_plain_smtp = listener.protocol == smtp::Protocol::kSmtp &&
                                  TlsOf(listener, config.tls) != ListenerTls::kImplicit;
    if (!takes_plain_smtp || addresses[i].is_unix()) continue;
    return Concat(
        "try it: echo 'Subject: hello' | curl -sS --crlf -T - --mail-from me@localhost "
        "--mail-rcpt ",
        recipient, " smtp://", addresses[i].ToString(), "\n");
  }
  return {};
}

void SayRemarks(const std::vector<std::string>& remarks, const ProgramLog& log) {
  for (const std::string& remark : remarks) log.Say("warning", remark);
}

void WarnOfWhatLooksWrong(const Config& config, const ProgramLog& log) {
  if (config.recipients.domains.empty() && config.recipients.addresses.empty()) {
    log.Say("warning", "no domain is ours (recipients.domains): every recipient will be refused");
  }
  SayRemarks(RemarksOnAuthentication(config), log);
  const uint64_t descriptor_count = RaiseDescriptorLimit();
  const uint64_t needed_count = config.connections.total + kOwnDescriptorCount;
  if (descriptor_count < needed_count) {
    log.Say("warning", Concat("connections.total is ", config.connections.total,
                              ", but the process may have only ", descriptor_count,
                              " descriptors; raise its limit (ulimit -n, LimitNOFILE=)"));
  }
  if (IsRoot() && config.server.user.empty()) {
    log.Say("warning", "running as root; server.user names a user to become");
  }
}

// --- Starting
// -------------------------------------------------------------------------------------

// Opens what only root can open, and is root no longer: nothing that a client says is ever heard by
// root.
absl::Status LeaveRoot(const ServerConfig& config, server::ServerOptions& options,
                       std::vector<int>& opened) {
  if (!IsRoot() || config.user.empty()) return absl::OkStatus();
  const absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor({});
  if (!reactor.ok()) return reactor.status();
  for (server::ListenerOptions& listener : options.listeners) {
    if (listener.inherited_socket >= 0) continue;
    const absl::StatusOr<int> socket = (*reactor)->Listen(
        listener.address, {.backlog = options.listen_backlog, .unix_mode = listener.unix_mode});
    if (!socket.ok()) return socket.status();
    listener.inherited_socket = *socket;
    opened.push_back(*socket);
  }
  return BecomeUser(config.user, config.group);
}

// Reads folders for as long as it takes, so not on a shard.
std::thread RemoveStaleFilesOf(const Mailboxes& mailboxes, absl::Time now) {
  return std::thread([mailboxes, now] {
    if (!mailboxes.path.has_value()) return;
    store::RemoveStaleTemporaries(mailboxes.path->fixed_folder(), mailboxes.path->depth(),
                                  now - store::kStaleTemporaryAge);
  });
}

// --- Running
// --------------------------------------------------------------------------------------

// The server with what it was made of, for the next reload.
struct Running {
  const CommandLine& command_line;
  const ActivatedSockets& sockets;
  Config config;
  server::ServerOptions options;
  Mailboxes mailboxes;
  Logins logins;
  LoginPools& pools;
  LogWriters writers;
  std::unique_ptr<server::SmtpServer> server;
  ProgramLog log;
};

// Takes `running` to what its configuration file says now. Sessions that are there go on as they
// began.
absl::Status Reconfigure(Running& running, std::vector<std::string>& differences) {
  absl::StatusOr<Config> config = LoadConfig(running.command_line);
  if (!config.ok()) return config.status();
  absl::StatusOr<Mailboxes> mailboxes = LoadMailboxes(*config);
  if (!mailboxes.ok()) return mailboxes.status();
  absl::StatusOr<Logins> logins = LoadLogins(*config, running.pools);
  if (!logins.ok()) return logins.status();
  absl::StatusOr<server::ServerOptions> wanted = MakeServerOptions(*config, running.sockets);
  if (!wanted.ok()) return wanted.status();
  std::vector<std::string> remarks;
  absl::Status status = AddSecurity(*config, absl::Now(), *wanted, remarks);
  if (!status.ok()) return status;
  SayRemarks(remarks, running.log);
  server::ServerOptions options = WithListenersOf(running.options, *std::move(wanted), differences);
  status = running.server->Reload(options,
                                  MakeHooksFactory(*config, *mailboxes, *logins, running.writers));
  if (!status.ok()) return status;
  running.config = *std::move(config);
  running.options = std::move(options);
  running.mailboxes = *std::move(mailboxes);
  running.logins = *std::move(logins);
  return absl::OkStatus();
}

void Reload(Running& running) {
  NotifyReloading();
  std::vector<std::string> differences;
  const absl::Status status = Reconfigure(running, differences);
  for (const std::string& difference : differences) {
    running.log.Say("warning", Concat(difference, ": that needs a restart"));
  }
  if (status.ok()) {
    running.log.Say("reloaded", "new sessions go by the new configuration");
  } else {
    running.log.Say("reload_failed", std::string(status.message()));
    // The log file may have been moved away all the same.
    const absl::Status reopened = running.server->Reload(
        running.options,
        MakeHooksFactory(running.config, running.mailboxes, running.logins, running.writers));
    if (!reopened.ok()) running.log.Say("warning", std::string(reopened.message()));
  }
  NotifyReady();
}

void ServeUntilToldToStop(Running& running, Signals& signals) {
  while (signals.Wait() == ToldTo::kReload) Reload(running);
}

void Stop(Running& running, Signals& signals) {
  NotifyStopping();
  running.log.Say("stopping", Concat("transactions under way have ",
                                     FormatTimeSpan(running.config.server.drain_time), " to end"));
  running.server->BeginStop(running.config.server.drain_time);
  while (!running.server->has_stopped()) {
    if (signals.WaitFor(kLook) == ToldTo::kStop) running.server->BeginStop(absl::ZeroDuration());
  }
  running.server->Stop(absl::ZeroDuration());
  for (const server::ListenerOptions& listener : running.options.listeners) {
    if (listener.address.is_unix()) unlink(listener.address.unix_path.c_str());
  }
  running.log.Say("stopped", "all sessions have ended");
}

absl::Status Serve(const CommandLine& command_line, Config config, Mailboxes mailboxes,
                   Logins logins, LoginPools& pools, Signals& signals) {
  if (absl::Status status = io::ProbeKernel(); !status.ok()) return status;
  AppendStandardError();
  const ProgramLog log(config.log.format);
  WarnOfWhatLooksWrong(config, log);

  const absl::StatusOr<ActivatedSockets> sockets = ActivatedSockets::FromEnvironment();
  if (!sockets.ok()) return sockets.status();
  absl::StatusOr<server::ServerOptions> options = MakeServerOptions(config, *sockets);
  if (!options.ok()) return options.status();
  std::vector<std::string> remarks;
  const auto add_security = [&] { return AddSecurity(config, absl::Now(), *options, remarks); };
  // What is configured may be root's alone to read; what is made is to be the user's.
  const bool makes_certificate = NeedsSelfSigned(config);
  absl::Status status = makes_certificate ? absl::OkStatus() : add_security();
  std::vector<int> opened;
  server::ServerOptions running_options = *options;
  if (status.ok()) status = LeaveRoot(config.server, *options, opened);
  if (status.ok() && makes_certificate) status = add_security();
  if (!status.ok()) return status;
  for (size_t i = 0; i < running_options.listeners.size(); ++i) {
    running_options.listeners[i].security = options->listeners[i].security;
  }
  SayRemarks(remarks, log);

  Running running = {.command_line = command_line,
                     .sockets = *sockets,
                     .config = std::move(config),
                     .options = std::move(running_options),
                     .mailboxes = std::move(mailboxes),
                     .logins = std::move(logins),
                     .pools = pools,
                     .writers = LogWriters(options->shard_count),
                     .server = nullptr,
                     .log = log};
  absl::StatusOr<std::unique_ptr<server::SmtpServer>> server = server::SmtpServer::Start(
      *options,
      MakeHooksFactory(running.config, running.mailboxes, running.logins, running.writers));
  if (!server.ok()) return server.status();
  running.server = *std::move(server);
  for (const int socket : opened) close(socket);
  std::thread cleanup = RemoveStaleFilesOf(running.mailboxes, absl::Now());

  const std::vector<io::SocketAddress>& addresses = running.server->addresses();
  const std::string ready = ReadyLine(running.config, addresses);
  Print(stdout, Concat(ready, "\n"));
  if (!command_line.config_file.has_value()) {
    Print(stdout, FirstMessageHint(running.config, addresses));
  }
  log.Say("started",
          Concat("ringpostd ", kVersion, ", shards: ", options->shard_count, ", ", ready));
  NotifyReady();

  ServeUntilToldToStop(running, signals);
  Stop(running, signals);
  cleanup.join();
  return absl::OkStatus();
}

int Main(int argc, const char* const* argv) {
  Signals signals;
  const std::variant<CommandLine, Farewell> parsed = ParseCommandLine(argc, argv);
  if (const auto* farewell = std::get_if<Farewell>(&parsed)) {
    Print(stdout, farewell->to_stdout);
    Print(stderr, farewell->to_stderr);
    return farewell->exit_code;
  }
  const CommandLine& command_line = std::get<CommandLine>(parsed);
  if (command_line.prints_default_config) {
    Print(stdout, DefaultConfigText());
    return 0;
  }
  absl::StatusOr<Config> config = LoadConfig(command_line);
  if (!config.ok()) return Fail("", config.status());
  absl::StatusOr<Mailboxes> mailboxes = LoadMailboxes(*config);
  if (!mailboxes.ok()) return Fail("", mailboxes.status());
  LoginPools pools;
  absl::StatusOr<Logins> logins = LoadLogins(*config, pools);
  if (!logins.ok()) return Fail("", logins.status());
  if (command_line.checks_config) {
    absl::Status files = CheckCertificates(*config, absl::Now());
    if (files.ok()) files = CheckAuthentication(*config);
    if (!files.ok()) return Fail("", files);
    Print(stdout, "the configuration is good\n");
    return 0;
  }
  const absl::Status status = Serve(command_line, *std::move(config), *std::move(mailboxes),
                                    *std::move(logins), pools, signals);
  return status.ok() ? 0 : Fail("ringpostd cannot start: ", status);
}

}  // namespace
}  // namespace ringpost::daemon

int main(int argc, char** argv) { return ringpost::daemon::Main(argc, argv); }
