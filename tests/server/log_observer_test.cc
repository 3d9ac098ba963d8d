#include "ringpost/server/log_observer.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "ringpost/io/uring_reactor.h"

namespace ringpost::server {
namespace {

const absl::Time kAt = absl::FromUnixSeconds(1'795'455'060);  // 2026-11-23T17:31:00Z

class LogObserverTest : public ::testing::Test {
 protected:
  LogObserverTest()
      : path_(Concat(::testing::TempDir(), "/log_observer_test.", ::getpid())),
        reactor_(*io::CreateUringReactor({})),
        shard_(*reactor_, 0, 1) {}
  ~LogObserverTest() override { std::filesystem::remove(path_); }

  // The log of one observation.
  std::string LogOf(const hooks::Observation& observation, LogFormat format = LogFormat::kText) {
    {
      const ScopedRunQueue scoped(shard_.run_queue());
      LogObserver observer(*reactor_, LogWriter::Start(shard_, {.path = path_, .format = format}),
                           {});
      observer.OnObservations({&observation, 1});
    }
    shard_.scope().RequestCancel();
    while (shard_.scope().live_count() > 0) shard_.Turn(shard_.Now() + absl::Milliseconds(5));
    std::ifstream file(path_);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
  }

  hooks::MessageFinished Message() const {
    return {.at = kAt,
            .duration = absl::Milliseconds(4),
            .session_id = "S1",
            .store_id = "M1",
            .client = client_,
            .hello_name = "mx.example",
            .protocol_keyword = "ESMTP",
            .sender = "a@b.example",
            .first_recipient = "c@d.example",
            .recipient_count = 2,
            .octets = 1024,
            .fate = hooks::MessageFate::kStored,
            .reply_code = 250,
            .reply_text = "OK",
            .reason = ""};
  }

  const std::string path_;
  const std::unique_ptr<io::Reactor> reactor_;
  io::Shard shard_;
  const io::SocketAddress client_ = *io::ParseSocketAddress("192.0.2.1:4711");
  const io::SocketAddress server_ = *io::ParseSocketAddress("[2001:db8::1]:25");
};

TEST_F(LogObserverTest, TellsOfAMessage) {
  EXPECT_EQ(LogOf(Message()),
            "time=2026-11-23T17:31:00.000Z event=message session=S1 fate=stored id=M1 "
            "client=192.0.2.1:4711 hello=mx.example protocol=ESMTP from=a@b.example to=c@d.example "
            "recipients=2 octets=1024 seconds=0.004000 code=250 reply=OK\n");
}

TEST_F(LogObserverTest, TellsOfTheEncryptionAndOfWhoLoggedIn) {
  const net::SecurityFacts facts = {.version = "TLSv1.3", .cipher_suite = "TLS_AES_128_GCM_SHA256"};
  hooks::MessageFinished message = Message();
  message.security = &facts;
  message.authentication = "anna";
  EXPECT_NE(LogOf(message).find(
                " protocol=ESMTP tls=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 user=anna from="),
            std::string::npos);
}

TEST_F(LogObserverTest, TellsOfALogin) {
  EXPECT_EQ(LogOf(hooks::AuthenticationDecided{.at = kAt,
                                               .session_id = "S1",
                                               .client = client_,
                                               .mechanism = "PLAIN",
                                               .user = "anna",
                                               .authorization = "office",
                                               .reply_code = 235,
                                               .reason = ""}),
            "time=2026-11-23T17:31:00.000Z event=auth session=S1 client=192.0.2.1:4711 "
            "mechanism=PLAIN user=anna acts_as=office code=235\n");
}

TEST_F(LogObserverTest, TellsOfALoginThatFailed) {
  EXPECT_EQ(LogOf(hooks::AuthenticationDecided{.at = kAt,
                                               .session_id = "S1",
                                               .client = client_,
                                               .mechanism = "PLAIN",
                                               .user = "anna",
                                               .authorization = "",
                                               .reply_code = 535,
                                               .reason = "credentials"}),
            "time=2026-11-23T17:31:00.000Z event=auth session=S1 client=192.0.2.1:4711 "
            "mechanism=PLAIN user=anna code=535 reason=credentials\n");
}

TEST_F(LogObserverTest, TellsOfAMessageInJson) {
  EXPECT_EQ(
      LogOf(Message(), LogFormat::kJson),
      R"({"time":"2026-11-23T17:31:00.000Z","event":"message","session":"S1","fate":"stored",)"
      R"("id":"M1","client":"192.0.2.1:4711","hello":"mx.example","protocol":"ESMTP",)"
      R"("from":"a@b.example","to":"c@d.example","recipients":2,"octets":1024,)"
      R"("seconds":0.004000,"code":250,"reply":"OK"})"
      "\n");
}

TEST_F(LogObserverTest, TellsWhyAMessageWasAborted) {
  hooks::MessageFinished message = Message();
  message.sender = "";
  message.store_id = "";
  message.fate = hooks::MessageFate::kAborted;
  message.reply_code = 0;
  message.reason = "the client left";
  EXPECT_EQ(LogOf(message),
            "time=2026-11-23T17:31:00.000Z event=message session=S1 fate=aborted "
            "client=192.0.2.1:4711 hello=mx.example protocol=ESMTP from=\"\" to=c@d.example "
            "recipients=2 octets=1024 seconds=0.004000 reason=\"the client left\"\n");
}

TEST_F(LogObserverTest, TellsOfASession) {
  EXPECT_EQ(LogOf(hooks::SessionEnded{.at = kAt,
                                      .duration = absl::Seconds(2),
                                      .session_id = "S1",
                                      .client = client_,
                                      .hello_name = "two words",
                                      .reason = smtp::CloseReason::kQuit,
                                      .message_count = 1,
                                      .error_count = 0,
                                      .command_count = 5,
                                      .received_octets = 1200,
                                      .sent_octets = 300}),
            Concat("time=2026-11-23T17:31:00.000Z event=session session=S1 end=",
                   smtp::CloseReasonName(smtp::CloseReason::kQuit),
                   " client=192.0.2.1:4711 hello=\"two words\" messages=1 errors=0 commands=5 "
                   "received=1200 sent=300 seconds=2.000000\n"));
}

TEST_F(LogObserverTest, TellsOfAConnection) {
  EXPECT_EQ(LogOf(hooks::SessionOpened{
                .at = kAt, .session_id = "S1", .client = client_, .server = server_}),
            "time=2026-11-23T17:31:00.000Z event=connection session=S1 client=192.0.2.1:4711 "
            "server=[2001:db8::1]:25\n");
}

TEST_F(LogObserverTest, TellsOfSenderAndRecipientWithTheTimeOfTheClock) {
  const std::string sender =
      LogOf(hooks::SenderDecided{.session_id = "S1", .sender = "a@b.example", .reply_code = 250});
  EXPECT_EQ(sender.substr(sender.find(" event")),
            " event=sender session=S1 from=a@b.example code=250\n");
}

TEST_F(LogObserverTest, TellsOfARecipient) {
  const std::string recipient = LogOf(hooks::RecipientDecided{.session_id = "S1",
                                                              .recipient = "c@d.example",
                                                              .reply_code = 550,
                                                              .reply_text = "no such mailbox"});
  EXPECT_EQ(recipient.substr(recipient.find(" event")),
            " event=recipient session=S1 to=c@d.example code=550 reply=\"no such mailbox\"\n");
}

}  // namespace
}  // namespace ringpost::server
