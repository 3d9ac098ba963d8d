#include <gtest/gtest.h>

#include "example_process.h"

namespace ringpost::example {
namespace {

class MinimalIngest : public testing::Test {
 protected:
  ExampleProcess server_{MINIMAL_INGEST, {"127.0.0.1:0", "example.org"}};
};

TEST_F(MinimalIngest, CountsMessages) {
  SmtpClient client(server_);
  EXPECT_EQ(client.SendMessage("jane@example.org", "Subject: 1\r\n\r\none\r\n"),
            "250 2.0.0 OK: stored as 1");
  EXPECT_TRUE(server_.NextLine().starts_with("message 1: "));
  EXPECT_EQ(client.SendMessage("jane@example.org", "Subject: 2\r\n\r\ntwo\r\n"),
            "250 2.0.0 OK: stored as 2");
  EXPECT_TRUE(server_.NextLine().ends_with("octets from client.example"));
}

TEST_F(MinimalIngest, TakesMailForItsDomainAlone) {
  SmtpClient client(server_);
  EXPECT_EQ(client.SendMessage("jane@example.net", ""), "550 5.7.1 relaying denied");
}

TEST_F(MinimalIngest, HearsOfAbortedMessages) {
  {
    SmtpClient client(server_);
    client.Ask("EHLO client.example");
    client.Ask("MAIL FROM:<>");
    client.Ask("RCPT TO:<jane@example.org>");
    client.Ask("DATA");
    client.Send("Subject: never\r\n");
  }
  EXPECT_EQ(server_.NextLine(), "aborted: disconnected");
}

}  // namespace
}  // namespace ringpost::example
