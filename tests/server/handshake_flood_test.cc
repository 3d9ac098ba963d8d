// A flood of handshakes, and a session that was there before it: counted in turns of the shard, for
// a test asserts no durations.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tls_client.h"

namespace ringpost::server {
namespace {

constexpr size_t kClientCount = 200;
constexpr size_t kStepsPerTurn = 3;

// Connects and shakes hands.
Task<void> Storm(ServerWorld* world, net::TransportCounters* counters, size_t* done_count) {
  const auto socket = co_await net::ConnectSocket(world->shard(), world->address(), {});
  if (!socket.ok()) co_return;
  auto tls = ClientTls(std::make_unique<net::TcpTransport>(world->shard(), *socket, *counters));
  if ((co_await tls->Handshake({})).ok()) ++*done_count;
  co_await tls->Close({.deadline = world->shard().Now()});
}

Task<void> AwaitReply(net::Transport* transport, bool* has_come) {
  const absl::StatusOr<io::Chunk> chunk = co_await transport->Read({});
  *has_come = chunk.ok() && !chunk->octets.empty();
}

TEST(HandshakeFlood, LeavesAnEstablishedSessionItsTurns) {
  // A network without latency: in virtual time the arithmetic of the handshakes takes none either.
  ServerWorld world(
      {.simulation = {.faults = {.network = {absl::ZeroDuration(), absl::ZeroDuration()}}}});
  world.options.listeners.resize(1);
  world.options.connections = {.total = 0, .per_address = 0, .per_network = 0};
  world.options.handshakes = {
      .at_once = kClientCount, .per_address = 0, .steps_per_turn = kStepsPerTurn};
  world.options.listeners[0].security = TestSecurity();
  world.options.listeners[0].tls_is_implicit = true;
  world.Start();
  io::Shard& shard = world.shard();
  Client established(world, Client::BeforeGreeting());
  ASSERT_TRUE(Encrypt(world, established).ok());
  established.ReadReplies();

  net::TransportCounters counters;
  size_t done_count = 0;
  TaskScope scope;
  const ScopedRunQueue scoped(shard.run_queue());
  for (size_t i = 0; i < kClientCount; ++i) scope.Spawn(Storm(&world, &counters, &done_count));

  const auto step_count = [&] { return world.server().statistics().handshake_step_count; };
  uint64_t most_steps = 0;
  uint64_t most_steps_for_a_reply = 0;
  size_t reply_count = 0;
  while (scope.live_count() > 0) {
    established.Send("NOOP\r\n");
    bool has_come = false;
    TaskScope reading;
    reading.Spawn(AwaitReply(established.transport().get(), &has_come));
    const uint64_t steps_before = step_count();
    while (reading.live_count() > 0) {
      const uint64_t before = step_count();
      shard.Turn(shard.Now() + absl::Milliseconds(1));
      most_steps = std::max(most_steps, step_count() - before);
    }
    most_steps_for_a_reply = std::max(most_steps_for_a_reply, step_count() - steps_before);
    reply_count += has_come ? 1 : 0;
  }
  EXPECT_EQ(done_count, kClientCount);
  EXPECT_EQ(most_steps, kStepsPerTurn);
  EXPECT_GT(reply_count, 10u);
  // The flood has four hundred steps and more: a reply waits for a few turns of them.
  EXPECT_LT(most_steps_for_a_reply, 20 * kStepsPerTurn);
}

}  // namespace
}  // namespace ringpost::server
