#include "server_world.h"

#include <gtest/gtest.h>

#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::server {

using testing::RunTask;

// --- ScriptedStore
// ----------------------------------------------------------------------------------

class ScriptedStore::Writer final : public hooks::MessageWriter, private hooks::HeaderRewriter {
 public:
  Writer(ScriptedStore& store, bool is_stuck) : store_(store), is_stuck_(is_stuck) {}

  Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override {
    if (is_stuck_ && !content_.empty()) {
      co_await store_.unstuck;
    }
    if (store_.before_append != nullptr) {
      const absl::Status waited =
          co_await store_.before_append->WaitFor(context.shard, context.wait);
      if (!waited.ok()) co_return waited;
    }
    if (!store_.append_status.ok()) co_return store_.append_status;
    content_.append(chunk.octets);
    store_.appended_octets += chunk.octets.size();
    store_.events.push_back("append");
    co_return absl::OkStatus();
  }

  Task<hooks::CommitResult> Commit(const hooks::Context& context, hooks::Durability) override {
    if (store_.before_commit != nullptr) {
      const absl::Status waited =
          co_await store_.before_commit->WaitFor(context.shard, context.wait);
      if (!waited.ok()) {
        store_.events.push_back("commit failed");
        co_return hooks::CommitResult{.status = waited};
      }
    }
    store_.events.push_back("commit");
    if (store_.commit_result.status.ok()) store_.messages.push_back(content_);
    co_return store_.commit_result;
  }

  Task<void> Abort(const hooks::Context&, smtp::AbortReason reason) override {
    store_.events.push_back(Concat("abort ", smtp::AbortReasonName(reason)));
    co_return;
  }

  hooks::HeaderRewriter* header_rewriter() override { return store_.can_rewrite ? this : nullptr; }

 private:
  Task<absl::Status> RewriteHeader(const hooks::Context&, uint64_t old_octets,
                                   std::string_view header) override {
    content_.replace(0, old_octets, header);
    co_return absl::OkStatus();
  }

  ScriptedStore& store_;
  const bool is_stuck_;
  std::string content_;
};

std::vector<std::string> ScriptedStore::stages() const {
  std::vector<std::string> stages;
  for (const std::string& event : events) {
    if (event != "append") stages.push_back(event);
  }
  return stages;
}

Task<absl::StatusOr<hooks::MessageWriterPtr>> ScriptedStore::Open(const hooks::Context& context,
                                                                  const smtp::Envelope& envelope) {
  if (before_open != nullptr) {
    const absl::Status waited = co_await before_open->WaitFor(context.shard, context.wait);
    if (!waited.ok()) co_return waited;
  }
  if (!open_status.ok()) co_return open_status;
  events.push_back("open");
  const bool is_stuck = !stuck_sender.empty() && envelope.sender.ToString() == stuck_sender;
  co_return hooks::MessageWriterPtr(new Writer(*this, is_stuck));
}

Task<void> ScriptedValidator::OnRecipients(const hooks::Context& context, const smtp::Envelope&,
                                           std::span<const smtp::Recipient> recipients,
                                           std::span<hooks::Verdict> verdicts) {
  batch_sizes.push_back(recipients.size());
  if (before_answer != nullptr) {
    last_wait = co_await before_answer->WaitFor(context.shard, context.wait);
  }
  for (size_t i = 0; i < recipients.size(); ++i) {
    verdicts[i] = answer_ ? answer_(recipients[i]) : hooks::Verdict::Accept();
  }
}

// --- ServerWorld
// ------------------------------------------------------------------------------------

ServerWorld::ServerWorld(Setup setup)
    : options(std::move(setup.options)),
      reactor_(setup.simulation, disk_),
      shard_(reactor_, 0, setup.simulation.seed) {
  if (options.listeners.empty()) options.listeners.resize(1);
  options.listeners[0].address = *io::ParseSocketAddress("192.0.2.1:25");
  options.listeners[0].session.host_name = "mx.example.com";
  hooks.store = store;
  hooks.recipient_validators = {validator};
}

ServerWorld::~ServerWorld() {
  if (server_ != nullptr) {
    {
      const ScopedRunQueue scoped(shard_.run_queue());
      store->unstuck.Set();
    }
    Drain(absl::ZeroDuration());
    server_.reset();
  }
  Check(reactor_.in_flight_count() == 0, "an operation is left in flight");
  Check(reactor_.leased_chunk_count() == 0, "a chunk is left leased");
  Check(reactor_.open_descriptor_count() == 0, "a descriptor is left open");
}

void ServerWorld::Start() {
  const ScopedRunQueue scoped(shard_.run_queue());
  auto generation = std::make_shared<Generation>(
      Generation{std::make_shared<const ServerOptions>(options), hooks});
  if (server_ != nullptr) {
    server_->UseGeneration(std::move(generation));
    return;
  }
  server_ = std::make_unique<ShardServer>(shard_, census_, authentication_);
  server_->UseGeneration(std::move(generation));
  listening_socket_ = reactor_.Listen(options.listeners[0].address, {}).value();
  address_ = reactor_.LocalAddress(listening_socket_);
  const int sockets[] = {listening_socket_};
  server_->Listen(sockets);
  reactor_.ObserveSends([this](int socket, std::string_view octets) {
    if (reactor_.LocalAddress(socket) == address_) sends.emplace_back(octets);
  });
}

void ServerWorld::Drain(absl::Duration drain_time) {
  RunTask(shard_, server_->Drain(shard_.Now() + drain_time), absl::Hours(2));
}

void ServerWorld::Pass(absl::Duration length) {
  EXPECT_TRUE(RunTask(shard_, io::Sleep(shard_, length, {}), absl::Hours(2)).ok());
}

// --- Client
// -----------------------------------------------------------------------------------------

namespace {

// How many octets of `text` make `count` whole replies; npos when it has fewer.
size_t SizeOfReplies(std::string_view text, size_t count) {
  size_t start = 0;
  while (count > 0) {
    const size_t end = text.find("\r\n", start);
    if (end == std::string_view::npos) return std::string_view::npos;
    if (end < start + 4 || text[start + 3] != '-') --count;
    start = end + 2;
  }
  return start;
}

}  // namespace

Client::Client(ServerWorld& world) : Client(world, BeforeGreeting()) { greeting_ = ReadReplies(); }

Client::Client(ServerWorld& world, BeforeGreeting) : world_(world) {
  socket_ = RunTask(world.shard(), net::ConnectSocket(world.shard(), world.address(), {})).value();
  transport_ = std::make_unique<net::TcpTransport>(world.shard(), socket_, counters_);
}

Client::~Client() {
  RunTask(world_.shard(), transport_->Close({.deadline = world_.shard().Now()}));
}

void Client::Send(std::string_view octets) {
  EXPECT_TRUE(RunTask(world_.shard(), transport_->Write(octets, {}), absl::Hours(2)).ok());
}

bool Client::TrySend(std::string octets, absl::Duration length) {
  const io::Wait wait = {.deadline = world_.shard().Now() + length};
  return RunTask(world_.shard(), transport_->Write(octets, wait), absl::Hours(2)).ok();
}

Task<std::string> Client::ReadSome(size_t reply_count) {
  for (;;) {
    const size_t size = SizeOfReplies(unread_, reply_count);
    if (size != std::string::npos) {
      std::string replies = unread_.substr(0, size);
      unread_.erase(0, size);
      co_return replies;
    }
    const absl::StatusOr<io::Chunk> chunk = co_await transport_->Read({});
    if (!chunk.ok() || chunk->octets.empty()) co_return std::exchange(unread_, {});
    unread_.append(chunk->octets);
  }
}

std::string Client::ReadReplies(size_t count) {
  return RunTask(world_.shard(), ReadSome(count), absl::Hours(2));
}

std::string Client::Exchange(std::string_view octets, size_t reply_count) {
  Send(octets);
  return ReadReplies(reply_count);
}

std::string Client::ReadToEnd() { return ReadReplies(~size_t{0}); }

void Client::BeginData(std::string_view sender) {
  const std::string replies = Exchange(Concat("EHLO client.example.org\r\nMAIL FROM:<", sender,
                                              ">\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"),
                                       4);
  EXPECT_TRUE(replies.ends_with("354 Start mail input; end with <CRLF>.<CRLF>\r\n")) << replies;
}

void Client::Finish() { world_.reactor().ShutdownSend(socket_); }

void Client::Reset() { world_.reactor().ResetConnection(socket_); }

}  // namespace ringpost::server
