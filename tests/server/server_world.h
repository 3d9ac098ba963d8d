// ServerWorld: a ShardServer in the simulated world, with hooks that a test scripts and clients
// that it plays. Time is virtual, so waiting for a deadline takes none.
//
//   ServerWorld world;
//   Client client(world);
//   EXPECT_EQ(client.Exchange("EHLO x\r\n"), "250-...");
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "ringpost/io/shard.h"
#include "ringpost/server/shard_server.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::server {

// A store that keeps what it is given and does as it is told.
class ScriptedStore final : public hooks::MessageStore {
 public:
  // What happened to each writer, in order: "open", "append", "commit", "abort reset", ...
  std::vector<std::string> events;
  // The content of each committed message.
  std::vector<std::string> messages;
  // Octets appended so far, of all messages.
  uint64_t appended_octets = 0;

  absl::Status open_status;
  absl::Status append_status;
  hooks::CommitResult commit_result;
  // Waited for, where set, with the wait of the hook's context; the failure is the call's.
  io::Signal* before_open = nullptr;
  io::Signal* before_append = nullptr;
  io::Signal* before_commit = nullptr;
  bool can_rewrite = true;
  // The senders whose Append never ends, whatever its wait says. Until `unstuck`.
  std::string stuck_sender;
  Event unstuck;

  // Events without the appends.
  std::vector<std::string> stages() const;

  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context& context,
                                                     const smtp::Envelope& envelope) override;
  bool rewrites_headers() const override { return can_rewrite; }
  hooks::Durability strongest_durability() const override { return hooks::Durability::kSynced; }

 private:
  class Writer;
};

// Answers by function; accepts all when there is none.
class ScriptedValidator final : public hooks::RecipientValidator {
 public:
  using Answer = std::function<hooks::Verdict(const smtp::Recipient&)>;
  explicit ScriptedValidator(Answer answer = nullptr) : answer_(std::move(answer)) {}

  std::vector<size_t> batch_sizes;
  io::Signal* before_answer = nullptr;
  absl::Status last_wait;

  Task<void> OnRecipients(const hooks::Context& context, const smtp::Envelope& envelope,
                          std::span<const smtp::Recipient> recipients,
                          std::span<hooks::Verdict> verdicts) override;

 private:
  Answer answer_;
};

class ServerWorld {
 public:
  struct Setup {
    testing::SimulationOptions simulation = {};
    ServerOptions options = {};
  };

  ServerWorld() : ServerWorld(Setup()) {}
  explicit ServerWorld(Setup setup);
  // Drains the server; CHECKs that nothing leaks.
  ~ServerWorld();

  // Serves. Before the first client; once, unless to reload.
  void Start();
  void Drain(absl::Duration drain_time);
  void Pass(absl::Duration length);

  io::Shard& shard() { return shard_; }
  testing::SimulatedReactor& reactor() { return reactor_; }
  ShardServer& server() { return *server_; }
  const io::SocketAddress& address() const { return address_; }

  ServerOptions options;
  hooks::Hooks hooks;
  std::shared_ptr<ScriptedStore> store = std::make_shared<ScriptedStore>();
  std::shared_ptr<ScriptedValidator> validator = std::make_shared<ScriptedValidator>();
  // Each send of the server, as one string.
  std::vector<std::string> sends;

 private:
  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  ConnectionCensus census_;
  SharedAuthentication authentication_;
  io::SocketAddress address_;
  std::unique_ptr<ShardServer> server_;
  int listening_socket_ = -1;
};

// A client whose calls run the world until they are done.
class Client {
 public:
  // Connects and takes the greeting.
  explicit Client(ServerWorld& world);
  // Takes none: what is on the other side waits for TLS.
  struct BeforeGreeting {};
  Client(ServerWorld& world, BeforeGreeting);
  ~Client();

  void Send(std::string_view octets);
  // Sends as far as the server takes it; true when all was taken within `length`.
  bool TrySend(std::string octets, absl::Duration length);
  // The next `count` replies, all their lines; fewer when the stream ends.
  std::string ReadReplies(size_t count = 1);
  std::string Exchange(std::string_view octets, size_t reply_count = 1);
  // What comes until the server closes.
  std::string ReadToEnd();
  // EHLO, MAIL, RCPT, DATA up to the 354.
  void BeginData(std::string_view sender = "a@example.org");

  // Half-close, and reset.
  void Finish();
  void Reset();

  const std::string& greeting() const { return greeting_; }
  // For a test that puts another in front of it.
  std::unique_ptr<net::Transport>& transport() { return transport_; }

 private:
  Task<std::string> ReadSome(size_t reply_count);

  ServerWorld& world_;
  net::TransportCounters counters_;
  int socket_ = -1;
  std::unique_ptr<net::Transport> transport_;
  std::string unread_;
  std::string greeting_;
};

}  // namespace ringpost::server
