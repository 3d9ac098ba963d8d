#include "ringpost/testing/internal/simulated_network.h"

#include <cerrno>
#include <string>

#include "network_fixture.h"

namespace ringpost::testing {
namespace {

using SimulatedNetworkTest = NetworkFixture;

TEST_F(SimulatedNetworkTest, OctetsTakeTheLatencyOfTheNetwork) {
  StartWorld({.network = {.shortest = absl::Seconds(3), .longest = absl::Seconds(3)}});
  ConnectPair();
  const Instant sent_at = shard().Now();
  EXPECT_EQ(Do(io::Send{client_, "x"}), 1);
  EXPECT_EQ(shard().Now(), sent_at);
  Recorder& receive = Start(io::Receive{server_});
  RunUntil(shard(), [&] { return receive.octets == "x"; });
  EXPECT_EQ(shard().Now() - sent_at, absl::Seconds(3));
}

TEST_F(SimulatedNetworkTest, OctetsKeepTheirOrderWhateverTheLatency) {
  StartWorld({.network = {.shortest = absl::ZeroDuration(), .longest = absl::Seconds(1)},
              .short_receive = 0.5,
              .partial_send = 0.5});
  ConnectPair();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string piece = std::to_string(i) + ",";
    all += piece;
    EXPECT_EQ(Do(io::Send{client_, piece}), static_cast<int32_t>(piece.size()));
  }
  Recorder& receive = Start(io::Receive{server_});
  RunUntil(shard(), [&] { return receive.octets.size() == all.size(); }, absl::Hours(1));
  EXPECT_EQ(receive.octets, all);
  EXPECT_GT(reactor().fault_counts().short_receive, 0u);
  EXPECT_GT(reactor().fault_counts().partial_send, 0u);
}

TEST_F(SimulatedNetworkTest, ASendEndsWhenThePeerHasRoomForAllOfIt) {
  StartWorld({.socket_buffer_bytes = 100});
  ConnectPair();
  const std::string octets(250, 'x');
  Recorder& send = Start(io::Send{client_, octets});
  shard().Turn(shard().Now() + absl::Hours(1));
  EXPECT_FALSE(send.last_result.has_value());
  Recorder& receive = Start(io::Receive{server_});
  EXPECT_EQ(LastResultOf(send), 250);
  RunUntil(shard(), [&] { return receive.octets == octets; });
  EXPECT_GT(reactor().fault_counts().waited_for_room, 0u);
}

TEST_F(SimulatedNetworkTest, AResetIsReadByBothEnds) {
  StartWorld({});
  ConnectPair();
  Recorder& at_client = Start(io::Receive{client_});
  Recorder& at_server = Start(io::Receive{server_});
  reactor().ResetConnection(client_);
  EXPECT_EQ(LastResultOf(at_client), -ECONNRESET);
  EXPECT_EQ(LastResultOf(at_server), -ECONNRESET);
  EXPECT_EQ(Do(io::Send{server_, "x"}), -ECONNRESET);
  EXPECT_EQ(Do(io::Send{server_, "x"}), -EPIPE);
}

TEST_F(SimulatedNetworkTest, AResetMayStrikeAnySend) {
  StartWorld({.reset = 1});
  ConnectPair();
  EXPECT_EQ(Do(io::Send{client_, "x"}), -ECONNRESET);
  EXPECT_EQ(reactor().fault_counts().reset, 1u);
}

TEST_F(SimulatedNetworkTest, ACloseWithOctetsUnreadResetsThePeer) {
  StartWorld({});
  ConnectPair();
  EXPECT_EQ(Do(io::Send{client_, "never read"}), 10);
  shard().Turn(shard().Now() + absl::Seconds(1));
  EXPECT_EQ(Do(io::Close{server_}), 0);
  Recorder& receive = Start(io::Receive{client_});
  EXPECT_EQ(LastResultOf(receive), -ECONNRESET);
}

TEST_F(SimulatedNetworkTest, ALackOfDescriptorsEndsAcceptAndKeepsTheConnection) {
  StartWorld({.descriptor_limit = 2});
  const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
  const int listener = *reactor().Listen(address, {});
  const int client = *reactor().CreateSocket(address);
  EXPECT_TRUE(absl::IsResourceExhausted(reactor().CreateSocket(address).status()));
  Recorder& accept = Start(io::Accept{listener});
  Recorder& connect = Start(io::Connect{client, &address});
  EXPECT_EQ(LastResultOf(connect), 0);
  EXPECT_EQ(LastResultOf(accept), -EMFILE);

  EXPECT_EQ(Do(io::Send{client, "wait for me"}), 11);
  EXPECT_EQ(Do(io::Close{client}), 0);  // makes room for one descriptor
  Recorder& again = Start(io::Accept{listener});
  RunUntil(shard(), [&] { return !again.results.empty(); });
  Recorder& receive = Start(io::Receive{again.results[0]});
  EXPECT_EQ(LastResultOf(receive), 0);
  EXPECT_EQ(receive.octets, "wait for me");
}

TEST_F(SimulatedNetworkTest, AFullBacklogMakesClientsWait) {
  StartWorld({});
  const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
  const int listener = *reactor().Listen(address, {.backlog = 1});
  const int first = *reactor().CreateSocket(address);
  const int second = *reactor().CreateSocket(address);
  EXPECT_EQ(Do(io::Connect{first, &address}), 0);
  Recorder& connect = Start(io::Connect{second, &address});
  shard().Turn(shard().Now() + absl::Seconds(30));
  EXPECT_FALSE(connect.last_result.has_value());
  Recorder& accept = Start(io::Accept{listener});
  EXPECT_EQ(LastResultOf(connect), 0);
  RunUntil(shard(), [&] { return accept.results.size() == 2; });
}

TEST_F(SimulatedNetworkTest, AClientMayComeFromAnyAddress) {
  StartWorld({});
  const io::SocketAddress address = *io::ParseSocketAddress("0.0.0.0:25");
  const int listener = *reactor().Listen(address, {});
  Recorder& accept = Start(io::Accept{listener});
  const io::SocketAddress target = *io::ParseSocketAddress("192.0.2.1:25");
  const int client = *reactor().CreateSocket(target);
  reactor().SetSourceAddress(client, *io::ParseIpAddress("198.51.100.7"));
  EXPECT_EQ(Do(io::Connect{client, &target}), 0);
  RunUntil(shard(), [&] { return !accept.results.empty(); });
  EXPECT_EQ(reactor().PeerAddress(accept.results[0]).ip.ToString(), "198.51.100.7");
  EXPECT_EQ(reactor().LocalAddress(accept.results[0]), target);
}

TEST_F(SimulatedNetworkTest, ListenersThatShareAPortTakeTurns) {
  StartWorld({});
  const io::SocketAddress address = *io::ParseSocketAddress("192.0.2.1:25");
  Recorder& first = Start(io::Accept{*reactor().Listen(address, {.reuse_port = true})});
  Recorder& second = Start(io::Accept{*reactor().Listen(address, {.reuse_port = true})});
  EXPECT_FALSE(reactor().Listen(address, {}).ok());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Do(io::Connect{*reactor().CreateSocket(address), &address}), 0);
  }
  EXPECT_EQ(first.results.size(), 5u);
  EXPECT_EQ(second.results.size(), 5u);
}

}  // namespace
}  // namespace ringpost::testing
