#include "ringpost/server/shard_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_world.h"

namespace ringpost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(ShardServer, RefusesMoreConnectionsThanItsLimits) {
  ServerWorld world;
  world.options.connections = {.total = 100, .per_address = 2, .per_network = 0};
  world.Start();
  Client first(world), second(world), third(world);
  EXPECT_THAT(second.greeting(), StartsWith("220 "));
  EXPECT_EQ(third.greeting(),
            "421 mx.example.com Too many connections from your address, try again later\r\n");
  EXPECT_EQ(third.ReadToEnd(), "");
  EXPECT_EQ(world.server().statistics().refused_count, 1u);
}

TEST(ShardServer, GivesThePlaceOfAConnectionThatEndedToTheNext) {
  ServerWorld world;
  world.options.connections = {.total = 1, .per_address = 1, .per_network = 1};
  world.Start();
  for (int i = 0; i < 3; ++i) {
    Client client(world);
    EXPECT_THAT(client.greeting(), StartsWith("220 "));
    client.Exchange("QUIT\r\n");
    client.ReadToEnd();
    world.Pass(absl::Seconds(5));
  }
}

TEST(ShardServer, DrainEndsIdleSessionsAtOnce) {
  ServerWorld world;
  world.Start();
  Client client(world);
  client.Exchange("EHLO x\r\n");
  world.Drain(absl::Minutes(1));
  EXPECT_EQ(client.ReadToEnd(),
            "421 4.3.2 mx.example.com Service shutting down, try again later\r\n");
}

Task<void> DrainInBackground(ServerWorld* world, bool* done) {
  co_await world->server().Drain(world->shard().Now() + absl::Minutes(1));
  *done = true;
}

TEST(ShardServer, DrainLetsATransactionUnderWayEnd) {
  ServerWorld world;
  world.Start();
  Client client(world);
  client.BeginData();
  bool is_drained = false;
  TaskScope scope;
  {
    const ScopedRunQueue scoped(world.shard().run_queue());
    scope.Spawn(DrainInBackground(&world, &is_drained));
  }
  world.Pass(absl::Seconds(5));
  EXPECT_FALSE(is_drained);
  EXPECT_EQ(client.Exchange("x\r\n.\r\n"), "250 2.0.0 OK\r\n");
  EXPECT_EQ(client.ReadToEnd(),
            "421 4.3.2 mx.example.com Service shutting down, try again later\r\n");
  world.Pass(absl::Seconds(5));
  EXPECT_TRUE(is_drained);
  EXPECT_THAT(world.store->messages, SizeIs(1));
}

TEST(ShardServer, DrainRefusesANewTransactionOfASessionThatStillTalks) {
  ServerWorld world;
  world.Start();
  Client client(world);
  client.BeginData();
  bool is_drained = false;
  TaskScope scope;
  {
    const ScopedRunQueue scoped(world.shard().run_queue());
    scope.Spawn(DrainInBackground(&world, &is_drained));
  }
  world.Pass(absl::Seconds(1));
  client.Send("x\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
  EXPECT_EQ(client.ReadToEnd(),
            "250 2.0.0 OK\r\n421 4.3.2 mx.example.com Service shutting down, try again later\r\n");
  world.Pass(absl::Seconds(5));
  EXPECT_TRUE(is_drained);
}

TEST(ShardServer, SessionsKeepTheHooksTheyStartedWith) {
  ServerWorld world;
  world.Start();
  Client old_session(world);
  auto old_store = world.store;
  auto new_store = std::make_shared<ScriptedStore>();
  world.hooks.store = new_store;
  world.options.listeners[0].session.host_name = "new.example.com";
  world.Start();
  Client new_session(world);
  EXPECT_THAT(new_session.greeting(), StartsWith("220 new.example.com"));
  for (Client* client : {&old_session, &new_session}) {
    client->BeginData();
    client->Exchange("x\r\n.\r\n");
  }
  EXPECT_THAT(old_store->messages, SizeIs(1));
  EXPECT_THAT(new_store->messages, SizeIs(1));
}

}  // namespace
}  // namespace ringpost::server
