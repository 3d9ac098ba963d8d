#include "server/command_line.h"

#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "ringpost/base/quantity.h"
#include "ringpost/base/text.h"
#include "server/config_file.h"
#include "server/config_keys.h"
#include "server/default_config.h"
#include "server/version.h"

namespace ringpost::daemon {
namespace {

constexpr const char* kDescription =
    "ringpostd receives mail by SMTP and LMTP.\n"
    "\n"
    "Without arguments: SMTP on 127.0.0.1:2525 for anybody at localhost, into Maildirs below "
    "./mail.";

constexpr const char* kExamples =
    "Examples:\n"
    "  ringpostd                                         try it out\n"
    "  ringpostd --print-default-config > ringpostd.toml every key, with its default\n"
    "  ringpostd --config ringpostd.toml --check-config  tell what is wrong with a file\n"
    "  ringpostd --config /etc/ringpostd.toml            run it\n"
    "  ringpostd --listen 127.0.0.1:0 --store discard --domain example.org\n"
    "                                                    a sink for a test, on a free port\n"
    "  ringpostd --lmtp unix:/run/lmtp.sock --store maildir:/srv/mail/{domain}/{user} \\\n"
    "            --domain example.org                    final delivery behind another server\n"
    "\n"
    "What stands on the command line takes the place of what the file says. TERM ends the server "
    "when\n"
    "sessions have finished what they are at, HUP reloads the configuration.";

constexpr int kUsageExitCode = 2;

constexpr std::string_view kWithoutTls = ": this ringpostd was built without TLS (-Dtls=disabled)";

// Of CLI11: options of no group are not in the help.
constexpr const char* kTlsGroup = kHasTls ? "Options" : "";

// For CLI11, a check is a function that gives an empty text or what is wrong.

std::string CheckListenAddress(const std::string& text) {
  return std::string(ParseListenAddress(text).status().message());
}

// Whether `value` is one that the configuration file may give to the key.
template <typename Form, typename Value>
std::string CheckRange(std::string_view section, std::string_view name, std::optional<Value> value,
                       std::string_view expected) {
  const ConfigKey* const key = FindKey(section, name);
  const auto& form = std::get<Form>(key->form);
  if (!value.has_value()) return Concat("expected ", expected);
  const bool fits = *value >= form.smallest && *value <= form.largest;
  return fits ? std::string() : Concat("out of range (", DescribeValues(*key), ")");
}

std::string CheckShards(const std::string& text) {
  return CheckRange<CountForm>("server", "shards", ParseDecimal(text), "a number");
}

std::string CheckMessageSize(const std::string& text) {
  return CheckRange<OctetsForm>("limits", "max_message_size", ParseOctets(text),
                                "a size such as 64MiB");
}

std::string CheckTimeout(const std::string& text) {
  return CheckRange<DurationForm>("timeouts", "command", ParseTimeSpan(text),
                                  "a duration such as 30s or 5m");
}

std::string CheckDomain(const std::string& text) {
  const auto& form = std::get<TextListForm>(FindKey("recipients", "domains")->form);
  return std::string(form.check(text).message());
}

std::string CheckRecipient(const std::string& text) {
  const auto& form = std::get<TextListForm>(FindKey("recipients", "addresses")->form);
  return std::string(form.check(text).message());
}

struct StoreChoice {
  StoreKind kind;
  std::optional<std::string> path;
};

// A folder alone is where the Maildirs lie, one for each mailbox.
std::string MaildirTemplate(const std::string& path) {
  return path.find('{') == path.npos ? Concat(path, "/{user}@{domain}") : path;
}

std::optional<StoreChoice> ParseStore(const std::string& text) {
  constexpr std::string_view kMaildirPrefix = "maildir:";
  if (text == "discard") return StoreChoice{StoreKind::kDiscard, std::nullopt};
  if (text == "maildir") return StoreChoice{StoreKind::kMaildir, std::nullopt};
  if (text.starts_with(kMaildirPrefix) && text.size() > kMaildirPrefix.size()) {
    return StoreChoice{StoreKind::kMaildir, MaildirTemplate(text.substr(kMaildirPrefix.size()))};
  }
  return std::nullopt;
}

std::string CheckStore(const std::string& text) {
  return ParseStore(text).has_value() ? "" : "expected discard, maildir or maildir:PATH";
}

using Texts = std::vector<std::string>;

CLI::Option* AddRepeatable(CLI::App& app, const char* name, std::function<void(const Texts&)> take,
                           const char* description) {
  return app.add_option_function<Texts>(name, std::move(take), description)
      ->allow_extra_args(false);
}

CLI::Option* AddText(CLI::App& app, const char* name, std::function<void(const std::string&)> take,
                     const char* description) {
  return app.add_option_function<std::string>(name, std::move(take), description);
}

void AddListenAddresses(const Texts& texts, std::vector<ListenAddress>& addresses) {
  for (const std::string& text : texts) addresses.push_back(*ParseListenAddress(text));
}

void Define(CLI::App& app, CommandLine& line) {
  AddText(
      app, "--config", [&](const std::string& path) { line.config_file = path; },
      "The configuration file")
      ->type_name("FILE");
  app.add_flag("--check-config", line.checks_config,
               "Tell what is wrong with the configuration, and end");
  app.add_flag("--print-default-config", line.prints_default_config,
               "Print every key with its default, and end");
  AddRepeatable(
      app, "--listen", [&](const Texts& texts) { AddListenAddresses(texts, line.smtp_listeners); },
      "Take SMTP there (repeatable); port 0 is a free one")
      ->check(CheckListenAddress)
      ->type_name("ADDRESS:PORT");
  AddRepeatable(
      app, "--lmtp", [&](const Texts& texts) { AddListenAddresses(texts, line.lmtp_listeners); },
      "Take LMTP there (repeatable); unix:PATH is a Unix socket")
      ->check(CheckListenAddress)
      ->type_name("ADDRESS:PORT");
  AddRepeatable(
      app, "--smtps", [&](const Texts& texts) { AddListenAddresses(texts, line.smtps_listeners); },
      "Take SMTP in implicit TLS there (repeatable)")
      ->check(CheckListenAddress)
      ->type_name("ADDRESS:PORT")
      ->group(kTlsGroup);
  CLI::Option* const certificate = AddText(
      app, "--certificate", [&](const std::string& path) { line.certificate = path; },
      "A certificate in PEM, with its chain: --listen offers STARTTLS");
  certificate->type_name("FILE")->group(kTlsGroup);
  AddText(
      app, "--key", [&](const std::string& path) { line.key = path; },
      "Its key, where that is in another file")
      ->needs(certificate)
      ->type_name("FILE")
      ->group(kTlsGroup);
  AddText(
      app, "--store",
      [&](const std::string& text) {
        StoreChoice choice = *ParseStore(text);
        line.store_kind = choice.kind;
        line.store_path = std::move(choice.path);
      },
      "Where messages go: discard, maildir, or maildir:PATH for Maildirs below PATH")
      ->check(CheckStore)
      ->type_name("KIND[:PATH]");
  AddRepeatable(
      app, "--domain", [&](const Texts& texts) { line.domains = texts; },
      "Take mail for this domain (repeatable)")
      ->check(CheckDomain)
      ->type_name("DOMAIN");
  AddRepeatable(
      app, "--recipient", [&](const Texts& texts) { line.recipients = texts; },
      "Take mail for this address (repeatable); then for these and postmaster alone")
      ->check(CheckRecipient)
      ->type_name("USER@DOMAIN");
  AddText(
      app, "--shards", [&](const std::string& text) { line.shards = ParseDecimal(text); },
      "Threads that serve; 0: one for each core")
      ->check(CheckShards)
      ->type_name("N");
  AddText(
      app, "--max-message-size",
      [&](const std::string& text) { line.message_octets = ParseOctets(text); },
      "Of one message, such as 2GiB; 0: no limit")
      ->check(CheckMessageSize)
      ->type_name("SIZE");
  AddText(
      app, "--timeout", [&](const std::string& text) { line.timeout = ParseTimeSpan(text); },
      "For every wait for a client, such as 3s")
      ->check(CheckTimeout)
      ->type_name("TIME");
  AddText(
      app, "--log-format",
      [&](const std::string& text) {
        line.log_format = text == "json" ? server::LogFormat::kJson : server::LogFormat::kText;
      },
      "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  app.set_version_flag("--version", Concat("ringpostd ", kVersion), "Print the version, and end");
  app.set_help_flag("--help,-h", "Print this, and end");
}

Farewell Leave(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const bool is_mistake = app.exit(error, out, err) != 0;
  return {is_mistake ? kUsageExitCode : 0, out.str(), err.str()};
}

// --- What it changes
// ------------------------------------------------------------------------------

void UseListeners(const CommandLine& line, Config& config) {
  if (line.smtp_listeners.empty() && line.lmtp_listeners.empty() && line.smtps_listeners.empty()) {
    return;
  }
  config.listeners.clear();
  const auto add = [&](const std::vector<ListenAddress>& addresses, smtp::Protocol protocol,
                       ListenerTls tls) {
    for (const ListenAddress& address : addresses) {
      config.listeners.push_back(
          {.address = address, .protocol = protocol, .tls = tls, .session = config.session});
    }
  };
  add(line.smtp_listeners, smtp::Protocol::kSmtp, ListenerTls::kAuto);
  add(line.lmtp_listeners, smtp::Protocol::kLmtp, ListenerTls::kAuto);
  add(line.smtps_listeners, smtp::Protocol::kSmtp, ListenerTls::kImplicit);
}

void UseRecipients(const CommandLine& line, RecipientConfig& recipients) {
  if (line.domains.empty() && line.recipients.empty()) return;
  recipients.domains = line.domains;
  recipients.addresses = line.recipients;
}

void UseLimits(const CommandLine& line, Config& config) {
  if (line.message_octets.has_value()) {
    config.session.limits.message_octets = *line.message_octets;
    for (ListenerConfig& listener : config.listeners) {
      listener.session.limits.message_octets = *line.message_octets;
    }
  }
  if (line.timeout.has_value()) {
    server::Timeouts& timeouts = config.timeouts;
    timeouts.first_command = timeouts.command = timeouts.handshake = *line.timeout;
    timeouts.data_block = timeouts.write = *line.timeout;
  }
}

void Override(const CommandLine& line, Config& config) {
  UseListeners(line, config);
  if (line.certificate.has_value()) {
    config.tls.certificates = {{.certificate = *line.certificate, .key = line.key.value_or("")}};
  }
  UseRecipients(line, config.recipients);
  UseLimits(line, config);
  if (line.store_kind.has_value()) config.store.kind = *line.store_kind;
  if (line.store_path.has_value()) config.store.path = *line.store_path;
  if (line.shards.has_value()) config.server.shards = *line.shards;
  if (line.log_format.has_value()) config.log.format = *line.log_format;
}

// For trying out and for tests, where all clients have one address.
Config ConfigWithoutFile() {
  Config config = DefaultConfig();
  config.connections.per_address = 0;
  config.connections.per_network = 0;
  config.tls.handshakes.per_address = 0;
  return config;
}

absl::Status CheckTls(const Config& config) {
  if (!kHasTls && !(config.tls.certificates.empty() && config.tls.client_roots.empty())) {
    return absl::InvalidArgumentError(Concat(
        config.tls.certificates.empty() ? "tls.client_roots" : "tls.certificates", kWithoutTls));
  }
  for (const ListenerConfig& listener : config.listeners) {
    const std::string name = Concat("the listener ", FormatListenAddress(listener.address));
    const ListenerTls tls = TlsOf(listener, config.tls);
    if (tls == ListenerTls::kNone) {
      if (!listener.requires_tls) continue;
      return absl::InvalidArgumentError(Concat(name, ": require_tls is of no use without tls"));
    }
    if (!kHasTls) {
      return absl::InvalidArgumentError(Concat(name, kWithoutTls, "; tls = \"none\" is left"));
    }
    if (listener.client_certificates == ClientCertificates::kRequire &&
        config.tls.client_roots.empty()) {
      return absl::InvalidArgumentError(
          Concat(name, ": client_certificates = \"require\" needs tls.client_roots"));
    }
  }
  return absl::OkStatus();
}

// What no single key can be blamed for.
absl::Status CheckWhole(const Config& config) {
  if (config.server.user.empty() && !config.server.group.empty()) {
    return absl::InvalidArgumentError("server.group is of no use without server.user");
  }
  if (config.listeners.empty()) {
    return absl::InvalidArgumentError(
        "no listener: the file has no [[listener]], and no --listen or "
        "--lmtp was given");
  }
  if (!config.oauth.client_id.empty() && !config.oauth.bearer_token_file.empty()) {
    return absl::InvalidArgumentError("oauth.client_id is of no use with oauth.bearer_token_file");
  }
  if (absl::Status status = CheckTls(config); !status.ok()) return status;
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    if (config.listeners[i].is_submission &&
        config.listeners[i].protocol == smtp::Protocol::kLmtp) {
      return absl::InvalidArgumentError(
          Concat("the listener ", FormatListenAddress(config.listeners[i].address),
                 " cannot have protocol = \"lmtp\" and submission = true: users speak SMTP"));
    }
    for (size_t j = 0; j < i; ++j) {
      const std::string address = FormatListenAddress(config.listeners[i].address);
      const bool same = address == FormatListenAddress(config.listeners[j].address);
      if (same && !address.ends_with(":0")) {
        return absl::InvalidArgumentError(Concat("two listeners have the address ", address));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::variant<CommandLine, Farewell> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app(kDescription, "ringpostd");
  app.footer(kExamples);
  Define(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Leave(app, error);
  }
  return line;
}

absl::StatusOr<Config> LoadConfig(const CommandLine& command_line) {
  absl::StatusOr<Config> config = command_line.config_file.has_value()
                                      ? ReadConfigFile(*command_line.config_file)
                                      : ConfigWithoutFile();
  if (!config.ok()) return config;
  Override(command_line, *config);
  if (absl::Status status = CheckWhole(*config); !status.ok()) return status;
  return config;
}

}  // namespace ringpost::daemon
