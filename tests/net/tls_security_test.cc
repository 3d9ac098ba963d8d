#include "ringpost/net/tls_security.h"

#include <gtest/gtest.h>

#include "ringpost/coro/task_scope.h"
#include "ringpost/crypto/certificate.h"
#include "ringpost/net/listener.h"
#include "ringpost/net/tcp_transport.h"
#include "ringpost/net/tls_transport.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::net {
namespace {

using testing::RunTask;

class SocketTaker final : public ConnectionTaker {
 public:
  void OnConnection(int socket) override { taken = socket; }
  int taken = -1;
};

Task<void> ShakeHands(SecureTransport* transport, HandshakePace* pace, absl::Status* status) {
  *status = co_await transport->Handshake({}, pace);
}

TEST(TlsSecurity, GivesAnEncryptedTransportWithItsFacts) {
  testing::SimulatedDisk disk;
  testing::SimulatedReactor reactor({.seed = 8}, disk);
  io::Shard shard(reactor, 0, 8);
  const ScopedRunQueue scoped(shard.run_queue());
  TransportCounters counters;
  SocketTaker taker;
  const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
  Listener listener(shard, *reactor.Listen(address, {}), taker);
  listener.Start();
  const int socket = RunTask(shard, ConnectSocket(shard, address, {})).value();
  testing::RunUntil(shard, [&] { return taker.taken >= 0; });
  RunTask(shard, listener.Stop());

  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto pair = crypto::MakeSelfSignedCertificate(
      {.names = {"mx.example"}, .not_before = now, .not_after = now + absl::Hours(24)});
  const auto context = *tls::TlsServerContext::Create({.certificates = {*pair}}, now);
  std::unique_ptr<TransportSecurity> security = std::make_unique<TlsSecurity>(context);
  const std::unique_ptr<SecureTransport> server =
      security->Secure(std::make_unique<TcpTransport>(shard, taker.taken, counters));
  // A reload: what is under way goes on.
  security.reset();
  TlsTransport client(std::make_unique<TcpTransport>(shard, socket, counters),
                      tls::TlsEngine::ForClient(*tls::TlsClientContext::Create({}, now),
                                                {.server_name = "mx.example"}));

  HandshakePace pace(shard);
  absl::Status of_server = absl::UnknownError("");
  absl::Status of_client = absl::UnknownError("");
  TaskScope scope;
  scope.Spawn(ShakeHands(server.get(), &pace, &of_server));
  scope.Spawn(ShakeHands(&client, nullptr, &of_client));
  RunTask(shard, scope.Join());
  ASSERT_TRUE(of_server.ok() && of_client.ok()) << of_server << of_client;
  EXPECT_GE(pace.step_count(), 2u);  // the client's hello, and its finish

  const SecurityFacts& facts = server->facts();
  EXPECT_EQ(facts.version, "TLSv1.3");
  EXPECT_EQ(facts.cipher_suite.substr(0, 4), "TLS_");
  EXPECT_GE(facts.key_bits, 128);
  EXPECT_EQ(facts.server_name, "mx.example");
  EXPECT_FALSE(facts.is_resumed);
  EXPECT_EQ(facts.peer_certificate, "");
  EXPECT_FALSE(facts.peer_is_verified);
  EXPECT_EQ(facts.tls_exporter.size(), 32u);
  EXPECT_EQ(facts.tls_exporter, client.facts().tls_exporter);
  EXPECT_EQ(facts.tls_server_end_point.size(), 32u);
  EXPECT_EQ(facts.tls_server_end_point, client.facts().tls_server_end_point);
  EXPECT_EQ(&facts, &server->facts());

  RunTask(shard, client.Close({.deadline = shard.Now()}));
  RunTask(shard, server->Close({.deadline = shard.Now()}));
}

}  // namespace
}  // namespace ringpost::net
