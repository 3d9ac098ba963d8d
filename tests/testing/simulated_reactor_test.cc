#include "ringpost/testing/simulated_reactor.h"

#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "network_fixture.h"

namespace ringpost::testing {
namespace {

class SimulatedReactorTest : public NetworkFixture {
 protected:
  void SetUp() override { StartWorld({}); }

  int Open(const char* path, io::OpenMode mode) { return Do(io::Open{path, mode}); }
  int32_t WriteTo(int file, std::string_view octets) {
    const iovec piece = {const_cast<char*>(octets.data()), octets.size()};
    return Do(io::Write{file, {&piece, 1}, 0});
  }
};
using SimulatedReactorDeathTest = SimulatedReactorTest;

// --- Time
// -------------------------------------------------------------------------------------------

TEST_F(SimulatedReactorTest, PollMovesTimeAtOnce) {
  const Instant until = reactor().Now() + absl::Hours(1000);
  const absl::Time wall_start = reactor().WallNow();
  reactor().Poll(until);
  EXPECT_EQ(reactor().Now(), until);
  EXPECT_EQ(reactor().WallNow() - wall_start, absl::Hours(1000));
}

TEST_F(SimulatedReactorTest, PlannedCallsRunAtTheirInstantsInOrder) {
  std::vector<int> journal;
  const Instant start = reactor().Now();
  for (const int seconds : {3, 1, 2}) {
    reactor().At(start + absl::Seconds(seconds), [&journal, seconds, this, start] {
      EXPECT_EQ(reactor().Now(), start + absl::Seconds(seconds));
      journal.push_back(seconds);
    });
  }
  reactor().Poll(start + absl::Seconds(10));
  EXPECT_EQ(journal, (std::vector{1, 2, 3}));
}

TEST_F(SimulatedReactorTest, ThePollThatTellsStopsThere) {
  Recorder& make = Start(io::MakeDirectory{"folder"});
  const Instant start = reactor().Now();
  reactor().Poll(start + absl::Hours(1));
  EXPECT_EQ(make.last_result, 0);
  EXPECT_EQ(reactor().Now() - start, Latency().shortest);
}

// --- Strictness
// -------------------------------------------------------------------------------------

TEST_F(SimulatedReactorDeathTest, FindsBugsOfOurs) {
  ConnectPair();
  Start(io::Receive{server_});
  EXPECT_DEATH(reactor().CloseNow(server_), "a close under an operation in flight");
  EXPECT_DEATH(Start(io::Receive{server_}), "two Receives of one socket");
  reactor().CloseNow(client_);
  EXPECT_DEATH(Start(io::Send{client_, "x"}), "used after its close");
  EXPECT_DEATH(reactor().CloseNow(client_), "closed twice");
  EXPECT_DEATH(reactor().Submit(*recorders_.back()), "submitted twice");
}

TEST_F(SimulatedReactorDeathTest, AWaitThatNothingWillEndIsFound) {
  EXPECT_DEATH(reactor().Poll(Instant::Never()), "would wait for ever");
}

// --- Cancellation
// -----------------------------------------------------------------------------------

TEST_F(SimulatedReactorTest, ACancelledFileOperationDoesNothing) {
  Recorder& make = Start(io::MakeDirectory{"folder"});
  reactor().Cancel(make);
  EXPECT_EQ(LastResultOf(make), -ECANCELED);
  EXPECT_FALSE(disk_.Exists("folder"));
}

TEST_F(SimulatedReactorTest, ACancellationMayComeTooLate) {
  StartWorld({.late_cancel = 1});
  Recorder& make = Start(io::MakeDirectory{"folder"});
  reactor().Cancel(make);
  EXPECT_EQ(LastResultOf(make), 0);
  EXPECT_TRUE(disk_.Exists("folder"));
  EXPECT_EQ(reactor().fault_counts().late_cancel, 1u);
}

// --- Faults of files
// --------------------------------------------------------------------------------

TEST_F(SimulatedReactorTest, WritesFailAsToldAndLeaveNothing) {
  StartWorld({.write_no_space = 1});
  const int file = Open("a", io::OpenMode::kCreateNew);
  EXPECT_EQ(WriteTo(file, "x"), -ENOSPC);
  StartWorld({.write_error = 1});
  const int other = Open("b", io::OpenMode::kCreateNew);
  EXPECT_EQ(WriteTo(other, "x"), -EIO);
  EXPECT_EQ(disk_.Content("a") + disk_.Content("b"), "");
}

TEST_F(SimulatedReactorTest, ShortWritesAndReadsMakeProgress) {
  StartWorld({.short_write = 1, .short_read = 1});
  const int file = Open("f", io::OpenMode::kCreateNew);
  std::set<int32_t> lengths;
  for (int i = 0; i < 50; ++i) lengths.insert(WriteTo(file, "0123456789"));
  char into[10];
  for (int i = 0; i < 50; ++i) lengths.insert(Do(io::Read{file, into, 0}));
  EXPECT_EQ(*lengths.begin(), 1);
  EXPECT_GT(lengths.size(), 5u);
}

TEST_F(SimulatedReactorTest, SyncsAndDirectoryOperationsFailAsTold) {
  StartWorld({.read_error = 1, .sync_error = 1, .directory_error = 1});
  const int file = Open("f", io::OpenMode::kCreateNew);
  char into[1];
  EXPECT_EQ(Do(io::Read{file, into, 0}), -EIO);
  EXPECT_EQ(Do(io::Sync{file, false}), -EIO);
  EXPECT_EQ(Do(io::Rename{"f", "g"}), -EIO);
  EXPECT_EQ(Do(io::Link{"f", "g"}), -EIO);
  EXPECT_EQ(Do(io::Unlink{"f"}), -EIO);
  EXPECT_EQ(Do(io::MakeDirectory{"d"}), -EIO);
  EXPECT_EQ(disk_.Names(""), std::vector<std::string>{"f"});
}

TEST_F(SimulatedReactorTest, DescriptorsRunOutForFilesToo) {
  StartWorld({.descriptor_limit = 1});
  const int file = Open("a", io::OpenMode::kCreateNew);
  EXPECT_EQ(Open("b", io::OpenMode::kCreateNew), -EMFILE);
  EXPECT_FALSE(disk_.Exists("b"));
  EXPECT_EQ(Do(io::Close{file}), 0);
  EXPECT_GE(Open("b", io::OpenMode::kCreateNew), 0);
}

TEST_F(SimulatedReactorTest, WritesNeedAFileThatIsOpenForWriting) {
  disk_.PutFile("f", "x");
  EXPECT_EQ(WriteTo(Open("f", io::OpenMode::kRead), "y"), -EBADF);
}

// --- Power
// ------------------------------------------------------------------------------------------

TEST_F(SimulatedReactorTest, WithoutPowerNothingReachesTheDisk) {
  const int file = Open("f", io::OpenMode::kCreateNew);
  ConnectPair();
  Recorder& receive = Start(io::Receive{client_});
  reactor().CutPower();
  const std::vector<std::string> survivors = disk_.Files();
  EXPECT_FALSE(reactor().has_power());
  EXPECT_EQ(WriteTo(file, "x"), -EIO);
  EXPECT_EQ(Do(io::MakeDirectory{"folder"}), -EIO);
  EXPECT_EQ(Open("g", io::OpenMode::kCreateNew), -EIO);
  EXPECT_EQ(disk_.Files(), survivors);
  EXPECT_EQ(LastResultOf(receive), -ECONNRESET);
  EXPECT_FALSE(reactor().Listen(*io::ParseSocketAddress("192.0.2.1:26"), {}).ok());
}

TEST_F(SimulatedReactorTest, WithoutPowerAcceptsAndConnectsEnd) {
  const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
  Recorder& accept = Start(io::Accept{*reactor().Listen(address, {})});
  const int client = *reactor().CreateSocket(address);
  reactor().CutPower();
  EXPECT_EQ(LastResultOf(accept), -ENETDOWN);
  EXPECT_EQ(Do(io::Connect{client, &address}), -ENETUNREACH);
}

TEST_F(SimulatedReactorTest, PowerFailsBeforeTheOperationThatWasNamed) {
  reactor().CutPowerAtFileOperation(2);
  EXPECT_EQ(Do(io::MakeDirectory{"first"}), 0);
  EXPECT_TRUE(reactor().has_power());
  EXPECT_EQ(Do(io::MakeDirectory{"second"}), -EIO);
  EXPECT_FALSE(reactor().has_power());
  EXPECT_FALSE(disk_.Exists("second"));
}

TEST_F(SimulatedReactorTest, AKilledProcessLosesNothingThatTheKernelHas) {
  const int file = Open("f", io::OpenMode::kCreateNew);
  EXPECT_EQ(WriteTo(file, "not synced"), 10);
  reactor().KillProcessAtFileOperation(1);
  EXPECT_EQ(Do(io::Unlink{"f"}), -EIO);
  EXPECT_EQ(disk_.Content("f"), "not synced");
  reactor().CutPower();  // nobody is there any more to lose it
  EXPECT_EQ(disk_.Content("f"), "not synced");
}

TEST_F(SimulatedReactorTest, ADiskOutlivesItsReactor) {
  disk_.PutFile("f", "kept");
  reactor().CutPower();
  StartWorld({}, /*seed=*/2);
  const int file = Open("f", io::OpenMode::kRead);
  char into[4];
  EXPECT_EQ(Do(io::Read{file, into, 0}), 4);
  EXPECT_EQ(std::string(into, 4), "kept");
}

// --- The world's side
// -------------------------------------------------------------------------------

TEST_F(SimulatedReactorTest, ObserversSeeWhatIsSentEvenIfNobodyReadsIt) {
  ConnectPair();
  std::string seen;
  reactor().ObserveSends([&seen](int, std::string_view octets) { seen += octets; });
  reactor().ResetConnection(client_);
  Start(io::Send{server_, "250 OK\r\n"});
  EXPECT_EQ(seen, "250 OK\r\n");
}

TEST_F(SimulatedReactorTest, CountsWhatIsOpenAndInFlight) {
  ConnectPair();
  EXPECT_EQ(reactor().open_descriptor_count(), 2u);
  Recorder& receive = Start(io::Receive{server_});
  EXPECT_EQ(reactor().in_flight_count(), 1u);
  reactor().CloseNow(client_);
  EXPECT_EQ(LastResultOf(receive), 0);
  EXPECT_EQ(reactor().in_flight_count(), 0u);
  reactor().CloseNow(server_);
  EXPECT_EQ(reactor().open_descriptor_count(), 0u);
}

TEST_F(SimulatedReactorTest, RunsTheSameFromTheSameSeed) {
  const auto course = [this](uint64_t seed) {
    StartWorld({.network = {.shortest = absl::ZeroDuration(), .longest = absl::Seconds(1)},
                .short_receive = 0.5,
                .partial_send = 0.5},
               seed);
    ConnectPair();
    Recorder& receive = Start(io::Receive{server_});
    const std::string octets(3000, 'x');
    EXPECT_EQ(Do(io::Send{client_, octets}), 3000);
    RunUntil(shard(), [&] { return receive.octets.size() == octets.size(); });
    std::vector<int64_t> steps(receive.results.begin(), receive.results.end());
    steps.push_back(shard().Now().nanoseconds);
    return steps;
  };
  EXPECT_EQ(course(4), course(4));
  EXPECT_NE(course(4), course(5));
}

}  // namespace
}  // namespace ringpost::testing
