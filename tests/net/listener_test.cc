#include "ringpost/net/listener.h"

#include <gtest/gtest.h>

#include <vector>

#include "ringpost/net/tcp_transport.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::net {
namespace {

using testing::RunTask;

class ListenerTest : public ::testing::Test, public ConnectionTaker {
 protected:
  explicit ListenerTest(testing::Faults faults = {})
      : reactor_({.seed = 3, .faults = faults}, disk_), shard_(reactor_, 0, 3) {}

  void OnConnection(int socket) override { taken_.push_back(socket); }
  int Connect() { return RunTask(shard_, ConnectSocket(shard_, address_, {})).value(); }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_;
  io::Shard shard_;
  io::SocketAddress address_ = *io::ParseSocketAddress("192.0.2.1:25");
  std::vector<int> taken_;
};

TEST_F(ListenerTest, TakesEveryConnectionUntilItStops) {
  Listener listener(shard_, *reactor_.Listen(address_, {}), *this);
  listener.Start();
  std::vector<int> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect());
  testing::RunUntil(shard_, [this] { return taken_.size() == 5; });
  RunTask(shard_, listener.Stop());
  EXPECT_FALSE(RunTask(shard_, ConnectSocket(shard_, address_, {})).ok());
  for (const int socket : clients) reactor_.CloseNow(socket);
  for (const int socket : taken_) reactor_.CloseNow(socket);
}

class ExhaustedListenerTest : public ListenerTest {
 protected:
  ExhaustedListenerTest() : ListenerTest({.accept_emfile = 0.7}) {}
};

TEST_F(ExhaustedListenerTest, RestsAndGoesOnWhenDescriptorsRunOut) {
  Listener listener(shard_, *reactor_.Listen(address_, {}), *this);
  listener.Start();
  std::vector<int> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect());
  testing::RunUntil(shard_, [this] { return taken_.size() == 5; });
  EXPECT_GT(reactor_.fault_counts().emfile, 0u);
  RunTask(shard_, listener.Stop());
  for (const int socket : clients) reactor_.CloseNow(socket);
  for (const int socket : taken_) reactor_.CloseNow(socket);
}

}  // namespace
}  // namespace ringpost::net
