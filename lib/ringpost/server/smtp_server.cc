#include "ringpost/server/smtp_server.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::server {
namespace {

uint64_t RandomSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

absl::Status ValidateListeners(const ServerOptions& options) {
  if (options.listeners.empty()) return absl::InvalidArgumentError("a server needs a listener");
  for (const ListenerOptions& listener : options.listeners) {
    const bool wants_tls = listener.tls_is_implicit || listener.session.capabilities.start_tls;
    if (wants_tls && listener.security == nullptr) {
      return absl::InvalidArgumentError("a listener with TLS needs a TransportSecurity");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateHooks(const ServerOptions& options, const hooks::Hooks& hooks) {
  if (hooks.store == nullptr) return absl::InvalidArgumentError("a server needs a MessageStore");
  const hooks::Durability strongest = hooks.store->strongest_durability();
  if (strongest < options.durability) {
    return absl::InvalidArgumentError(Concat(
        "durability '", hooks::DurabilityName(options.durability),
        "' is more than the store can promise, which is '", hooks::DurabilityName(strongest), "'"));
  }
  for (const auto& filter : hooks.filters) {
    if (filter->edits_at_end() && !hooks.store->rewrites_headers()) {
      return absl::InvalidArgumentError(
          "a filter edits headers at the end of a message, and the store cannot rewrite them");
    }
  }
  return absl::OkStatus();
}

// The listeners' sockets as the first shard opened them.
struct SmtpServer::Bound {
  std::vector<io::SocketAddress> addresses;
  std::vector<int> sockets;
};

// One shard and its thread. All but Start() and Join() is said by posting.
class SmtpServer::ShardThread {
 public:
  ShardThread(size_t index, ConnectionCensus& census) : index_(index), census_(census) {}

  // Returns when the shard serves, or could not. The first shard binds, the others find in `bound`
  // what.
  absl::Status Start(std::shared_ptr<const ServerOptions> options,
                     const hooks::HooksFactory& factory, Bound& bound) {
    std::promise<absl::Status> started;
    std::future<absl::Status> outcome = started.get_future();
    thread_ = std::thread([&, options = std::move(options)]() mutable {
      RunThread(std::move(options), factory, bound, std::move(started));
    });
    absl::Status status = outcome.get();
    if (!status.ok()) thread_.join();
    return status;
  }

  // Runs `call(server)` on the shard and returns what it returns.
  template <typename Call>
  auto Ask(Call call) {
    std::promise<decltype(call(*shard_, *server_))> answer;
    auto future = answer.get_future();
    shard_->Post([this, &call, &answer] { answer.set_value(call(*shard_, *server_)); });
    return future.get();
  }

  void BeginStop(absl::Duration drain_time) {
    shard_->Post([this, drain_time] {
      const Instant deadline = shard_->Now() + drain_time;
      if (is_stopping_) return server_->ShortenDrain(deadline);
      is_stopping_ = true;
      control_.Spawn(DrainAndStop(deadline));
    });
  }
  bool has_ended() const { return has_ended_.load(std::memory_order_acquire); }
  // After BeginStop().
  void Join() {
    may_leave_.set_value();
    thread_.join();
  }

 private:
  void RunThread(std::shared_ptr<const ServerOptions> options, const hooks::HooksFactory& factory,
                 Bound& bound, std::promise<absl::Status> started) {
    absl::StatusOr<std::unique_ptr<io::Reactor>> reactor = io::CreateUringReactor(options->uring);
    if (!reactor.ok()) return started.set_value(reactor.status());
    io::Shard shard(**reactor, index_, RandomSeed());
    const ScopedRunQueue scoped(shard.run_queue());
    absl::StatusOr<hooks::Hooks> hooks = factory(shard);
    absl::Status status = hooks.ok() ? ValidateHooks(*options, *hooks) : hooks.status();
    std::vector<int> sockets;
    if (status.ok()) status = OpenSockets(**reactor, *options, bound, sockets);
    if (!status.ok()) {
      EndBackground(shard);
      return started.set_value(status);
    }

    ShardServer server(shard, census_);
    server.UseGeneration(std::make_shared<Generation>(std::move(options), *std::move(hooks)));
    server.Listen(sockets);
    shard_ = &shard;
    server_ = &server;
    started.set_value(absl::OkStatus());
    shard.Run();
    has_ended_.store(true, std::memory_order_release);
    // Until then somebody may still post to the shard.
    may_leave_.get_future().wait();
  }

  // What the hooks of a start that failed run in the background.
  static void EndBackground(io::Shard& shard) {
    shard.scope().RequestCancel();
    // A turn may be the last that has something to do: none waits for long.
    while (shard.scope().live_count() > 0) shard.Turn(shard.Now() + absl::Milliseconds(5));
  }

  static absl::Status OpenSockets(io::Reactor& reactor, const ServerOptions& options, Bound& bound,
                                  std::vector<int>& sockets) {
    for (size_t i = 0; i < options.listeners.size(); ++i) {
      absl::StatusOr<int> socket = OpenSocket(reactor, options, i, bound);
      if (!socket.ok()) {
        for (const int opened : sockets) reactor.CloseNow(opened);
        return socket.status();
      }
      sockets.push_back(*socket);
      if (i == bound.addresses.size()) bound.addresses.push_back(reactor.LocalAddress(*socket));
    }
    if (bound.sockets.empty()) bound.sockets = sockets;
    return absl::OkStatus();
  }

  // Shards share a TCP address by SO_REUSEPORT, all other sockets by descriptors of the same one.
  static absl::StatusOr<int> OpenSocket(io::Reactor& reactor, const ServerOptions& options,
                                        size_t index, const Bound& bound) {
    const ListenerOptions& listener = options.listeners[index];
    if (listener.inherited_socket >= 0) return Duplicate(listener.inherited_socket);
    const bool is_bound = index < bound.addresses.size();
    if (is_bound && listener.address.is_unix()) return Duplicate(bound.sockets[index]);
    io::ListenOptions listen = {.backlog = options.listen_backlog, .unix_mode = listener.unix_mode};
    if (options.shard_count > 1 && !listener.address.is_unix()) {
      // SO_REUSEPORT would share the port with another server just as well: is there one?
      absl::StatusOr<int> alone = is_bound ? -1 : reactor.Listen(listener.address, listen);
      if (!alone.ok()) return alone;
      if (*alone >= 0) reactor.CloseNow(*alone);
      listen.reuse_port = true;
    }
    return reactor.Listen(is_bound ? bound.addresses[index] : listener.address, listen);
  }

  static absl::StatusOr<int> Duplicate(int socket) {
    const int copy = dup(socket);
    if (copy < 0) return io::StatusFromErrno(-errno, "duplicating an inherited socket");
    return copy;
  }

  Task<void> DrainAndStop(Instant deadline) {
    co_await server_->Drain(deadline);
    // What hooks run in the background ends before the hooks do.
    shard_->scope().RequestCancel();
    co_await shard_->scope().Join();
    shard_->Stop();
  }

  const size_t index_;
  ConnectionCensus& census_;
  std::thread thread_;
  TaskScope control_;
  bool is_stopping_ = false;  // the shard's
  std::atomic<bool> has_ended_ = false;
  std::promise<void> may_leave_;
  io::Shard* shard_ = nullptr;  // of the thread's frame, while it runs
  ShardServer* server_ = nullptr;
};

absl::StatusOr<std::unique_ptr<SmtpServer>> SmtpServer::Start(ServerOptions options,
                                                              hooks::HooksFactory factory) {
  if (absl::Status status = ValidateListeners(options); !status.ok()) return status;
  if (options.shard_count == 0) return absl::InvalidArgumentError("a server needs a shard");
  const auto shared = std::make_shared<const ServerOptions>(std::move(options));
  std::unique_ptr<SmtpServer> server(new SmtpServer());
  Bound bound;
  for (size_t i = 0; i < shared->shard_count; ++i) {
    auto shard = std::make_unique<ShardThread>(i, server->census_);
    if (absl::Status status = shard->Start(shared, factory, bound); !status.ok()) {
      return status;
    }
    server->shards_.push_back(std::move(shard));
  }
  server->addresses_ = std::move(bound.addresses);
  return server;
}

SmtpServer::~SmtpServer() { Stop(absl::ZeroDuration()); }

absl::Status SmtpServer::Reload(ServerOptions options, hooks::HooksFactory factory) {
  Check(!shards_.empty(), "Reload() after Stop()");
  if (options.listeners.size() != addresses_.size() || options.shard_count != shards_.size()) {
    return absl::InvalidArgumentError("listeners and shards cannot change while the server runs");
  }
  if (absl::Status status = ValidateListeners(options); !status.ok()) return status;
  const auto shared = std::make_shared<const ServerOptions>(std::move(options));
  // First all hooks are made, then all shards use theirs, so that a failure changes nothing.
  std::vector<std::shared_ptr<const Generation>> generations;
  absl::Status failure;
  for (const auto& shard : shards_) {
    generations.push_back(shard->Ask([&](io::Shard& of, ShardServer&) {
      absl::StatusOr<hooks::Hooks> hooks = factory(of);
      const absl::Status status = hooks.ok() ? ValidateHooks(*shared, *hooks) : hooks.status();
      if (!status.ok()) {
        failure = status;
        return std::shared_ptr<const Generation>();
      }
      return std::shared_ptr<const Generation>(
          std::make_shared<Generation>(shared, *std::move(hooks)));
    }));
  }
  for (size_t i = 0; i < shards_.size(); ++i) {
    // Moved in either way: hooks end on the shard that made them.
    shards_[i]->Ask([&](io::Shard&, ShardServer& server) {
      const std::shared_ptr<const Generation> generation = std::move(generations[i]);
      if (failure.ok()) server.UseGeneration(generation);
      return true;
    });
  }
  return failure;
}

void SmtpServer::BeginStop(absl::Duration drain_time) {
  for (const auto& shard : shards_) shard->BeginStop(drain_time);
}

bool SmtpServer::has_stopped() const {
  return std::ranges::all_of(shards_, [](const auto& shard) { return shard->has_ended(); });
}

void SmtpServer::Stop(absl::Duration drain_time) {
  BeginStop(drain_time);
  for (const auto& shard : shards_) shard->Join();
  shards_.clear();
}

std::vector<ShardStatistics> SmtpServer::statistics() {
  std::vector<ShardStatistics> statistics;
  for (const auto& shard : shards_) {
    statistics.push_back(
        shard->Ask([](io::Shard&, ShardServer& server) { return server.statistics(); }));
  }
  return statistics;
}

}  // namespace ringpost::server
