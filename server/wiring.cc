#include "server/wiring.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "ringpost/auth/joined_authenticators.h"
#include "ringpost/base/text.h"
#include "ringpost/filter/received_loop.h"
#include "ringpost/server/log_observer.h"
#include "ringpost/store/discard_store.h"
#include "ringpost/store/encrypted_domains.h"
#include "ringpost/store/maildir_store.h"
#include "server/auth_wiring.h"
#include "server/process.h"

namespace ringpost::daemon {
namespace {

constexpr size_t kSmallestBufferLimitBytes = 1 << 20;

absl::StatusOr<store::Aliases> LoadAliases(const Config& config) {
  if (config.recipients.aliases_file.empty()) return store::Aliases();
  const std::string path = PathBelow(config.server, config.recipients.aliases_file);
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  return store::Aliases::Parse(*text, path, RulesOf(config.recipients));
}

smtp::ServerSessionOptions SessionOptions(const Config& config, const ListenerConfig& listener) {
  smtp::ServerSessionOptions options;
  options.host_name = HostNameOf(config);
  options.protocol = listener.protocol;
  options.capabilities = listener.session.capabilities;
  options.limits = listener.session.limits;
  options.strictness = listener.session.strictness;
  options.requires_tls = listener.requires_tls;
  options.requires_authentication = AuthOf(listener) == ListenerAuth::kRequired;
  options.capabilities.start_tls = TlsOf(listener, config.tls) == ListenerTls::kStartTls;
  if (!options.capabilities.chunking) options.capabilities.binary_mime = false;
  return options;
}

absl::StatusOr<server::ListenerOptions> MakeListenerOptions(const Config& config,
                                                            const ListenerConfig& listener,
                                                            const ActivatedSockets& sockets) {
  server::ListenerOptions options = {
      .address = {},
      .session = SessionOptions(config, listener),
      .offers_authentication = AuthOf(listener) != ListenerAuth::kNone,
      .unix_mode = listener.unix_mode,
      .tls_is_implicit = TlsOf(listener, config.tls) == ListenerTls::kImplicit,
      .is_submission = listener.is_submission};
  if (const auto* activated = std::get_if<ActivatedSocket>(&listener.address)) {
    const absl::StatusOr<int> socket = sockets.Find(activated->name);
    if (!socket.ok()) return socket.status();
    options.inherited_socket = *socket;
  } else {
    options.address = std::get<io::SocketAddress>(listener.address);
  }
  return options;
}

std::shared_ptr<hooks::MessageStore> MakeStore(const Config& config, const Mailboxes& mailboxes) {
  if (config.store.kind == StoreKind::kDiscard) return std::make_shared<store::DiscardStore>();
  return std::make_shared<store::MaildirStore>(
      store::MaildirStoreOptions{.mailbox_path = *mailboxes.path,
                                 .recipients = mailboxes.recipients,
                                 .host_name = HostNameOf(config),
                                 .process_id = getpid()});
}

// Our own files come first. nullptr: nobody can log in.
std::shared_ptr<hooks::Authenticator> JoinAuthenticators(
    std::vector<std::shared_ptr<hooks::Authenticator>> authenticators,
    const std::vector<std::shared_ptr<hooks::Authenticator>>& remote) {
  authenticators.insert(authenticators.end(), remote.begin(), remote.end());
  if (authenticators.empty()) return nullptr;
  if (authenticators.size() == 1) return authenticators.front();
  return std::make_shared<auth::JoinedAuthenticators>(std::move(authenticators));
}

// Whether both are the same socket. Of two that systemd passed, their descriptors tell.
bool IsSameListener(const server::ListenerOptions& a, const server::ListenerOptions& b) {
  return a.inherited_socket == b.inherited_socket && a.address == b.address;
}

std::string NameOf(const server::ListenerOptions& listener) {
  return listener.inherited_socket < 0
             ? listener.address.ToString()
             : Concat("socket ", listener.inherited_socket, " of systemd");
}

}  // namespace

std::string PathBelow(const ServerConfig& server, const std::string& path) {
  if (path.empty() || path.front() == '/' || server.data_folder.empty()) return path;
  return Concat(server.data_folder, "/", path);
}

std::string HostNameOf(const Config& config) {
  return config.server.host_name.empty() ? SystemHostName() : config.server.host_name;
}

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(Concat(path, ": ", std::strerror(errno)));
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

store::AddressRules RulesOf(const RecipientConfig& config) {
  return {.tag_separators = config.tag_separators, .fold_local_part = config.fold_case};
}

std::vector<std::string> DomainsOf(const RecipientConfig& config) {
  std::vector<std::string> domains = config.domains;
  for (const std::string& address : config.addresses) {
    std::string domain = address.substr(address.rfind('@') + 1);
    if (std::ranges::find(domains, domain) == domains.end()) domains.push_back(std::move(domain));
  }
  return domains;
}

absl::StatusOr<Mailboxes> LoadMailboxes(const Config& config) {
  Mailboxes mailboxes;
  absl::StatusOr<store::Aliases> aliases = LoadAliases(config);
  if (!aliases.ok()) return aliases.status();
  auto recipients = store::LocalRecipients::Create({.domains = DomainsOf(config.recipients),
                                                    .recipients = config.recipients.addresses,
                                                    .aliases = *std::move(aliases),
                                                    .address_rules = RulesOf(config.recipients)});
  if (!recipients.ok()) return recipients.status();
  mailboxes.recipients = *std::move(recipients);
  if (config.store.kind == StoreKind::kMaildir) {
    auto path = store::MailboxPath::Parse(PathBelow(config.server, config.store.path));
    if (!path.ok()) {
      return absl::InvalidArgumentError(
          Concat("store.path: ", std::string(path.status().message())));
    }
    mailboxes.path = *std::move(path);
  }
  return mailboxes;
}

absl::StatusOr<Logins> LoadLogins(const Config& config, LoginPools& pools) {
  absl::StatusOr<LocalAuthenticators> local = LoadLocalAuthenticators(config, pools.hashing);
  if (!local.ok()) return local.status();
  absl::StatusOr<RemoteAuthenticators> remote = LoadRemoteAuthenticators(config, pools.network);
  if (!remote.ok()) return remote.status();
  absl::StatusOr<SenderLogins> senders = LoadSenderLogins(config);
  if (!senders.ok()) return senders.status();
  return Logins{
      .local = *std::move(local), .remote = *std::move(remote), .senders = *std::move(senders)};
}

absl::StatusOr<server::ServerOptions> MakeServerOptions(const Config& config,
                                                        const ActivatedSockets& sockets) {
  server::ServerOptions options;
  for (const ListenerConfig& listener : config.listeners) {
    absl::StatusOr<server::ListenerOptions> made = MakeListenerOptions(config, listener, sockets);
    if (!made.ok()) return made.status();
    options.listeners.push_back(*std::move(made));
  }
  absl::StatusOr<server::AuthenticationOptions> authentication = LoadAuthenticationOptions(config);
  if (!authentication.ok()) return authentication.status();
  options.authentication = *std::move(authentication);
  options.shard_count = config.server.shards == 0 ? CoreCount() : config.server.shards;
  options.timeouts = config.timeouts;
  options.connections = config.connections;
  options.transfer = config.transfer.limits;
  options.handshakes = config.tls.handshakes;
  options.durability = config.store.durability;
  options.header_octets = config.transfer.header_octets;
  options.uring.buffer_limit_bytes = std::max<size_t>(
      config.transfer.buffer_memory_octets / options.shard_count, kSmallestBufferLimitBytes);
  return options;
}

server::ServerOptions WithListenersOf(const server::ServerOptions& running,
                                      server::ServerOptions wanted,
                                      std::vector<std::string>& differences) {
  std::vector<server::ListenerOptions> listeners;
  for (const server::ListenerOptions& listener : running.listeners) {
    const auto same = std::ranges::find_if(wanted.listeners, [&](const auto& candidate) {
      return IsSameListener(candidate, listener);
    });
    if (same == wanted.listeners.end()) {
      differences.push_back(Concat("the listener ", NameOf(listener), " is to go"));
      listeners.push_back(listener);
    } else {
      listeners.push_back(*std::move(same));
      wanted.listeners.erase(same);
    }
  }
  for (const server::ListenerOptions& listener : wanted.listeners) {
    differences.push_back(Concat("the listener ", NameOf(listener), " is new"));
  }
  if (wanted.shard_count != running.shard_count) {
    differences.push_back("the number of shards is another");
  }
  wanted.listeners = std::move(listeners);
  wanted.shard_count = running.shard_count;
  return wanted;
}

std::shared_ptr<server::LogWriter> LogWriters::For(io::Shard& shard,
                                                   const server::LogWriter::Options& options) {
  Entry& entry = by_shard_[shard.index()];
  const bool is_same = entry.writer != nullptr && entry.options.path == options.path &&
                       entry.options.format == options.format;
  if (is_same) {
    entry.writer->Reopen();
  } else {
    entry = {.options = options, .writer = server::LogWriter::Start(shard, options)};
  }
  return entry.writer;
}

hooks::HooksFactory MakeHooksFactory(const Config& config, Mailboxes mailboxes, Logins logins,
                                     LogWriters& writers) {
  return [config, mailboxes, logins, &writers](io::Shard& shard) -> absl::StatusOr<hooks::Hooks> {
    hooks::Hooks hooks;
    hooks.authenticator = JoinAuthenticators(logins.local(), logins.remote(shard));
    if (!config.recipients.encrypted_domains.empty()) {
      hooks.recipient_validators.push_back(
          std::make_shared<store::EncryptedDomains>(config.recipients.encrypted_domains));
    }
    hooks.recipient_validators.push_back(
        std::make_shared<store::LocalRecipientValidator>(mailboxes.recipients));
    if (config.transfer.received_fields > 0) {
      hooks.filters.push_back(
          std::make_shared<filter::ReceivedLoopFilter>(config.transfer.received_fields));
    }
    if (absl::Status status = AddSubmissionHooks(config, logins.senders, hooks); !status.ok()) {
      return status;
    }
    hooks.store = MakeStore(config, mailboxes);
    const auto writer = writers.For(
        shard, {.path = PathBelow(config.server, config.log.file), .format = config.log.format});
    hooks.observers.push_back(
        std::make_shared<server::LogObserver>(shard.reactor(), writer, config.log.stages));
    return hooks;
  };
}

}  // namespace ringpost::daemon
