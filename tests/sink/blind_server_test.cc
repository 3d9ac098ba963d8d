#include "sink/blind_server.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "ringpost/net/tcp_transport.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::sink {
namespace {

constexpr std::string_view kGreeting = "220 sink ESMTP\r\n";

// A blind server in a simulated world, and clients of it.
class BlindServerTest : public ::testing::Test {
 protected:
  explicit BlindServerTest(const testing::Faults& faults = {})
      : reactor_({.seed = 5, .faults = faults}, disk_),
        shard_(reactor_, 0, 5),
        server_(reactor_, *reactor_.Listen(address_, {})) {}
  ~BlindServerTest() override { StopServer(); }

  void StopServer() {
    if (is_running_) server_.Stop();
    is_running_ = false;
  }

  template <typename T>
  T Await(Task<T> task) {
    const ScopedRunQueue scoped(shard_.run_queue());
    return RunToEnd(task, [this] { Turn(); });
  }
  // The client's and the server's side of one world.
  void Turn() {
    shard_.Turn(shard_.Now() + absl::Milliseconds(1));
    if (is_running_) server_.Turn(Instant{});
  }

  Task<void> Say(std::string_view octets, std::string& replies) {
    const absl::StatusOr<int> socket = co_await net::ConnectSocket(shard_, address_, {});
    EXPECT_TRUE(socket.ok());
    net::TcpTransport client(shard_, *socket, counters_);
    EXPECT_TRUE((co_await client.Write(octets, {})).ok());
    for (;;) {
      const absl::StatusOr<io::Chunk> chunk = co_await client.Read({});
      if (!chunk.ok() || chunk->octets.empty()) break;
      replies += chunk->octets;
    }
    co_await client.Close({});
  }
  std::string Say(std::string_view octets) {
    std::string replies;
    Await(Say(octets, replies));
    return replies;
  }

  const io::SocketAddress address_ = *io::ParseSocketAddress("127.0.0.1:25");
  net::TransportCounters counters_;
  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  BlindServer server_;
  bool is_running_ = true;
};

TEST_F(BlindServerTest, TakesAMessageAndCounts) {
  const std::string_view session = "EHLO x\r\nDATA\r\nbody\r\n.\r\nQUIT\r\n";
  EXPECT_TRUE(Say(session).ends_with("250 SIZE 0\r\n354 go\r\n250 OK\r\n221 bye\r\n"));
  EXPECT_EQ(server_.counts().messages, 1u);
  EXPECT_EQ(server_.counts().connections, 1u);
  EXPECT_EQ(server_.counts().octets, session.size());
}

TEST_F(BlindServerTest, TakesOneConnectionAfterAnother) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Say("QUIT\r\n"), std::string(kGreeting) + "221 bye\r\n");
  }
  EXPECT_EQ(server_.counts().connections, 3u);
}

TEST_F(BlindServerTest, AnswersWhatIsAskedBeforeAHalfClose) {
  const int socket = *Await(net::ConnectSocket(shard_, address_, {}));
  net::TcpTransport client(shard_, socket, counters_);
  EXPECT_TRUE(Await(client.Write("NOOP\r\n", {})).ok());
  reactor_.ShutdownSend(socket);
  std::string replies;
  for (;;) {
    const absl::StatusOr<io::Chunk> chunk = Await(client.Read({}));
    if (!chunk.ok() || chunk->octets.empty()) break;
    replies += chunk->octets;
  }
  EXPECT_EQ(replies, std::string(kGreeting) + "250 OK\r\n");
  Await(client.Close({}));
}

TEST_F(BlindServerTest, LeavesAClientThatReadsNoReplies) {
  const int socket = *Await(net::ConnectSocket(shard_, address_, {}));
  net::TcpTransport client(shard_, socket, counters_);
  std::string commands;
  while (commands.size() < 32 * 1024) commands += "a\n";
  absl::Status status;
  size_t written_octets = 0;
  while (status.ok()) {
    status = Await(client.Write(commands, {.deadline = shard_.Now() + absl::Seconds(1)}));
    written_octets += commands.size();
    ASSERT_LT(written_octets, 4 * BlindServer::kLargestBacklogOctets);
  }
  EXPECT_GT(written_octets * 4, BlindServer::kLargestBacklogOctets);
  Await(client.Close({.deadline = shard_.Now() + absl::Seconds(1)}));
}

TEST_F(BlindServerTest, StopsUnderOpenConnections) {
  const int socket = *Await(net::ConnectSocket(shard_, address_, {}));
  net::TcpTransport client(shard_, socket, counters_);
  EXPECT_EQ(Await(client.Read({}))->octets, kGreeting);
  StopServer();
  EXPECT_EQ(Await(client.Read({}))->octets, "");
  Await(client.Close({}));
  EXPECT_EQ(reactor_.open_descriptor_count(), 0u);
}

class BlindServerWithoutDescriptorsTest : public BlindServerTest {
 protected:
  BlindServerWithoutDescriptorsTest() : BlindServerTest({.accept_emfile = 0.5}) {}
};

TEST_F(BlindServerWithoutDescriptorsTest, GoesOnAccepting) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Say("QUIT\r\n").ends_with("221 bye\r\n"));
  EXPECT_GT(reactor_.fault_counts().emfile, 0u);
}

}  // namespace
}  // namespace ringpost::sink
