#include "ringpost/server/smtp_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "ringpost/io/kernel_probe.h"
#include "ringpost/store/discard_store.h"

namespace ringpost::server {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

absl::StatusOr<hooks::Hooks> DiscardAll(io::Shard&) {
  hooks::Hooks hooks;
  hooks.store = std::make_shared<store::DiscardStore>();
  return hooks;
}

ServerOptions OptionsFor(std::vector<std::string> addresses, size_t shard_count = 1) {
  ServerOptions options = {.shard_count = shard_count};
  for (const std::string& address : addresses) {
    options.listeners.push_back({.address = *io::ParseSocketAddress(address)});
  }
  return options;
}

class SmtpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const absl::Status status = io::ProbeKernel(); !status.ok())
      GTEST_SKIP() << status.message();
  }
};

TEST_F(SmtpServerTest, ListensOnEveryAddressWithRealPorts) {
  const std::string path = ::testing::TempDir() + "smtp_server_test.sock";
  auto server =
      SmtpServer::Start(OptionsFor({"127.0.0.1:0", "[::1]:0", "unix:" + path}, 2), DiscardAll);
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_THAT((*server)->addresses(), SizeIs(3));
  EXPECT_NE((*server)->addresses()[0].port, 0);
  EXPECT_NE((*server)->addresses()[1].port, 0);
  EXPECT_EQ((*server)->addresses()[2].unix_path, path);
  EXPECT_THAT((*server)->statistics(), SizeIs(2));
  (*server)->Stop(absl::ZeroDuration());
  // The stale socket of a server that is gone is no obstacle.
  auto again = SmtpServer::Start(OptionsFor({"unix:" + path}), DiscardAll);
  EXPECT_TRUE(again.ok()) << again.status();
}

TEST_F(SmtpServerTest, NamesTheAddressThatIsTaken) {
  auto first = SmtpServer::Start(OptionsFor({"127.0.0.1:0"}), DiscardAll);
  ASSERT_TRUE(first.ok());
  const std::string taken = (*first)->addresses()[0].ToString();
  auto second = SmtpServer::Start(OptionsFor({taken}), DiscardAll);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("bind " + taken));
}

TEST_F(SmtpServerTest, NeedsHooksThatCanKeepItsPromise) {
  auto without_store =
      SmtpServer::Start(OptionsFor({"127.0.0.1:0"}),
                        [](io::Shard&) -> absl::StatusOr<hooks::Hooks> { return hooks::Hooks(); });
  EXPECT_TRUE(absl::IsInvalidArgument(without_store.status()));
  auto failing = SmtpServer::Start(OptionsFor({"127.0.0.1:0"}),
                                   [](io::Shard&) -> absl::StatusOr<hooks::Hooks> {
                                     return absl::NotFoundError("no database");
                                   });
  EXPECT_THAT(std::string(failing.status().message()), HasSubstr("no database"));
}

TEST_F(SmtpServerTest, ReloadKeepsListenersAndFailsAsAWhole) {
  auto server = SmtpServer::Start(OptionsFor({"127.0.0.1:0"}, 2), DiscardAll);
  ASSERT_TRUE(server.ok());
  EXPECT_TRUE((*server)->Reload(OptionsFor({"127.0.0.1:0"}, 2), DiscardAll).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(
      (*server)->Reload(OptionsFor({"127.0.0.1:0", "127.0.0.1:0"}, 2), DiscardAll)));
  EXPECT_TRUE(absl::IsNotFound((*server)->Reload(
      OptionsFor({"127.0.0.1:0"}, 2), [](io::Shard& shard) -> absl::StatusOr<hooks::Hooks> {
        if (shard.index() == 1) return absl::NotFoundError("gone");
        return DiscardAll(shard);
      })));
}

}  // namespace
}  // namespace ringpost::server
