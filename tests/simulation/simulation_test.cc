// Thousands of seeded sessions with a whole server, and what must hold in each of them (ledger.h).
//
//   RINGPOST_SIMULATION_SEED=42 build/tests/simulation/simulation_test
//   --gtest_filter=Simulation.PowerLoss
//
// runs one world again; RINGPOST_SIMULATION_SCALE=10 runs ten times as many.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "world.h"

namespace ringpost::simulation {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RINGPOST_RUNS_SLOWLY 1
#endif
#endif
#ifdef RINGPOST_RUNS_SLOWLY
constexpr uint64_t kSlowness = 8;
#else
constexpr uint64_t kSlowness = 1;
#endif

std::optional<uint64_t> NumberFromEnvironment(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? std::nullopt : ParseDecimal(text);
}

struct Totals {
  size_t world_count = 0;
  size_t session_count = 0;
  size_t well_meant_count = 0;
  size_t accepted_count = 0;
  size_t promised_count = 0;
  size_t leftover_count = 0;
  size_t aborted_count = 0;
  size_t power_cut_count = 0;
  testing::FaultCounts faults;

  void Add(const WorldReport& world) {
    ++world_count;
    session_count += world.session_count;
    well_meant_count += world.well_meant_count;
    accepted_count += world.accepted_count;
    promised_count += world.promised_count;
    leftover_count += world.leftover_count;
    aborted_count += world.aborted_count;
    power_cut_count += world.power_cut_count;
    faults.reset += world.faults.reset;
    faults.emfile += world.faults.emfile;
    faults.no_space += world.faults.no_space;
    faults.input_output_error += world.faults.input_output_error;
    faults.short_write += world.faults.short_write;
    faults.short_receive += world.faults.short_receive;
    faults.waited_for_room += world.faults.waited_for_room;
    faults.late_cancel += world.faults.late_cancel;
  }
};

std::string JoinedLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) Append(text, "\n  ", line);
  return text;
}

// Runs the worlds of seeds 1, 2, ...; stops at the first that breaks a promise.
Totals RunWorlds(uint64_t world_count, WorldOptions options) {
  const std::optional<uint64_t> only = NumberFromEnvironment("RINGPOST_SIMULATION_SEED");
  const uint64_t scale = NumberFromEnvironment("RINGPOST_SIMULATION_SCALE").value_or(1);
  const uint64_t last = only.value_or(std::max<uint64_t>(world_count * scale / kSlowness, 1));
  options.keeps_journal = only.has_value();
  Totals totals;
  for (uint64_t seed = only.value_or(1); seed <= last; ++seed) {
    const WorldReport report = RunWorld(seed, options);
    totals.Add(report);
    for (const std::string& line : report.journal) std::printf("%s\n", line.c_str());
    if (report.violations.empty()) continue;
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << "seed " << seed << ":" << JoinedLines(report.violations)
                  << "\nagain: RINGPOST_SIMULATION_SEED=" << seed
                  << " simulation_test --gtest_filter=" << test->test_suite_name() << "."
                  << test->name();
    break;
  }
  return totals;
}

testing::Faults RoughNetwork() {
  return {.network = {.shortest = absl::Microseconds(10), .longest = absl::Milliseconds(30)},
          .short_receive = 0.3,
          .partial_send = 0.2,
          .socket_buffer_bytes = 3000};
}

TEST(Simulation, AFriendlyWorldGetsEveryMessageAccepted) {
  const Totals totals = RunWorlds(60, {.only_well_behaved = true});
  EXPECT_GT(totals.well_meant_count, totals.world_count);
  EXPECT_EQ(totals.accepted_count, totals.well_meant_count);
  EXPECT_EQ(totals.aborted_count, 0u);
}

TEST(Simulation, SmallPiecesAndFullSocketsLoseNothing) {
  const Totals totals = RunWorlds(60, {.faults = RoughNetwork(), .only_well_behaved = true});
  EXPECT_EQ(totals.accepted_count, totals.well_meant_count);
  EXPECT_GT(totals.faults.short_receive, 0u);
  EXPECT_GT(totals.faults.waited_for_room, 0u);
}

TEST(Simulation, BadManners) {
  const Totals totals = RunWorlds(120, {.faults = RoughNetwork()});
  EXPECT_GT(totals.aborted_count, 0u);
  EXPECT_GT(totals.promised_count, 0u);
}

TEST(Simulation, ResetsAndLackOfDescriptors) {
  testing::Faults faults = RoughNetwork();
  faults.reset = 0.01;
  faults.accept_emfile = 0.05;
  faults.connect_refused = 0.02;
  faults.open_emfile = 0.02;
  faults.descriptor_limit = 14;
  const Totals totals = RunWorlds(120, {.faults = faults});
  EXPECT_GT(totals.faults.reset, 0u);
  EXPECT_GT(totals.faults.emfile, 0u);
  EXPECT_GT(totals.promised_count, 0u);
}

testing::Faults RoughDisk() {
  testing::Faults faults = RoughNetwork();
  faults.disk = {.shortest = absl::Microseconds(20), .longest = absl::Milliseconds(20)};
  faults.short_write = 0.2;
  faults.late_cancel = 0.5;
  return faults;
}

TEST(Simulation, ADiskThatFails) {
  testing::Faults faults = RoughDisk();
  faults.write_no_space = 0.02;
  faults.write_error = 0.02;
  faults.sync_error = 0.02;
  const Totals totals = RunWorlds(100, {.faults = faults, .life_count = 2});
  EXPECT_GT(totals.faults.no_space, 0u);
  EXPECT_GT(totals.faults.input_output_error, 0u);
  EXPECT_GT(totals.faults.short_write, 0u);
  EXPECT_EQ(totals.leftover_count, 0u);
}

TEST(Simulation, ADiskThatFillsUp) {
  const Totals totals =
      RunWorlds(60, {.faults = RoughDisk(), .disk_capacity_bytes = 40'000, .life_count = 2});
  EXPECT_GT(totals.faults.no_space, 0u);
  EXPECT_GT(totals.promised_count, 0u);
  EXPECT_EQ(totals.leftover_count, 0u);
}

TEST(Simulation, AServerThatIsStoppedWhileClientsTalk) {
  const Totals totals = RunWorlds(120, {.faults = RoughDisk(), .drains_early = true});
  EXPECT_GT(totals.aborted_count, 0u);
  EXPECT_GT(totals.promised_count, 0u);
  EXPECT_EQ(totals.leftover_count, 0u);
}

// Longer than the store and the hooks wait: deadlines and cancellations in every step.
TEST(Simulation, ADiskThatHangs) {
  testing::Faults faults = RoughDisk();
  faults.disk.longest = absl::Seconds(25);
  const Totals totals = RunWorlds(60, {.faults = faults, .cleaning_may_fail = true});
  EXPECT_GT(totals.faults.late_cancel, 0u);
  EXPECT_GT(totals.promised_count, 0u);
  EXPECT_LT(totals.accepted_count, totals.well_meant_count);
}

TEST(Simulation, HeadersAreRewrittenWhole) {
  const Totals totals = RunWorlds(
      80, {.faults = RoughDisk(), .life_count = 2, .loses_power = true, .edits_headers = true});
  EXPECT_GT(totals.promised_count, 0u);
}

TEST(Simulation, PowerLoss) {
  const Totals totals =
      RunWorlds(160, {.faults = RoughDisk(), .life_count = 3, .loses_power = true});
  EXPECT_GT(totals.power_cut_count, totals.world_count / 2);
  EXPECT_GT(totals.promised_count, 0u);
}

// What was written survives the process, without any sync.
TEST(Simulation, AKilledProcess) {
  const Totals totals = RunWorlds(80, {.faults = RoughDisk(),
                                       .life_count = 2,
                                       .is_killed = true,
                                       .durability = hooks::Durability::kWritten});
  EXPECT_GT(totals.power_cut_count, totals.world_count / 2);
  EXPECT_GT(totals.promised_count, 0u);
}

TEST(Simulation, EverythingAtOnce) {
  testing::Faults faults = RoughDisk();
  faults.reset = 0.01;
  faults.accept_emfile = 0.02;
  faults.open_emfile = 0.01;
  faults.write_no_space = 0.01;
  faults.write_error = 0.01;
  faults.sync_error = 0.02;
  faults.directory_error = 0.01;
  const Totals totals = RunWorlds(160, {.faults = faults,
                                        .life_count = 3,
                                        .loses_power = true,
                                        .drains_early = true,
                                        .edits_headers = true});
  EXPECT_GT(totals.promised_count, 0u);
}

TEST(Simulation, RepeatsItselfFromItsSeed) {
  const WorldOptions options = {.faults = RoughDisk(), .life_count = 2, .loses_power = true};
  EXPECT_EQ(RunWorld(7, options).digest, RunWorld(7, options).digest);
  EXPECT_NE(RunWorld(7, options).digest, RunWorld(8, options).digest);
}

// --- Whether it would notice
// --------------------------------------------------------------------------

// The violations of the first world that has some.
std::string FirstViolation(const WorldOptions& options) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const WorldReport report = RunWorld(seed, options);
    if (!report.violations.empty()) return report.violations.front();
  }
  return "";
}

WorldOptions LosingPower() {
  return {.life_count = 2, .only_well_behaved = true, .loses_power = true};
}

TEST(SimulationNotices, AStoreThatSyncsNothing) {
  WorldOptions options = LosingPower();
  options.durability = hooks::Durability::kWritten;
  EXPECT_NE(FirstViolation(options), "");
}

TEST(SimulationNotices, AStoreThatDoesNotSyncTheFile) {
  WorldOptions options = LosingPower();
  options.faults.file_sync_is_a_lie = true;
  const std::string violation = FirstViolation(options);
  EXPECT_TRUE(violation.find("is not whole") != violation.npos ||
              violation.find("is no message that anybody sent") != violation.npos)
      << violation;
}

TEST(SimulationNotices, AStoreThatDoesNotSyncTheDirectory) {
  WorldOptions options = LosingPower();
  options.faults.directory_sync_is_a_lie = true;
  EXPECT_NE(FirstViolation(options).find("was lost from"), std::string::npos);
}

// Stores that break their contract with the server in working order.
class BrokenStore : public hooks::MessageStore {
 public:
  enum class Defect : uint8_t { kDropsTheLastChunk, kSaysOkThoughItFailed };

  BrokenStore(std::shared_ptr<hooks::MessageStore> store, Defect defect)
      : store_(std::move(store)), defect_(defect) {}

  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context& context,
                                                     const smtp::Envelope& envelope) override {
    absl::StatusOr<hooks::MessageWriterPtr> writer = co_await store_->Open(context, envelope);
    if (!writer.ok()) co_return writer.status();
    co_return hooks::MessageWriterPtr(new Writer(*std::move(writer), defect_));
  }
  hooks::Durability strongest_durability() const override { return store_->strongest_durability(); }

 private:
  class Writer final : public hooks::MessageWriter {
   public:
    Writer(hooks::MessageWriterPtr writer, Defect defect)
        : writer_(std::move(writer)), defect_(defect) {}

    Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override {
      if (defect_ != Defect::kDropsTheLastChunk) co_return co_await writer_->Append(context, chunk);
      absl::Status status;
      if (last_.has_value()) status = co_await writer_->Append(context, *std::move(last_));
      last_ = io::CopyOfChunk(chunk.octets);
      co_return status;
    }
    Task<hooks::CommitResult> Commit(const hooks::Context& context,
                                     hooks::Durability durability) override {
      hooks::CommitResult result = co_await writer_->Commit(context, durability);
      if (defect_ == Defect::kSaysOkThoughItFailed) result.status = absl::OkStatus();
      co_return result;
    }
    Task<void> Abort(const hooks::Context& context, smtp::AbortReason reason) override {
      co_await writer_->Abort(context, reason);
    }

   private:
    hooks::MessageWriterPtr writer_;
    const Defect defect_;
    std::optional<io::Chunk> last_;
  };

  std::shared_ptr<hooks::MessageStore> store_;
  const Defect defect_;
};

WorldOptions WithDefect(BrokenStore::Defect defect) {
  WorldOptions options;
  options.break_store = [defect](std::shared_ptr<hooks::MessageStore> store) {
    return std::make_shared<BrokenStore>(std::move(store), defect);
  };
  return options;
}

TEST(SimulationNotices, AStoreThatLosesOctets) {
  EXPECT_NE(FirstViolation(WithDefect(BrokenStore::Defect::kDropsTheLastChunk)), "");
}

TEST(SimulationNotices, AStoreThatSaysOkThoughItFailed) {
  WorldOptions options = WithDefect(BrokenStore::Defect::kSaysOkThoughItFailed);
  options.faults.sync_error = 0.1;
  EXPECT_NE(FirstViolation(options).find("was lost from"), std::string::npos);
}

}  // namespace
}  // namespace ringpost::simulation
