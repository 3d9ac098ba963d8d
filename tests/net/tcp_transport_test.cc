#include "ringpost/net/tcp_transport.h"

#include <gtest/gtest.h>

#include "ringpost/net/listener.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::net {
namespace {

using testing::RunTask;

// Two transports that are each other's peer.
class TcpTransportTest : public ::testing::Test, private ConnectionTaker {
 protected:
  TcpTransportTest() : reactor_({.seed = 3}, disk_), shard_(reactor_, 0, 3) {
    const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
    Listener listener(shard_, *reactor_.Listen(address, {}), *this);
    const ScopedRunQueue scoped(shard_.run_queue());
    listener.Start();
    client_ = std::make_unique<TcpTransport>(
        shard_, RunTask(shard_, ConnectSocket(shard_, address, {})).value(), counters_);
    testing::RunUntil(shard_, [this] { return server_ != nullptr; });
    RunTask(shard_, listener.Stop());
  }
  ~TcpTransportTest() override {
    for (const auto& transport : {client_.get(), server_.get()}) {
      RunTask(shard_, transport->Close({.deadline = shard_.Now()}));
    }
  }

  std::string Read(TcpTransport& from, io::Wait wait = {}) {
    const absl::StatusOr<io::Chunk> chunk = RunTask(shard_, from.Read(wait));
    return chunk.ok() ? std::string(chunk->octets) : chunk.status().ToString();
  }
  absl::Status Write(TcpTransport& to, std::string_view octets, io::Wait wait = {}) {
    return RunTask(shard_, to.Write(octets, wait));
  }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  TransportCounters counters_;
  std::unique_ptr<TcpTransport> client_;
  std::unique_ptr<TcpTransport> server_;
  int server_socket_ = -1;

 private:
  void OnConnection(int socket) override {
    server_socket_ = socket;
    server_ = std::make_unique<TcpTransport>(shard_, socket, counters_);
  }
};

Task<void> SendAll(TcpTransport* to, std::string_view octets) {
  EXPECT_TRUE((co_await to->Write(octets, {})).ok());
}

struct Watcher final : PeerWatcher {
  int finished_count = 0;
  int reset_count = 0;
  void OnPeerFinished() override { ++finished_count; }
  void OnPeerReset() override { ++reset_count; }
};

TEST_F(TcpTransportTest, CarriesOctetsBothWays) {
  EXPECT_TRUE(Write(*client_, "hello").ok());
  EXPECT_EQ(Read(*server_), "hello");
  EXPECT_TRUE(Write(*server_, "world").ok());
  EXPECT_EQ(Read(*client_), "world");
  EXPECT_EQ(counters_.received_octets, 10u);
  EXPECT_EQ(counters_.sent_octets, 10u);
}

TEST_F(TcpTransportTest, WritesBehindTheReadersBack) {
  const std::string much(1 << 20, 'y');
  client_->BeginWrite(much);
  EXPECT_TRUE(client_->is_writing());
  uint64_t read_octets = 0;
  while (read_octets < much.size()) read_octets += Read(*server_).size();
  EXPECT_TRUE(RunTask(shard_, client_->FinishWrite({})).ok());
  EXPECT_FALSE(client_->is_writing());
  EXPECT_TRUE(RunTask(shard_, client_->FinishWrite({})).ok());
}

TEST_F(TcpTransportTest, AWriteThatTakesTooLongIsStopped) {
  const std::string much(4 << 20, 'y');
  client_->BeginWrite(much);
  const absl::Status late =
      RunTask(shard_, client_->FinishWrite({.deadline = shard_.Now() + absl::Seconds(5)}));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_FALSE(client_->is_writing());
}

TEST_F(TcpTransportTest, AWriteHearsOfAReset) {
  const std::string much(4 << 20, 'y');
  client_->BeginWrite(much);
  reactor_.ResetConnection(server_socket_);
  const absl::Status gone = RunTask(shard_, client_->FinishWrite({}));
  EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
}

TEST_F(TcpTransportTest, CloseFinishesTheWrite) {
  client_->BeginWrite("last words");
  RunTask(shard_, client_->Close({.deadline = shard_.Now() + absl::Seconds(1)}));
  EXPECT_EQ(Read(*server_), "last words");
}

TEST_F(TcpTransportTest, ReadsNothingAtTheEndOfTheStream) {
  EXPECT_TRUE(Write(*client_, "last").ok());
  RunTask(shard_, client_->Close({.deadline = shard_.Now()}));
  EXPECT_EQ(Read(*server_), "last");
  EXPECT_EQ(Read(*server_), "");
  EXPECT_EQ(Read(*server_), "");
}

TEST_F(TcpTransportTest, ReadHasADeadlineAndGoesOnAfterIt) {
  const absl::Status late =
      RunTask(shard_, server_->Read({.deadline = shard_.Now() + absl::Seconds(5)})).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_TRUE(Write(*client_, "still there").ok());
  EXPECT_EQ(Read(*server_), "still there");
}

TEST_F(TcpTransportTest, ReadHearsOfAReset) {
  reactor_.ResetConnection(server_socket_);
  const absl::Status gone = RunTask(shard_, client_->Read({})).status();
  EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
}

TEST_F(TcpTransportTest, TellsTheWatcherWhileNobodyReads) {
  Watcher watcher;
  server_->WatchPeer(&watcher);
  EXPECT_TRUE(Write(*client_, "x").ok());
  EXPECT_EQ(Read(*server_), "x");
  RunTask(shard_, client_->Close({.deadline = shard_.Now()}));
  testing::RunUntil(shard_, [&] { return watcher.finished_count == 1; });
  EXPECT_EQ(watcher.reset_count, 0);
}

TEST_F(TcpTransportTest, StopsReadingWhenNobodyTakesWhatCame) {
  EXPECT_TRUE(Write(*client_, "x").ok());
  EXPECT_EQ(Read(*server_), "x");
  const std::string much(2 << 20, 'y');
  const io::Wait wait = {.deadline = shard_.Now() + absl::Seconds(10)};
  EXPECT_TRUE(absl::IsDeadlineExceeded(Write(*client_, much, wait)));
  EXPECT_GT(counters_.received_octets, TcpTransport::kInputShareBytes);
  EXPECT_LT(counters_.received_octets, 4 * TcpTransport::kInputShareBytes);
  EXPECT_EQ(counters_.paused_count, 1u);
  // Nothing of it is kept in the shared buffers, and nothing is lost.
  EXPECT_EQ(reactor_.buffer_statistics().pinned_bytes, 0u);
  uint64_t read_octets = 1;
  while (read_octets < counters_.received_octets) read_octets += Read(*server_).size();
  EXPECT_EQ(read_octets, counters_.received_octets);
}

TEST_F(TcpTransportTest, CopiesNothingForAReaderThatKeepsUp) {
  EXPECT_TRUE(Write(*client_, "x").ok());
  EXPECT_EQ(Read(*server_), "x");
  constexpr uint64_t kOctets = 4 << 20;
  const std::string much(kOctets, 'y');
  uint64_t read_octets = 0;
  const ScopedRunQueue scoped(shard_.run_queue());
  TaskScope scope;
  scope.Spawn(SendAll(client_.get(), much));
  while (read_octets < kOctets) read_octets += Read(*server_).size();
  RunTask(shard_, scope.Join());
  EXPECT_EQ(counters_.copied_octets, 0u);
}

TEST_F(TcpTransportTest, CloseWaitsForThePeerButNotForLong) {
  const Instant start = shard_.Now();
  RunTask(shard_, server_->Close({.deadline = shard_.Now() + absl::Seconds(2)}));
  EXPECT_GE(shard_.Now() - start, absl::Seconds(2));
  EXPECT_EQ(Read(*client_), "");
}

}  // namespace
}  // namespace ringpost::net
