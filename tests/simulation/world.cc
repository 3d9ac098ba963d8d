#include "world.h"

#include <utility>

#include "client.h"
#include "ledger.h"
#include "ringpost/base/text.h"
#include "ringpost/coro/frame_allocator.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/server/shard_server.h"
#include "ringpost/store/local_recipients.h"
#include "ringpost/store/maildir_store.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_disk.h"
#include "ringpost/testing/simulated_reactor.h"
#include "witness_store.h"

namespace ringpost::simulation {
namespace {

constexpr char kMailFolder[] = "mail";
constexpr absl::Duration kLongestLife = absl::Hours(24);
constexpr absl::Duration kDrainTime = absl::Seconds(30);
// The end comes before one of so many file operations; a life has some 100 to 600.
constexpr uint64_t kFileOperationsUntilTheEnd = 400;

io::SocketAddress SmtpAddress() { return *io::ParseSocketAddress("192.0.2.1:25"); }
io::SocketAddress LmtpAddress() { return *io::ParseSocketAddress("unix:/run/lmtp"); }

std::shared_ptr<const server::ServerOptions> MakeServerOptions(const WorldOptions& world) {
  auto options = std::make_shared<server::ServerOptions>();
  options->durability = world.durability;
  options->listeners.resize(2);
  options->listeners[0].address = SmtpAddress();
  options->listeners[0].security = world.security;
  options->listeners[0].session.capabilities.start_tls = world.security != nullptr;
  options->listeners[1].address = LmtpAddress();
  options->listeners[1].session.protocol = smtp::Protocol::kLmtp;
  return options;
}

std::shared_ptr<hooks::MessageStore> MakeMaildirStore(
    std::shared_ptr<const store::LocalRecipients> recipients) {
  return std::make_shared<store::MaildirStore>(store::MaildirStoreOptions{
      .mailbox_path = *store::MailboxPath::Parse(Concat(kMailFolder, "/{user}")),
      .recipients = std::move(recipients)});
}

class JournalObserver final : public hooks::Observer {
 public:
  explicit JournalObserver(std::vector<std::string>& journal) : journal_(journal) {}

  void OnObservations(std::span<const hooks::Observation> observations) override {
    for (const hooks::Observation& observation : observations) {
      if (const auto* message = std::get_if<hooks::MessageFinished>(&observation)) {
        journal_.push_back(
            Concat(absl::ToUnixMicros(message->at), " ", message->session_id, " ", message->sender,
                   " ", message->octets, " octets: ", hooks::MessageFateName(message->fate), " ",
                   message->reply_code, " ", message->store_id, " ", message->reason));
      } else if (const auto* session = std::get_if<hooks::SessionEnded>(&observation)) {
        journal_.push_back(Concat(absl::ToUnixMicros(session->at), " ", session->session_id, " ",
                                  session->hello_name,
                                  " ended: ", smtp::CloseReasonName(session->reason)));
      }
    }
  }

 private:
  std::vector<std::string>& journal_;
};

// Adds a field to every other message once its body is in, so that the store has to rewrite it.
class LateEditor final : public hooks::Filter {
 public:
  std::unique_ptr<hooks::MessageFilter> NewMessage(const hooks::Context&,
                                                   const smtp::Envelope&) override {
    return std::make_unique<OneMessage>();
  }
  bool edits_at_end() const override { return true; }

 private:
  class OneMessage final : public hooks::MessageFilter {
    Task<hooks::Verdict> OnEnd(const hooks::Context&, uint64_t octets,
                               hooks::HeaderEdits& edits) override {
      if (octets % 2 == 0) edits.Prepend(std::string(Ledger::kFilterField), "seen");
      co_return hooks::Verdict::Continue();
    }
  };
};

class World {
 public:
  World(uint64_t seed, const WorldOptions& options) : options_(options), random_(seed) {
    disk_.set_capacity_bytes(options.disk_capacity_bytes);
    if (options.faults.directory_error > 0 || options.cleaning_may_fail) ledger_.AllowLeftovers();
  }

  WorldReport Run() {
    for (life_ = 0; life_ < options_.life_count; ++life_) {
      LiveOnce();
      ledger_.CheckStore(disk_, kMailFolder);
      CleanTemporaries();
    }
    for (const std::string& path : disk_.Files()) Digest(path, disk_.Content(path));
    report_.violations = ledger_.violations();
    report_.promised_count = ledger_.promised_count();
    report_.leftover_count = ledger_.leftover_count();
    return std::move(report_);
  }

 private:
  void LiveOnce() {
    const size_t frames_before = FrameStatisticsOfThread().live_count;
    testing::SimulatedReactor reactor({.seed = random_.Next(),
                                       .faults = options_.faults,
                                       .buffer_block_bytes = size_t{512} << random_.Below(8)},
                                      disk_);
    reactor.ObserveSends([this](int socket, std::string_view octets) {
      Digest(Concat(socket), octets);
      ledger_.CheckReplies(octets);
    });
    const uint64_t last_operation = 1 + random_.Below(kFileOperationsUntilTheEnd);
    if (options_.loses_power) reactor.CutPowerAtFileOperation(last_operation);
    if (options_.is_killed) reactor.KillProcessAtFileOperation(last_operation);
    {
      io::Shard shard(reactor, /*index=*/0, random_.Next());
      testing::RunTask(shard, Live(shard, reactor), kLongestLife);
    }
    CheckLeaks(reactor, frames_before);
    if (!options_.loses_power && !options_.is_killed) return CheckTemporaries();
    if (!reactor.has_power()) ++report_.power_cut_count;
    if (options_.loses_power) reactor.CutPower();
    ledger_.AllowLeftovers();
  }

  Task<void> Live(io::Shard& shard, testing::SimulatedReactor& reactor) {
    server::ConnectionCensus census;
    server::SharedAuthentication authentication;
    server::ShardServer server(shard, census, authentication);
    const auto witness = UseNewGeneration(server);
    const int sockets[] = {*reactor.Listen(SmtpAddress(), {}), *reactor.Listen(LmtpAddress(), {})};
    server.Listen(sockets);

    Surroundings surroundings = {shard,         reactor,       ledger_,
                                 SmtpAddress(), LmtpAddress(), options_.client_security};
    TaskScope clients;
    for (size_t i = 0; i < options_.client_count; ++i) {
      const auto habit = static_cast<Habit>(
          random_.Below(options_.only_well_behaved ? kWellBehavedCount : kHabitCount));
      clients.Spawn(RunClient(surroundings, habit, Concat("m", life_, "-", i), random_.Next()));
    }
    if (options_.drains_early && random_.OneIn(2)) {
      static_cast<void>(co_await io::Sleep(shard, RandomTime(absl::Milliseconds(500)), {}));
      co_await server.Drain(shard.Now() + RandomTime(absl::Seconds(1)));
    }
    co_await clients.Join();
    co_await server.Drain(shard.Now() + kDrainTime);
    Report(surroundings, *witness, reactor.fault_counts());
  }

  absl::Duration RandomTime(absl::Duration longest) {
    return absl::Nanoseconds(static_cast<int64_t>(
        random_.Below(static_cast<uint64_t>(absl::ToInt64Nanoseconds(longest)))));
  }

  std::shared_ptr<WitnessStore> UseNewGeneration(server::ShardServer& server) {
    const auto recipients = *store::LocalRecipients::Create({.domains = {"example.org"}});
    std::shared_ptr<hooks::MessageStore> store = MakeMaildirStore(recipients);
    if (options_.break_store) store = options_.break_store(std::move(store));
    auto witness = std::make_shared<WitnessStore>(std::move(store), ledger_);
    auto generation = std::make_shared<server::Generation>();
    generation->options = MakeServerOptions(options_);
    generation->hooks.recipient_validators = {
        std::make_shared<store::LocalRecipientValidator>(recipients)};
    generation->hooks.store = witness;
    if (options_.edits_headers) generation->hooks.filters = {std::make_shared<LateEditor>()};
    if (options_.keeps_journal) {
      generation->hooks.observers = {std::make_shared<JournalObserver>(report_.journal)};
    }
    server.UseGeneration(std::move(generation));
    return witness;
  }

  void Report(const Surroundings& life, const WitnessStore& witness,
              const testing::FaultCounts& faults) {
    report_.session_count += life.session_count;
    report_.encrypted_count += life.encrypted_count;
    report_.well_meant_count += life.well_meant_count;
    report_.accepted_count += life.accepted_count;
    report_.aborted_count += witness.aborted_count();
    report_.faults = faults;
    if (witness.opened_count() != witness.committed_count() + witness.aborted_count()) {
      ledger_.Violate(Concat(witness.opened_count(), " messages were opened, ",
                             witness.committed_count(), " committed, ", witness.aborted_count(),
                             " aborted"));
    }
  }

  void CheckLeaks(const testing::SimulatedReactor& reactor, size_t frames_before) {
    const auto check = [this](std::string_view what, size_t count) {
      if (count != 0) ledger_.Violate(Concat(count, " ", what, " leaked"));
    };
    check("descriptors", reactor.open_descriptor_count());
    check("operations", reactor.in_flight_count());
    check("leased chunks", reactor.leased_chunk_count());
    check("coroutine frames", FrameStatisticsOfThread().live_count - frames_before);
  }

  // Without a loss of power nothing stays in tmp/, whatever became of the message.
  void CheckTemporaries() {
    if (options_.faults.directory_error > 0 || options_.cleaning_may_fail) return;
    for (const std::string& path : disk_.Files(kMailFolder)) {
      if (path.find("/tmp/") != path.npos) ledger_.Violate(Concat(path, " was left behind"));
    }
  }

  // As store::RemoveStaleTemporaries() does, which knows real file systems alone.
  void CleanTemporaries() {
    for (const std::string& path : disk_.Files(kMailFolder)) {
      if (path.find("/tmp/") != path.npos) disk_.Unlink(path);
    }
  }

  // FNV-1a.
  void Digest(std::string_view name, std::string_view octets) {
    for (const std::string_view text : {name, octets}) {
      for (const char c : text) {
        report_.digest = (report_.digest ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
      }
    }
  }

  const WorldOptions& options_;
  Random random_;
  testing::SimulatedDisk disk_;
  Ledger ledger_;
  WorldReport report_;
  int life_ = 0;
};

}  // namespace

WorldReport RunWorld(uint64_t seed, const WorldOptions& options) {
  return World(seed, options).Run();
}

}  // namespace ringpost::simulation
