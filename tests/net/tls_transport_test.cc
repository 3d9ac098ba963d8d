#include "ringpost/net/tls_transport.h"

#include <gtest/gtest.h>

#include "ringpost/base/random.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/net/listener.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::net {
namespace {

using testing::RunTask;

std::shared_ptr<const tls::TlsServerContext> ServerContext() {
  static const auto context = [] {
    const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
    const auto pair = crypto::MakeSelfSignedCertificate(
        {.names = {"localhost"}, .not_before = now, .not_after = now + absl::Hours(24)});
    return *tls::TlsServerContext::Create({.certificates = {*pair}}, now);
  }();
  return context;
}

std::shared_ptr<const tls::TlsClientContext> ClientContext() {
  static const auto context = *tls::TlsClientContext::Create({}, absl::UnixEpoch());
  return context;
}

Task<void> ShakeHands(TlsTransport* transport, absl::Status* status, int* left) {
  *status = co_await transport->Handshake({});
  --*left;
}

Task<void> SendAll(TlsTransport* to, std::string_view octets, absl::Status* status, int* left) {
  *status = co_await to->Write(octets, {});
  --*left;
}

Task<void> ReadAmount(TlsTransport* from, size_t amount, std::string* all, int* left) {
  while (all->size() < amount) {
    const absl::StatusOr<io::Chunk> chunk = co_await from->Read({});
    if (!chunk.ok() || chunk->octets.empty()) break;
    all->append(chunk->octets);
  }
  --*left;
}

// A client's transport and a server's, over TCP in a simulated network.
class TlsTransportTest : public ::testing::Test, private ConnectionTaker {
 protected:
  TlsTransportTest() : reactor_({.seed = 3}, disk_), shard_(reactor_, 0, 3) {
    const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
    Listener listener(shard_, *reactor_.Listen(address, {}), *this);
    const ScopedRunQueue scoped(shard_.run_queue());
    listener.Start();
    auto client_tcp = std::make_unique<TcpTransport>(
        shard_, RunTask(shard_, ConnectSocket(shard_, address, {})).value(), counters_);
    client_tcp_ = client_tcp.get();
    testing::RunUntil(shard_, [this] { return server_tcp_ != nullptr; });
    RunTask(shard_, listener.Stop());
    client_ = std::make_unique<TlsTransport>(std::move(client_tcp),
                                             tls::TlsEngine::ForClient(ClientContext(), {}));
  }
  ~TlsTransportTest() override {
    if (!client_is_gone_) RunTask(shard_, client_->Close({.deadline = shard_.Now()}));
    RunTask(shard_, server_->Close({.deadline = shard_.Now()}));
  }

  // Both at once.
  template <typename First, typename Second>
  void Run(First first, Second second) {
    const ScopedRunQueue scoped(shard_.run_queue());
    TaskScope scope;
    left_ = 2;
    scope.Spawn(first());
    scope.Spawn(second());
    testing::RunUntil(shard_, [this] { return left_ == 0; });
    RunTask(shard_, scope.Join());
  }

  void Handshake() {
    Run([this] { return ShakeHands(client_.get(), &client_status_, &left_); },
        [this] { return ShakeHands(server_.get(), &server_status_, &left_); });
  }

  std::string Read(TlsTransport& from, io::Wait wait = {}) {
    const absl::StatusOr<io::Chunk> chunk = RunTask(shard_, from.Read(wait));
    return chunk.ok() ? std::string(chunk->octets) : chunk.status().ToString();
  }
  absl::Status Write(TlsTransport& to, std::string_view octets) {
    return RunTask(shard_, to.Write(octets, {}));
  }
  // Without a goodbye.
  void LoseClient() {
    RunTask(shard_, client_tcp_->Close({.deadline = shard_.Now()}));
    client_is_gone_ = true;
  }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  TransportCounters counters_;
  std::unique_ptr<TlsTransport> client_;
  std::unique_ptr<TlsTransport> server_;
  TcpTransport* client_tcp_ = nullptr;
  TcpTransport* server_tcp_ = nullptr;
  absl::Status client_status_, server_status_;
  int left_ = 0;
  bool client_is_gone_ = false;

 private:
  void OnConnection(int socket) override {
    auto tcp = std::make_unique<TcpTransport>(shard_, socket, counters_);
    server_tcp_ = tcp.get();
    server_ =
        std::make_unique<TlsTransport>(std::move(tcp), tls::TlsEngine::ForServer(ServerContext()));
  }
};

TEST_F(TlsTransportTest, CarriesOctetsBothWays) {
  Handshake();
  ASSERT_TRUE(client_status_.ok()) << client_status_;
  ASSERT_TRUE(server_status_.ok()) << server_status_;
  EXPECT_EQ(server_->engine().facts().version, tls::TlsVersion::kTls13);
  EXPECT_TRUE(Write(*client_, "EHLO client\r\n").ok());
  EXPECT_EQ(Read(*server_), "EHLO client\r\n");
  EXPECT_TRUE(Write(*server_, "250 server\r\n").ok());
  EXPECT_EQ(Read(*client_), "250 server\r\n");
}

TEST_F(TlsTransportTest, CarriesMuchAtOnceBothWays) {
  Handshake();
  Random random(1);
  std::string text(700'000, '\0');
  for (char& c : text) c = static_cast<char>(random.Next());
  for (const auto& [from, to] :
       {std::pair(client_.get(), server_.get()), std::pair(server_.get(), client_.get())}) {
    std::string all;
    absl::Status status;
    Run([&, sender = from] { return SendAll(sender, text, &status, &left_); },
        [&, receiver = to] { return ReadAmount(receiver, text.size(), &all, &left_); });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(all, text);
  }
}

TEST_F(TlsTransportTest, ReadsNothingAfterAGoodbye) {
  Handshake();
  EXPECT_TRUE(Write(*client_, "QUIT\r\n").ok());
  RunTask(shard_, client_->Close({.deadline = shard_.Now() + absl::Seconds(1)}));
  EXPECT_EQ(Read(*server_), "QUIT\r\n");
  EXPECT_EQ(Read(*server_), "");
  EXPECT_TRUE(server_->has_input());
  EXPECT_FALSE(server_->has_unread_octets());
}

TEST_F(TlsTransportTest, AnEndWithoutGoodbyeIsAnError) {
  Handshake();
  EXPECT_TRUE(Write(*client_, "MAIL").ok());
  LoseClient();
  EXPECT_EQ(Read(*server_), "MAIL");
  const std::string end = Read(*server_);
  EXPECT_NE(end.find("UNAVAILABLE: TLS truncated"), std::string::npos) << end;
}

TEST_F(TlsTransportTest, KnowsWhetherARecordWaits) {
  Handshake();
  EXPECT_FALSE(server_->has_input());
  EXPECT_TRUE(Write(*client_, std::string(40'000, 'x')).ok());
  std::string all = Read(*server_);
  while (all.size() < 40'000) {
    if (server_->has_input()) EXPECT_TRUE(server_->has_unread_octets());
    all += Read(*server_);
  }
  EXPECT_FALSE(server_->has_input());
}

// A batch of commands is answered by one send: who reads must know that there is more.
TEST_F(TlsTransportTest, KnowsOfRecordsThatCameInOtherChunks) {
  Handshake();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Write(*client_, std::string(3000, 'x')).ok());
  testing::RunUntil(
      shard_, [this, until = shard_.Now() + absl::Seconds(1)] { return shard_.Now() >= until; });
  size_t octets = Read(*server_).size();
  while (server_->has_input()) octets += Read(*server_).size();
  // The receive began with the first Read(); from the second on all is there.
  if (octets < 60'000) octets += Read(*server_).size();
  while (server_->has_input()) octets += Read(*server_).size();
  EXPECT_EQ(octets, 60'000u);
}

TEST_F(TlsTransportTest, SendsWhileItReads) {
  Handshake();
  const std::string much(300'000, 'x');
  server_->BeginWrite(much);
  EXPECT_TRUE(server_->is_writing());
  EXPECT_TRUE(Write(*client_, "NOOP").ok());
  EXPECT_EQ(Read(*server_), "NOOP");
  std::string all;
  while (all.size() < much.size()) all += Read(*client_);
  EXPECT_EQ(all, much);
  EXPECT_TRUE(RunTask(shard_, server_->FinishWrite({})).ok());
  EXPECT_FALSE(server_->is_writing());
}

TEST_F(TlsTransportTest, ADeadlineEndsAReadAndTheNextGoesOn) {
  Handshake();
  EXPECT_NE(Read(*server_, {.deadline = shard_.Now() + absl::Seconds(1)}).find("DEADLINE"),
            std::string::npos);
  EXPECT_TRUE(Write(*client_, "late").ok());
  EXPECT_EQ(Read(*server_), "late");
}

TEST_F(TlsTransportTest, AHandshakeHasItsDeadline) {
  const absl::Status status =
      RunTask(shard_, server_->Handshake({.deadline = shard_.Now() + absl::Seconds(5)}));
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

TEST_F(TlsTransportTest, WhatIsNoTlsIsRefusedWithAnAlert) {
  EXPECT_TRUE(RunTask(shard_, client_tcp_->Write("EHLO client\r\n", {})).ok());
  const absl::Status status = RunTask(shard_, server_->Handshake({}));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_FALSE(server_->engine().error_text().empty());
}

TEST_F(TlsTransportTest, APeerThatGoesInTheHandshakeIsAnError) {
  LoseClient();
  const absl::Status status = RunTask(shard_, server_->Handshake({}));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(server_->engine().error(), tls::TlsError::kTruncated);
}

}  // namespace
}  // namespace ringpost::net
