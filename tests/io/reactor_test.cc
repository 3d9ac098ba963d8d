// What every reactor must do, whatever world is behind it.
#include "ringpost/io/reactor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"
#include "ringpost/testing/run_task.h"
#include "world.h"

namespace ringpost::io {
namespace {

using ringpost::testing::RunTask;
using ringpost::testing::RunUntil;

// An operation that keeps what it was told.
class Recorder final : public Operation {
 public:
  explicit Recorder(Request what) { request = std::move(what); }

  void OnCompletion(Completion completion) override {
    ++told_count;
    if (completion.more) {
      results.push_back(completion.result);
      octets.append(completion.chunk.octets);
      if (keeps_chunks) chunks.push_back(std::move(completion.chunk));
    } else {
      last_result = completion.result;
    }
  }

  bool keeps_chunks = false;
  int told_count = 0;
  std::vector<int32_t> results;  // of all completions but the last
  std::string octets;
  std::vector<Chunk> chunks;
  std::optional<int32_t> last_result;
};

Task<int32_t> PerformOne(Shard& shard, Request what, Wait wait) {
  co_return co_await Perform(shard, what, wait);
}

class ReactorTest : public ::testing::TestWithParam<WorldMaker> {
 protected:
  void SetUp() override {
    std::string reason;
    world_ = GetParam().make(reason);
    if (world_ == nullptr) GTEST_SKIP() << reason;
    shard_.emplace(world_->reactor(), /*index=*/0, /*seed=*/1);
  }
  void TearDown() override {
    for (const std::unique_ptr<Recorder>& recorder : recorders_) CancelAndWait(*recorder);
    for (const int descriptor : open_) reactor().CloseNow(descriptor);
  }

  Reactor& reactor() { return world_->reactor(); }
  Shard& shard() { return *shard_; }
  std::string Path(const std::string& name) { return world_->Path(name); }

  int32_t Do(Request what, Wait wait = {}) {
    return RunTask(shard(), PerformOne(shard(), what, wait));
  }
  Recorder& Start(Request what) {
    recorders_.push_back(std::make_unique<Recorder>(std::move(what)));
    reactor().Submit(*recorders_.back());
    return *recorders_.back();
  }
  void CancelAndWait(Recorder& recorder) {
    reactor().Cancel(recorder);
    RunUntil(shard(), [&] { return !recorder.in_flight(); });
  }
  // Descriptors are closed when the test ends.
  int Keep(int descriptor) {
    EXPECT_GE(descriptor, 0);
    open_.push_back(descriptor);
    return descriptor;
  }
  void Close(int descriptor) {
    std::erase(open_, descriptor);
    EXPECT_EQ(Do(io::Close{descriptor}), 0);
  }

  // --- Sockets
  int Listen(const SocketAddress& address = *ParseSocketAddress("127.0.0.1:0")) {
    absl::StatusOr<int> listener = reactor().Listen(address, {});
    EXPECT_TRUE(listener.ok()) << listener.status().message();
    return Keep(listener.value_or(-1));
  }
  int ConnectTo(const SocketAddress& address) {
    const int client = Keep(reactor().CreateSocket(address).value_or(-1));
    EXPECT_EQ(Do(Connect{client, &address}), 0);
    return client;
  }
  struct Pair {
    int client;
    int server;
  };
  Pair ConnectedPair(const SocketAddress& address = *ParseSocketAddress("127.0.0.1:0")) {
    const int listener = Listen(address);
    Recorder& accept = Start(Accept{listener});
    const int client = ConnectTo(reactor().LocalAddress(listener));
    RunUntil(shard(), [&] { return !accept.results.empty(); });
    CancelAndWait(accept);
    return {client, Keep(accept.results.at(0))};
  }
  void ExpectReceives(int socket, std::string_view octets) {
    Recorder& receive = Start(Receive{socket});
    RunUntil(shard(), [&] { return receive.octets.size() >= octets.size(); });
    EXPECT_EQ(receive.octets, octets);
    CancelAndWait(receive);
  }
  int32_t LastResultOf(Recorder& recorder) {
    RunUntil(shard(), [&] { return recorder.last_result.has_value(); });
    return *recorder.last_result;
  }

  // --- Files
  int OpenAt(const std::string& path, OpenMode mode) { return Do(Open{path.c_str(), mode}); }
  int32_t WriteTo(int file, std::string_view octets, uint64_t offset) {
    const iovec piece = {const_cast<char*>(octets.data()), octets.size()};
    return Do(Write{file, {&piece, 1}, offset});
  }
  void MakeFile(const std::string& path, std::string_view content) {
    const int file = OpenAt(path, OpenMode::kCreateNew);
    ASSERT_GE(file, 0);
    ASSERT_EQ(WriteTo(file, content, 0), static_cast<int32_t>(content.size()));
    ASSERT_EQ(Do(io::Close{file}), 0);
  }
  std::string ContentOf(const std::string& path) {
    const int file = OpenAt(path, OpenMode::kRead);
    if (file < 0) return "(no file)";
    std::string content;
    char piece[64];
    while (const int32_t bytes = Do(Read{file, piece, content.size()})) {
      if (bytes < 0) break;
      content.append(piece, static_cast<size_t>(bytes));
    }
    Do(io::Close{file});
    return content;
  }
  bool Exists(const std::string& path) { return ContentOf(path) != "(no file)"; }

  std::unique_ptr<World> world_;
  std::optional<Shard> shard_;
  std::vector<std::unique_ptr<Recorder>> recorders_;
  std::vector<int> open_;
};

INSTANTIATE_TEST_SUITE_P(Worlds, ReactorTest,
                         ::testing::Values(KernelWorld(), SimulatedWorld(),
                                           SimulatedWorldOfPieces()),
                         [](const auto& maker) { return maker.param.name; });

// --- Sockets
// ----------------------------------------------------------------------------------------

TEST_P(ReactorTest, AcceptsOneConnectionAfterAnother) {
  const int listener = Listen();
  Recorder& accept = Start(Accept{listener});
  const SocketAddress address = reactor().LocalAddress(listener);
  for (int i = 0; i < 5; ++i) ConnectTo(address);
  RunUntil(shard(), [&] { return accept.results.size() == 5; });
  EXPECT_FALSE(accept.last_result.has_value());
  for (const int socket : accept.results) Keep(socket);
}

TEST_P(ReactorTest, AcceptsWhoConnectedBefore) {
  const int listener = Listen();
  ConnectTo(reactor().LocalAddress(listener));
  Recorder& accept = Start(Accept{listener});
  RunUntil(shard(), [&] { return !accept.results.empty(); });
  Keep(accept.results[0]);
}

TEST_P(ReactorTest, EndsAcceptWhenCancelled) {
  Recorder& accept = Start(Accept{Listen()});
  reactor().Poll(reactor().Now());
  reactor().Cancel(accept);
  EXPECT_TRUE(accept.in_flight());  // not told from inside Cancel()
  EXPECT_EQ(LastResultOf(accept), -ECANCELED);
  EXPECT_FALSE(accept.in_flight());
}

TEST_P(ReactorTest, GivesTheAddressesOfAConnection) {
  const Pair pair = ConnectedPair();
  EXPECT_EQ(reactor().PeerAddress(pair.client), reactor().LocalAddress(pair.server));
  EXPECT_EQ(reactor().PeerAddress(pair.server), reactor().LocalAddress(pair.client));
  EXPECT_NE(reactor().LocalAddress(pair.server).port, 0);
  EXPECT_EQ(reactor().LocalAddress(pair.server).ip.ToString(), "127.0.0.1");
}

TEST_P(ReactorTest, CarriesOctetsBothWays) {
  const Pair pair = ConnectedPair();
  EXPECT_EQ(Do(Send{pair.client, "EHLO there\r\n"}), 12);
  ExpectReceives(pair.server, "EHLO there\r\n");
  EXPECT_EQ(Do(Send{pair.server, "250 ok\r\n"}), 8);
  ExpectReceives(pair.client, "250 ok\r\n");
}

TEST_P(ReactorTest, CarriesOctetsOverIPv6) {
  absl::StatusOr<int> probe = reactor().Listen(*ParseSocketAddress("[::1]:0"), {});
  if (!probe.ok()) GTEST_SKIP() << "no IPv6 on loopback: " << probe.status().message();
  reactor().CloseNow(*probe);
  const Pair pair = ConnectedPair(*ParseSocketAddress("[::1]:0"));
  EXPECT_EQ(Do(Send{pair.client, "six"}), 3);
  ExpectReceives(pair.server, "six");
  EXPECT_EQ(reactor().PeerAddress(pair.server).ip.ToString(), "::1");
}

TEST_P(ReactorTest, CarriesOctetsOverAUnixSocket) {
  const SocketAddress address = *ParseSocketAddress("unix:" + Path("socket"));
  const Pair pair = ConnectedPair(address);
  EXPECT_EQ(Do(Send{pair.client, "LHLO x\r\n"}), 8);
  ExpectReceives(pair.server, "LHLO x\r\n");
  EXPECT_TRUE(reactor().PeerAddress(pair.server).is_unix());
  EXPECT_EQ(reactor().LocalAddress(pair.server), address);
}

TEST_P(ReactorTest, GoesOnReceivingUntilTheEnd) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Do(Send{pair.client, "0123456789"}), 10);
  }
  reactor().ShutdownSend(pair.client);
  EXPECT_EQ(LastResultOf(receive), 0);
  EXPECT_EQ(receive.octets.size(), 200u);
  for (const int32_t result : receive.results) EXPECT_GT(result, 0);
}

TEST_P(ReactorTest, AHalfClosedConnectionStillCarriesTheOtherWay) {
  const Pair pair = ConnectedPair();
  EXPECT_EQ(Do(Send{pair.client, "QUIT\r\n"}), 6);
  reactor().ShutdownSend(pair.client);
  Recorder& receive = Start(Receive{pair.server});
  EXPECT_EQ(LastResultOf(receive), 0);
  EXPECT_EQ(receive.octets, "QUIT\r\n");
  EXPECT_EQ(Do(Send{pair.server, "221 bye\r\n"}), 9);
  ExpectReceives(pair.client, "221 bye\r\n");
  EXPECT_EQ(Do(Send{pair.client, "more"}), -EPIPE);
}

TEST_P(ReactorTest, ACloseIsAnEndOfStreamForThePeer) {
  const Pair pair = ConnectedPair();
  EXPECT_EQ(Do(Send{pair.client, "last words"}), 10);
  Close(pair.client);
  Recorder& receive = Start(Receive{pair.server});
  EXPECT_EQ(LastResultOf(receive), 0);
  EXPECT_EQ(receive.octets, "last words");
}

TEST_P(ReactorTest, SeesAReset) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  std::erase(open_, pair.client);
  world_->CloseByReset(pair.client);
  EXPECT_EQ(LastResultOf(receive), -ECONNRESET);
}

TEST_P(ReactorTest, SendingToAClosedPeerFailsInTheEnd) {
  const Pair pair = ConnectedPair();
  Close(pair.client);
  Recorder& receive = Start(Receive{pair.server});
  EXPECT_EQ(LastResultOf(receive), 0);
  int32_t result = 0;
  // The first one is swallowed, and answered by a reset.
  RunUntil(shard(), [&] { return (result = Do(Send{pair.server, "anybody there?"})) < 0; });
  EXPECT_TRUE(result == -EPIPE || result == -ECONNRESET) << result;
}

TEST_P(ReactorTest, RefusesAConnectionWhereNobodyListens) {
  const int listener = Listen();
  const SocketAddress address = reactor().LocalAddress(listener);
  Close(listener);
  const int client = Keep(*reactor().CreateSocket(address));
  EXPECT_EQ(Do(Connect{client, &address}), -ECONNREFUSED);
}

TEST_P(ReactorTest, AnAddressIsListenedOnOnce) {
  const SocketAddress address = *ParseSocketAddress("unix:" + Path("once"));
  Listen(address);
  const absl::Status second = reactor().Listen(address, {}).status();
  EXPECT_FALSE(second.ok());
  EXPECT_NE(std::string(second.message()).find(address.ToString()), std::string::npos)
      << second.message();
}

TEST_P(ReactorTest, ListenersMayShareAPort) {
  const int first =
      Keep(*reactor().Listen(*ParseSocketAddress("127.0.0.1:0"), {.reuse_port = true}));
  const absl::StatusOr<int> second =
      reactor().Listen(reactor().LocalAddress(first), {.reuse_port = true});
  ASSERT_TRUE(second.ok()) << second.status().message();
  Keep(*second);
}

TEST_P(ReactorTest, EndsReceiveWhenCancelledAndKeepsTheConnection) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  reactor().Poll(reactor().Now());
  reactor().Cancel(receive);
  EXPECT_EQ(LastResultOf(receive), -ECANCELED);
  EXPECT_EQ(Do(Send{pair.client, "later"}), 5);
  ExpectReceives(pair.server, "later");
}

TEST_P(ReactorTest, ABigSendWaitsForASlowReaderAndArrivesWhole) {
  const Pair pair = ConnectedPair();
  const Pair other = ConnectedPair();
  std::string big(8 << 20, ' ');
  for (size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i * i % 23);
  Recorder& send = Start(Send{pair.client, big});
  // A round trip elsewhere: the first send had its time.
  EXPECT_EQ(Do(Send{other.client, "x"}), 1);
  ExpectReceives(other.server, "x");
  EXPECT_TRUE(send.in_flight());

  Recorder& receive = Start(Receive{pair.server});
  RunUntil(shard(), [&] { return receive.octets.size() == big.size(); });
  EXPECT_TRUE(receive.octets == big);
  EXPECT_EQ(LastResultOf(send), static_cast<int32_t>(big.size()));
}

TEST_P(ReactorTest, ASendThatFindsNoReaderCanBeCancelled) {
  const Pair pair = ConnectedPair();
  const std::string big(32 << 20, 'x');
  Recorder& send = Start(Send{pair.client, big});
  reactor().Poll(reactor().Now());
  reactor().Cancel(send);
  EXPECT_EQ(LastResultOf(send), -ECANCELED);
}

TEST_P(ReactorTest, ALeaseKeepsItsOctets) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  receive.keeps_chunks = true;
  EXPECT_EQ(Do(Send{pair.client, "kept"}), 4);
  RunUntil(shard(), [&] { return receive.octets.size() == 4; });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Do(Send{pair.client, std::string(1000, 'x')}), 1000);
  RunUntil(shard(), [&] { return receive.octets.size() == 100'004; });
  std::string kept;
  for (const Chunk& chunk : receive.chunks) kept.append(chunk.octets);
  EXPECT_EQ(kept, "kept" + std::string(100'000, 'x'));
  receive.chunks.clear();
}

TEST_P(ReactorTest, AReceiveWithoutBuffersGoesOnWhenLeasesAreDropped) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  receive.keeps_chunks = true;
  const std::string big(4 << 20, 'b');
  Recorder& send = Start(Send{pair.client, big});
  RunUntil(shard(), [&] { return reactor().buffer_statistics().starved_count > 0; });
  EXPECT_LT(receive.octets.size(), big.size());
  EXPECT_TRUE(reactor().buffer_statistics().under_pressure());
  RunUntil(shard(), [&] {
    receive.chunks.clear();
    return receive.octets.size() == big.size();
  });
  EXPECT_EQ(LastResultOf(send), static_cast<int32_t>(big.size()));
  receive.keeps_chunks = false;
  receive.chunks.clear();
}

TEST_P(ReactorTest, AReceiveWithoutBuffersCanBeCancelled) {
  const Pair pair = ConnectedPair();
  Recorder& receive = Start(Receive{pair.server});
  receive.keeps_chunks = true;
  const std::string big(4 << 20, 'b');
  Recorder& send = Start(Send{pair.client, big});
  RunUntil(shard(), [&] { return reactor().buffer_statistics().starved_count > 0; });
  reactor().Cancel(receive);
  EXPECT_EQ(LastResultOf(receive), -ECANCELED);
  receive.chunks.clear();
  CancelAndWait(send);
}

// --- Files
// ------------------------------------------------------------------------------------------

TEST_P(ReactorTest, WritesAndReadsAtOffsets) {
  const std::string path = Path("file");
  const int file = Keep(OpenAt(path, OpenMode::kCreateNew));
  EXPECT_EQ(WriteTo(file, "hello world", 0), 11);
  EXPECT_EQ(WriteTo(file, "W", 6), 1);
  EXPECT_EQ(ContentOf(path), "hello World");
}

TEST_P(ReactorTest, WritesSeveralPiecesAtOnce) {
  const std::string path = Path("pieces");
  const int file = Keep(OpenAt(path, OpenMode::kCreateNew));
  std::string first = "From: ", second = "a@b\r\n";
  const iovec pieces[] = {{first.data(), first.size()}, {second.data(), second.size()}};
  EXPECT_EQ(Do(Write{file, pieces, 0}), 11);
  EXPECT_EQ(ContentOf(path), "From: a@b\r\n");
}

TEST_P(ReactorTest, ReadsNothingBehindTheEnd) {
  const std::string path = Path("short");
  MakeFile(path, "abc");
  const int file = Keep(OpenAt(path, OpenMode::kRead));
  char into[8];
  EXPECT_EQ(Do(Read{file, into, 3}), 0);
  EXPECT_EQ(Do(Read{file, into, 100}), 0);
}

TEST_P(ReactorTest, CreateNewFailsWhenThereIsOne) {
  const std::string path = Path("exclusive");
  MakeFile(path, "mine");
  EXPECT_EQ(OpenAt(path, OpenMode::kCreateNew), -EEXIST);
  EXPECT_EQ(ContentOf(path), "mine");
}

TEST_P(ReactorTest, CreateAppendWritesAtTheEnd) {
  const std::string path = Path("log");
  for (const std::string_view line : {"one\n", "two\n"}) {
    const int file = OpenAt(path, OpenMode::kCreateAppend);
    ASSERT_GE(file, 0);
    EXPECT_EQ(WriteTo(file, line, kAppend), 4);
    EXPECT_EQ(Do(io::Close{file}), 0);
  }
  EXPECT_EQ(ContentOf(path), "one\ntwo\n");
}

TEST_P(ReactorTest, OpensNothingThatIsNotThere) {
  EXPECT_EQ(OpenAt(Path("absent"), OpenMode::kRead), -ENOENT);
  EXPECT_EQ(OpenAt(Path("absent/file"), OpenMode::kCreateNew), -ENOENT);
  MakeFile(Path("file"), "x");
  EXPECT_EQ(OpenAt(Path("file"), OpenMode::kDirectory), -ENOTDIR);
}

TEST_P(ReactorTest, SyncsFilesAndDirectories) {
  const std::string folder = Path("folder"), path = folder + "/file";
  EXPECT_EQ(Do(MakeDirectory{folder.c_str()}), 0);
  const int file = Keep(OpenAt(path, OpenMode::kCreateNew));
  EXPECT_EQ(WriteTo(file, "durable", 0), 7);
  EXPECT_EQ(Do(Sync{file, /*is_directory=*/false}), 0);
  const int directory = Keep(OpenAt(folder, OpenMode::kDirectory));
  EXPECT_EQ(Do(Sync{directory, /*is_directory=*/true}), 0);
}

TEST_P(ReactorTest, RenameReplaces) {
  const std::string from = Path("from"), to = Path("to");
  MakeFile(from, "new");
  MakeFile(to, "old");
  EXPECT_EQ(Do(Rename{from.c_str(), to.c_str()}), 0);
  EXPECT_EQ(ContentOf(to), "new");
  EXPECT_FALSE(Exists(from));
  EXPECT_EQ(Do(Rename{from.c_str(), to.c_str()}), -ENOENT);
}

TEST_P(ReactorTest, LinkGivesASecondNameAndReplacesNothing) {
  const std::string from = Path("from"), to = Path("to");
  MakeFile(from, "content");
  EXPECT_EQ(Do(Link{from.c_str(), to.c_str()}), 0);
  EXPECT_EQ(Do(Link{from.c_str(), to.c_str()}), -EEXIST);
  EXPECT_EQ(Do(Unlink{from.c_str()}), 0);
  EXPECT_EQ(ContentOf(to), "content");
}

TEST_P(ReactorTest, UnlinkRemovesFilesAlone) {
  const std::string path = Path("file"), folder = Path("folder");
  MakeFile(path, "x");
  EXPECT_EQ(Do(Unlink{path.c_str()}), 0);
  EXPECT_FALSE(Exists(path));
  EXPECT_EQ(Do(Unlink{path.c_str()}), -ENOENT);
  EXPECT_EQ(Do(MakeDirectory{folder.c_str()}), 0);
  EXPECT_EQ(Do(Unlink{folder.c_str()}), -EISDIR);
}

TEST_P(ReactorTest, AnUnlinkedFileLivesAsLongAsItIsOpen) {
  const std::string path = Path("file");
  const int file = Keep(OpenAt(path, OpenMode::kCreateNew));
  EXPECT_EQ(WriteTo(file, "abc", 0), 3);
  EXPECT_EQ(Do(Unlink{path.c_str()}), 0);
  char into[3];
  EXPECT_GT(Do(Read{file, into, 0}), 0);
}

TEST_P(ReactorTest, MakesADirectoryOnce) {
  const std::string folder = Path("folder");
  EXPECT_EQ(Do(MakeDirectory{folder.c_str()}), 0);
  EXPECT_EQ(Do(MakeDirectory{folder.c_str()}), -EEXIST);
  EXPECT_EQ(Do(MakeDirectory{(folder + "/a/b").c_str()}), -ENOENT);
}

// --- Time, order, contracts
// -------------------------------------------------------------------------

TEST_P(ReactorTest, ToldOnlyFromPoll) {
  const Pair pair = ConnectedPair();
  Recorder& send = Start(Send{pair.client, "x"});
  EXPECT_TRUE(send.in_flight());
  EXPECT_EQ(send.told_count, 0);
  Recorder& close_of_server = Start(io::Close{pair.server});
  std::erase(open_, pair.server);
  EXPECT_EQ(close_of_server.told_count, 0);
  EXPECT_EQ(LastResultOf(close_of_server), 0);
}

TEST_P(ReactorTest, CancelOfWhatIsNotInFlightDoesNothing) {
  Recorder never_submitted(io::Close{-1});
  reactor().Cancel(never_submitted);
  reactor().Poll(reactor().Now());
  EXPECT_EQ(never_submitted.told_count, 0);
}

TEST_P(ReactorTest, AnOperationCanBeSubmittedAgainAfterItsEnd) {
  const Pair pair = ConnectedPair();
  Recorder& send = Start(Send{pair.client, "ab"});
  EXPECT_EQ(LastResultOf(send), 2);
  send.last_result.reset();
  reactor().Submit(send);
  EXPECT_EQ(LastResultOf(send), 2);
  ExpectReceives(pair.server, "abab");
}

TEST_P(ReactorTest, PollReturnsAtItsInstant) {
  const Instant until = reactor().Now() + absl::Milliseconds(5);
  while (reactor().Now() < until) reactor().Poll(until);
  EXPECT_GE(reactor().Now(), until);
}

TEST_P(ReactorTest, AWakeBeforePollEndsIt) {
  reactor().Poll(reactor().Now());
  const Instant until = reactor().Now() + absl::Hours(1);
  reactor().Wake();
  reactor().Poll(until);
  EXPECT_LT(reactor().Now(), until);
}

// Only where a Poll() takes real time can another thread end it.
class RealTimeReactorTest : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(Worlds, RealTimeReactorTest, ::testing::Values(KernelWorld()),
                         [](const auto& maker) { return maker.param.name; });

TEST_P(RealTimeReactorTest, AWakeFromAnotherThreadEndsPoll) {
  const Instant until = reactor().Now() + absl::Hours(1);
  std::thread waker([this] { reactor().Wake(); });
  reactor().Poll(until);
  waker.join();
  EXPECT_LT(reactor().Now(), until);
}

// A receive that is cancelled by what it is told, as for back-pressure. While octets keep coming
// the kernel may just have ended it by itself, or have it in its hands and find nothing to cancel.
TEST_P(RealTimeReactorTest, AReceiveCancelledInItsCompletionEndsThoughThePeerGoesOnSending) {
  struct Canceller final : Operation {
    void OnCompletion(Completion completion) override {
      octets += completion.chunk.octets.size();
      if (octets > (128 << 10) && completion.more && !asked) {
        asked = true;
        reactor->Cancel(*this);
      }
      if (!completion.more) last_result = completion.result;
    }
    Reactor* reactor = nullptr;
    size_t octets = 0;
    bool asked = false;
    int32_t last_result = 0;
  };
  const Pair pair = ConnectedPair();
  std::thread sender([&pair] {
    const std::string block(1 << 20, 'x');
    while (send(pair.client, block.data(), block.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  for (int i = 0; i < 20; ++i) {
    Canceller receive;
    receive.request = Receive{pair.server};
    receive.reactor = &reactor();
    reactor().Submit(receive);
    RunUntil(shard(), [&] { return !receive.in_flight(); });
    EXPECT_EQ(receive.last_result, -ECANCELED);
  }
  shutdown(pair.client, SHUT_RDWR);
  sender.join();
}

TEST_P(ReactorTest, WallTimeRunsWithTheMonotonicClock) {
  const Instant start = reactor().Now();
  const absl::Time wall_start = reactor().WallNow();
  const Instant until = start + absl::Milliseconds(5);
  while (reactor().Now() < until) reactor().Poll(until);
  EXPECT_GT(reactor().WallNow(), wall_start);
}

// --- Through the shard
// ------------------------------------------------------------------------------

TEST_P(ReactorTest, SleepTakesItsTime) {
  const Instant start = reactor().Now();
  EXPECT_TRUE(RunTask(shard(), Sleep(shard(), absl::Milliseconds(10), {})).ok());
  EXPECT_GE(reactor().Now() - start, absl::Milliseconds(10));
}

TEST_P(ReactorTest, ADeadlineEndsAnOperationWithETIME) {
  const int listener = Listen();
  const Pair pair = ConnectedPair();
  const std::string big(64 << 20, 'x');  // more than any socket takes
  EXPECT_EQ(Do(Send{pair.client, big}, {.deadline = reactor().Now() + absl::Milliseconds(10)}),
            -ETIME);
  EXPECT_EQ(Do(Send{pair.client, "x"}, {.deadline = reactor().Now()}), -ETIME);
  static_cast<void>(listener);
}

Task<void> CancelSoon(Shard& shard, CancelSource& source) {
  static_cast<void>(co_await Sleep(shard, absl::Milliseconds(5), {}));
  source.Request();
}

Task<int32_t> SendUntilCancelled(Shard& shard, int socket, std::string_view octets) {
  CancelSource source;
  TaskScope scope;
  scope.Spawn(CancelSoon(shard, source));
  const int32_t result = co_await Perform(shard, Send{socket, octets}, {.cancel = source.token()});
  co_await scope.Join();
  co_return result;
}

TEST_P(ReactorTest, ACancelledPerformGivesECANCELED) {
  const Pair pair = ConnectedPair();
  const std::string big(64 << 20, 'x');
  EXPECT_EQ(RunTask(shard(), SendUntilCancelled(shard(), pair.client, big)), -ECANCELED);
}

TEST_P(ReactorTest, PostedCallsKeepTheirOrder) {
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) {
    shard().Post([&order, i] { order.push_back(i); });
  }
  EXPECT_TRUE(order.empty());
  RunUntil(shard(), [&] { return order.size() == 5; });
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace ringpost::io
