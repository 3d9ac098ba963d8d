// LoadWorld: a Generator against a scripted server, both in the simulated world. Time is virtual.
//
//   LoadWorld world;
//   world.options.message_limit = 3;
//   world.answers = [](Phase phase, uint64_t count) { ... };   // what is not as usual
//   const Results results = world.Run();
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/generator.h"
#include "load/results.h"
#include "load/secure_channel.h"
#include "ringpost/io/shard.h"
#include "ringpost/net/listener.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/net/transport_security.h"
#include "ringpost/testing/simulated_reactor.h"
#include "sink/known_user.h"

namespace ringpost::load {

// What the server does in place of its usual reply.
struct Answer {
  enum class Deed : uint8_t { kReply, kReplyAndClose, kClose, kReset, kSilence };
  Deed deed = Deed::kReply;
  std::string text = {};  // with its line end
};

class LoadWorld final : private net::ConnectionTaker, private WindowWatcher {
 public:
  explicit LoadWorld(uint64_t seed = 1);
  ~LoadWorld();

  // One connection, one message, no warm-up, 1 s for a reply; unless changed before Run().
  LoadOptions options;
  std::optional<std::vector<Message>> messages;  // else by options.sizes
  AcceptanceObserver* observer = nullptr;
  std::string run_id;
  RunControl control;

  // For the `count`th time (from 1 on, over all connections) at that phase; nullopt: as usual.
  std::function<std::optional<Answer>(Phase phase, uint64_t count)> answers;
  std::vector<std::string> extensions = {"PIPELINING", "CHUNKING", "SMTPUTF8", "8BITMIME"};
  // Of a message, one after the other.
  absl::Duration service_time;
  // Nothing is accepted between the two, since the start.
  absl::Duration stall_start, stall_end;
  bool listens = true;
  // STARTTLS, or TLS from the start, as the options want it; and the other side of it.
  std::shared_ptr<const net::TransportSecurity> security;
  std::unique_ptr<SecureChannels> channels;
  // Whose AUTH is taken.
  std::shared_ptr<const sink::KnownUser> user;

  Results Run();

  // What the server was sent.
  std::vector<std::string> commands;
  std::vector<std::string> bodies;
  uint64_t connection_count = 0;
  uint64_t resumed_count = 0;  // of TLS sessions, as the server sees it
  // When each message had come in whole, since the start.
  std::vector<absl::Duration> arrivals;
  std::vector<std::unique_ptr<Interval>> intervals;
  int window_begin_count = 0;
  int window_end_count = 0;

  io::Shard& shard() { return shard_; }
  absl::Duration elapsed() const { return shard_.Now() - start_; }

 private:
  class Session;

  void OnConnection(int socket) override;
  void OnWindowBegin() override { ++window_begin_count; }
  void OnWindowEnd() override { ++window_end_count; }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  Instant start_;
  Instant busy_until_;
  std::unique_ptr<net::Listener> listener_;
  net::TransportCounters counters_;
  std::array<uint64_t, kPhaseCount> phase_counts_ = {};
};

const Histogram* FindLatency(const Results& results, Phase phase);
uint64_t CountReplies(const Results& results, Phase phase, int code);
uint64_t CountErrors(const Results& results, ErrorKind kind, Phase phase);

}  // namespace ringpost::load
