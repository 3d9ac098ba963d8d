// SmtpServer: an SMTP or LMTP server, one shard for each core.
//
//   ServerOptions options = {.listeners = {{.address =
//   *io::ParseSocketAddress("127.0.0.1:2525")}}}; auto server = SmtpServer::Start(options,
//   [](io::Shard& shard) -> absl::StatusOr<hooks::Hooks> {
//     return hooks::Hooks{.recipient_validators = {std::make_shared<OnlyAlice>()},
//                         .store = std::make_shared<MyStore>()};
//   });
//   if (!server.ok()) ...
//   (*server)->Stop(absl::Seconds(30));
//
// Threads: one for each shard, started by Start(). The object itself belongs to the thread that
// started it. Errors: Start() names what is wrong: the kernel's io_uring, an address, a hook.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/hooks/hooks.h"
#include "ringpost/io/socket_address.h"
#include "ringpost/server/options.h"
#include "ringpost/server/shard_server.h"

namespace ringpost::server {

class SmtpServer {
 public:
  // Returns when every listener accepts.
  static absl::StatusOr<std::unique_ptr<SmtpServer>> Start(ServerOptions options,
                                                           hooks::HooksFactory factory);
  // Stops at once, when nobody did.
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  // Where it listens, in the order of the options, with the real port where 0 was asked for.
  const std::vector<io::SocketAddress>& addresses() const { return addresses_; }

  // For sessions that come from now on: new options and hooks. Sessions that are there keep theirs.
  // The listeners' addresses and the number of shards must be the same. When it fails nothing
  // changes.
  absl::Status Reload(ServerOptions options, hooks::HooksFactory factory);

  // Stops accepting; transactions under way may end within `drain_time`, new ones get 421. Returns
  // at once; a later call gives less time.
  void BeginStop(absl::Duration drain_time);
  // Whether all is over.
  bool has_stopped() const;
  // BeginStop(), and returns when all is over. Later calls do nothing.
  void Stop(absl::Duration drain_time);

  // One for each shard.
  std::vector<ShardStatistics> statistics();

 private:
  class ShardThread;
  struct Bound;

  SmtpServer() = default;

  ConnectionCensus census_;
  SharedAuthentication authentication_;
  std::vector<io::SocketAddress> addresses_;
  std::vector<std::unique_ptr<ShardThread>> shards_;
};

// Whether `hooks` can serve with `options`: a store, whose promise is strong enough, and that can
// rewrite headers where a filter edits them at the end.
absl::Status ValidateHooks(const ServerOptions& options, const hooks::Hooks& hooks);

}  // namespace ringpost::server
