// Wiring: what a Config comes to in the library's terms. No function here starts anything.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ringpost/hooks/hooks.h"
#include "ringpost/io/offload.h"
#include "ringpost/server/log_writer.h"
#include "ringpost/server/options.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/store/mailbox_path.h"
#include "server/activated_sockets.h"
#include "server/auth_wiring.h"
#include "server/config.h"
#include "server/remote_login_wiring.h"
#include "server/submission_wiring.h"

namespace ringpost::daemon {

// `path` itself when it is absolute, else below the data folder.
std::string PathBelow(const ServerConfig& server, const std::string& path);

// As the server calls itself: what is configured, else the system's name.
std::string HostNameOf(const Config& config);

// NotFound when it cannot be opened; the message names it.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

store::AddressRules RulesOf(const RecipientConfig& config);
// An address is ours only at a domain of ours, so the domains of the addresses are.
std::vector<std::string> DomainsOf(const RecipientConfig& config);

// Whose mail is taken, and where it goes. Reads the aliases file.
struct Mailboxes {
  std::shared_ptr<const store::LocalRecipients> recipients;
  std::optional<store::MailboxPath> path;  // of a Maildir store
};
absl::StatusOr<Mailboxes> LoadMailboxes(const Config& config);

// Who may log in, and as whom users may send. Reads the files of it.
struct Logins {
  LocalAuthenticators local;
  RemoteAuthenticators remote;
  SenderLogins senders;
};
// Threads for it, the same ones after a reload: those that hash, and those that wait for others.
struct LoginPools {
  HashingPool hashing;
  std::shared_ptr<io::OffloadPool> network = nullptr;
};
absl::StatusOr<Logins> LoadLogins(const Config& config, LoginPools& pools);

// All but what encrypts sessions (tls_wiring.h). NotFound when a socket of systemd's is not there.
absl::StatusOr<server::ServerOptions> MakeServerOptions(const Config& config,
                                                        const ActivatedSockets& sockets);

// Gives what of `wanted` can be had without a restart: the listeners of `running`, each with the
// options that `wanted` has for its address. `differences` tells in words what a restart is needed
// for.
server::ServerOptions WithListenersOf(const server::ServerOptions& running,
                                      server::ServerOptions wanted,
                                      std::vector<std::string>& differences);

// The shards' log writers, which outlive a reload. Each is touched on its shard alone.
class LogWriters {
 public:
  explicit LogWriters(size_t shard_count) : by_shard_(shard_count) {}

  // The shard's, on whose thread this is. A file that is open already is opened anew.
  std::shared_ptr<server::LogWriter> For(io::Shard& shard,
                                         const server::LogWriter::Options& options);

 private:
  struct Entry {
    server::LogWriter::Options options;
    std::shared_ptr<server::LogWriter> writer;
  };
  std::vector<Entry> by_shard_;
};

// `writers` outlives the server.
hooks::HooksFactory MakeHooksFactory(const Config& config, Mailboxes mailboxes, Logins logins,
                                     LogWriters& writers);

}  // namespace ringpost::daemon
