// What Connection does about encryption: STARTTLS, implicit TLS, and what must never be heard.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "ringpost/server/connection.h"
#include "tls_client.h"

namespace ringpost::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class EndObserver final : public hooks::Observer {
 public:
  hooks::ObservedStages stages() const override { return {}; }
  void OnObservations(std::span<const hooks::Observation> observations) override {
    for (const auto& observation : observations) {
      if (const auto* ended = std::get_if<hooks::SessionEnded>(&observation)) {
        ends.push_back(Concat(smtp::CloseReasonName(ended->reason), ": ", ended->detail,
                              ended->security != nullptr ? ended->security->version : ""));
      } else if (const auto* of = std::get_if<hooks::AuthenticationDecided>(&observation)) {
        logins.push_back(
            Concat(of->mechanism, " ", of->user, " ", of->reply_code, " ", of->reason));
      } else if (const auto* message = std::get_if<hooks::MessageFinished>(&observation)) {
        senders.push_back(Concat(message->protocol_keyword, " ", message->authentication));
      }
    }
  }

  std::vector<std::string> ends, logins, senders;
};

class OnePassword final : public hooks::Authenticator {
 public:
  hooks::AuthenticatorAbilities abilities() const override { return {.passwords = true}; }
  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context&, std::string_view user,
                                            std::string_view password) override {
    const bool is_good = user == "anna" && password == "secret";
    return ReadyTask<hooks::AuthenticatedUser>(is_good ? std::optional<std::string>(user)
                                                       : std::nullopt);
  }
};

// Who has SCRAM's keys for nobody: enough to see what is offered, and who is taken for a victim.
class ScramOfNobody final : public hooks::Authenticator {
 public:
  hooks::AuthenticatorAbilities abilities() const override { return {.scram_sha256 = true}; }
};

class EncryptedConnectionTest : public ::testing::Test {
 protected:
  EncryptedConnectionTest() {
    world_.options.listeners.resize(1);
    listener().security = TestSecurity();
    listener().session.capabilities.start_tls = true;
    world_.hooks.observers = {observer_};
  }

  ListenerOptions& listener() { return world_.options.listeners[0]; }
  void StartImplicit() {
    listener().session.capabilities.start_tls = false;
    listener().tls_is_implicit = true;
    world_.Start();
  }
  void ExpectReady(const std::string& reply) { EXPECT_THAT(reply, StartsWith("220 ")) << reply; }
  void SayStartTls(Client& client) {
    EXPECT_THAT(client.Exchange("EHLO plain.example\r\n"), HasSubstr("250-STARTTLS\r\n"));
    ExpectReady(client.Exchange("STARTTLS\r\n"));
    const absl::Status status = Encrypt(world_, client);
    EXPECT_TRUE(status.ok()) << status;
  }

  ServerWorld world_;
  std::shared_ptr<EndObserver> observer_ = std::make_shared<EndObserver>();
};

TEST_F(EncryptedConnectionTest, StartTlsBeginsANewSession) {
  world_.Start();
  Client client(world_);
  SayStartTls(client);
  EXPECT_THAT(client.Exchange("MAIL FROM:<a@example.org>\r\n"), StartsWith("503 "));
  EXPECT_THAT(client.Exchange("EHLO secret.example\r\n"), Not(HasSubstr("STARTTLS")));
  client.BeginData();
  EXPECT_EQ(client.Exchange("Subject: x\r\n\r\nBody\r\n.\r\n"), "250 2.0.0 OK\r\n");
  ASSERT_THAT(world_.store->messages, SizeIs(1));
  EXPECT_THAT(world_.store->messages[0], HasSubstr("\r\n\t(using TLSv1.3 with cipher TLS_"));
  EXPECT_THAT(world_.store->messages[0], HasSubstr(" with ESMTPS id "));
  client.Exchange("QUIT\r\n");
  client.ReadToEnd();
  EXPECT_THAT(observer_->ends, ElementsAre("quit: TLSv1.3"));
}

TEST_F(EncryptedConnectionTest, WhatIsPipelinedBehindStartTlsIsNeverRun) {
  world_.Start();
  Client client(world_);
  client.Exchange("EHLO plain.example\r\n");
  // CVE-2011-0411: the attacker's commands come in one segment with the client's.
  ExpectReady(
      client.Exchange("STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@example.org>\r\nRCPT "
                      "TO:<b@example.com>\r\n"));
  ASSERT_TRUE(Encrypt(world_, client).ok());
  EXPECT_THAT(client.Exchange("RCPT TO:<b@example.com>\r\n"), StartsWith("503 "));
  EXPECT_THAT(world_.validator->batch_sizes, IsEmpty());
}

TEST_F(EncryptedConnectionTest, OctetsThatLieUnreadBehindStartTlsEndTheConnection) {
  io::Signal may_answer;
  world_.validator->before_answer = &may_answer;
  world_.Start();
  Client client(world_);
  client.Exchange("EHLO plain.example\r\n");
  // The attacker's segment comes while the server is still busy with what stands before STARTTLS.
  client.Send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nRSET\r\nSTARTTLS\r\n");
  world_.Pass(absl::Seconds(1));
  client.Send("MAIL FROM:<evil@example.org>\r\n");
  world_.Pass(absl::Seconds(1));
  {
    const ScopedRunQueue scoped(world_.shard().run_queue());
    may_answer.Raise();
  }
  EXPECT_THAT(client.ReadToEnd(),
              HasSubstr("421 4.7.0 mx.example.com Data behind STARTTLS, closing connection\r\n"));
  EXPECT_THAT(world_.store->events, IsEmpty());
  EXPECT_THAT(observer_->ends, ElementsAre("tls-failed: octets behind STARTTLS"));
}

TEST_F(EncryptedConnectionTest, WhatIsNoHandshakeEndsTheSessionWithItsReason) {
  world_.Start();
  Client client(world_);
  client.Exchange("EHLO plain.example\r\n");
  ExpectReady(client.Exchange("STARTTLS\r\n"));
  client.Send("MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.com>\r\n");
  client.ReadToEnd();
  ASSERT_THAT(observer_->ends, SizeIs(1));
  EXPECT_THAT(observer_->ends[0], StartsWith("tls-failed: TLS "));
  EXPECT_THAT(world_.validator->batch_sizes, IsEmpty());
}

// SMTP and HTTP at port 465, and octets too few for the header of a record.
TEST_F(EncryptedConnectionTest, WhoSpeaksNoTlsIsLeftAtOnceAndWrittenDown) {
  StartImplicit();
  for (const std::string_view octets :
       {"EHLO x\r\n", "GET / HTTP/1.1\r\nHost: mx.example.com\r\n\r\n", "\r\n", "Q"}) {
    observer_->ends.clear();
    Client client(world_, Client::BeforeGreeting());
    client.Send(octets);
    EXPECT_EQ(client.ReadToEnd(), "");
    EXPECT_THAT(observer_->ends, ElementsAre("tls-failed: TLS protocol: not TLS: plain text"));
  }
}

TEST_F(EncryptedConnectionTest, ImplicitTlsGreetsBehindTheHandshake) {
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  ASSERT_TRUE(Encrypt(world_, client).ok());
  EXPECT_THAT(client.ReadReplies(), StartsWith("220 mx.example.com"));
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), Not(HasSubstr("STARTTLS")));
  client.BeginData();
  EXPECT_EQ(client.Exchange("x: y\r\n\r\n.\r\n"), "250 2.0.0 OK\r\n");
}

TEST_F(EncryptedConnectionTest, AClientThatSaysNothingHasTheTimeOfAHandshake) {
  world_.options.timeouts.handshake = absl::Seconds(10);
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  const Instant start = world_.shard().Now();
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_GE(world_.shard().Now(), start + absl::Seconds(10));
  EXPECT_THAT(observer_->ends, ElementsAre("timeout: the TLS handshake took too long"));
}

TEST_F(EncryptedConnectionTest, ADrainEndsAHandshake) {
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  world_.Pass(absl::Seconds(1));
  world_.Drain(absl::Hours(1));
  EXPECT_THAT(observer_->ends, ElementsAre("shutdown: "));
}

TEST_F(EncryptedConnectionTest, AClientThatLeavesInTheHandshakeIsNoProblem) {
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  client.Send("\x16\x03\x01");
  client.Reset();
  world_.Pass(absl::Seconds(5));
  ASSERT_THAT(observer_->ends, SizeIs(1));
  EXPECT_EQ(world_.server().statistics().live_count, 0u);
}

TEST_F(EncryptedConnectionTest, WithoutAPlaceStartTlsIsPutOff) {
  world_.options.handshakes = {.at_once = 1};
  world_.Start();
  Client first(world_), second(world_);
  first.Exchange("EHLO x\r\n");
  ExpectReady(first.Exchange("STARTTLS\r\n"));
  second.Exchange("EHLO x\r\n");
  EXPECT_EQ(second.Exchange("STARTTLS\r\n"), "454 4.7.0 TLS not available, try again later\r\n");
  ASSERT_TRUE(Encrypt(world_, first).ok());
  // The session went on, and finds a place now.
  SayStartTls(second);
  EXPECT_EQ(world_.server().statistics().refused_handshake_count, 1u);
}

TEST_F(EncryptedConnectionTest, WithoutAPlaceImplicitTlsWaits) {
  world_.options.handshakes = {.at_once = 1};
  StartImplicit();
  Client first(world_, Client::BeforeGreeting()), second(world_, Client::BeforeGreeting());
  world_.Pass(absl::Seconds(1));  // the first has the place
  first.Reset();
  ASSERT_TRUE(Encrypt(world_, second).ok());
  EXPECT_THAT(second.ReadReplies(), StartsWith("220 "));
}

TEST_F(EncryptedConnectionTest, AnAddressWithItsShareOfHandshakesIsShutOut) {
  world_.options.handshakes = {.at_once = 10, .per_address = 1};
  StartImplicit();
  Client first(world_, Client::BeforeGreeting()), second(world_, Client::BeforeGreeting());
  EXPECT_EQ(second.ReadToEnd(), "");
  EXPECT_THAT(observer_->ends, ElementsAre("tls-failed: too many TLS handshakes"));
}

TEST_F(EncryptedConnectionTest, ARefusedConnectionGetsNoHandshake) {
  world_.options.connections = {.total = 1};
  StartImplicit();
  Client first(world_, Client::BeforeGreeting()), second(world_, Client::BeforeGreeting());
  EXPECT_EQ(second.ReadToEnd(), "");
  ASSERT_THAT(observer_->ends, SizeIs(1));
  EXPECT_THAT(observer_->ends[0], StartsWith("refused: Too many connections"));
}

TEST_F(EncryptedConnectionTest, AStreamThatIsCutIsToldApartFromAnEnd) {
  world_.Start();
  Client client(world_);
  SayStartTls(client);
  client.Exchange("EHLO x\r\n");
  client.Finish();
  world_.Pass(absl::Seconds(5));
  ASSERT_THAT(observer_->ends, SizeIs(1));
  EXPECT_THAT(observer_->ends[0], StartsWith("disconnected: TLS "));
}

TEST_F(EncryptedConnectionTest, AClientThatSendsAllAndGoesIsServed) {
  world_.Start();
  Client client(world_);
  SayStartTls(client);
  client.Send(
      "EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nBDAT 8 LAST\r\nx: "
      "y\r\n\r\n"
      "QUIT\r\n");
  // Its goodbye, and the end of its half.
  testing::RunTask(world_.shard(), client.transport()->Close({.deadline = world_.shard().Now()}));
  world_.Pass(absl::Seconds(5));
  EXPECT_THAT(world_.store->messages, SizeIs(1));
}

std::string PlainResponse(std::string_view password) {
  return EncodeBase64(Concat(std::string_view("\0anna\0", 6), password));
}

TEST_F(EncryptedConnectionTest, WhoLogsInIsKnownToTheLogAndTheTraceField) {
  world_.hooks.authenticator = std::make_shared<OnePassword>();
  world_.Start();
  Client client(world_);
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), Not(HasSubstr("AUTH")));
  ExpectReady(client.Exchange("STARTTLS\r\n"));
  ASSERT_TRUE(Encrypt(world_, client).ok());
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), HasSubstr("AUTH PLAIN LOGIN"));
  EXPECT_THAT(client.Exchange(Concat("AUTH PLAIN ", PlainResponse("wrong"), "\r\n")),
              StartsWith("535 5.7.8"));
  EXPECT_THAT(client.Exchange("AUTH LOGIN\r\n"), StartsWith("334 "));
  EXPECT_THAT(client.Exchange("*\r\n"), StartsWith("501 "));
  EXPECT_THAT(client.Exchange(Concat("AUTH PLAIN ", PlainResponse("secret"), "\r\n")),
              StartsWith("235 2.7.0"));
  client.BeginData();
  client.Exchange("x: y\r\n\r\n.\r\n");
  EXPECT_THAT(observer_->logins,
              ElementsAre("PLAIN anna 535 credentials", "LOGIN  0 broken off", "PLAIN anna 235 "));
  EXPECT_THAT(observer_->senders, ElementsAre("ESMTPSA anna"));
}

// RFC 5802 §6: "y" is a client that can bind its login, and has seen no -PLUS; "n" one that cannot.
std::string ScramSha256(std::string_view flag) {
  return Concat("AUTH SCRAM-SHA-256 ", EncodeBase64(Concat(flag, ",,n=anna,r=of-the-client")),
                "\r\n");
}

TEST_F(EncryptedConnectionTest, OverTls13ALoginIsBoundAndWhoWasLiedToIsRefused) {
  world_.hooks.authenticator = std::make_shared<ScramOfNobody>();
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  ASSERT_TRUE(Encrypt(world_, client).ok());
  client.ReadReplies();
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), HasSubstr("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256\r"));
  EXPECT_THAT(client.Exchange(ScramSha256("n")), StartsWith("334 "));
  EXPECT_THAT(client.Exchange("*\r\n"), StartsWith("501 "));
  EXPECT_THAT(client.Exchange(ScramSha256("y")), StartsWith("535 5.7.8"));
}

// There, clients bind by tls-unique.
TEST_F(EncryptedConnectionTest, OverTls12NoneIsOfferedSoNobodyIsTakenForAVictim) {
  world_.hooks.authenticator = std::make_shared<ScramOfNobody>();
  StartImplicit();
  Client client(world_, Client::BeforeGreeting());
  ASSERT_TRUE(Encrypt(world_, client, tls::TlsVersion::kTls12).ok());
  client.ReadReplies();
  EXPECT_THAT(client.Exchange("EHLO x\r\n"), HasSubstr("AUTH SCRAM-SHA-256\r"));
  for (const std::string_view flag : {"n", "y"}) {
    EXPECT_THAT(client.Exchange(ScramSha256(flag)), StartsWith("334 ")) << flag;
    EXPECT_THAT(client.Exchange("*\r\n"), StartsWith("501 "));
  }
  EXPECT_THAT(client.Exchange("AUTH SCRAM-SHA-256-PLUS\r\n"), StartsWith("504 "));
}

}  // namespace
}  // namespace ringpost::server
