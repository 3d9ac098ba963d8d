#include "ringpost/sasl/internal/scram_server.h"

#include "dialog.h"
#include "gtest/gtest.h"
#include "ringpost/base/base64.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::sasl {
namespace {

const HashFunctions& Sha1() { return crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha1); }
const HashFunctions& Sha256() { return crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha256); }

struct Example {
  Mechanism mechanism;
  const HashFunctions& hash;
  std::string client_nonce, server_nonce, salt;
  std::vector<std::string> said;
};

// RFC 5802 §5 and RFC 7677 §3.
const Example kExamples[] = {
    {.mechanism = Mechanism::kScramSha1,
     .hash = Sha1(),
     .client_nonce = "fyko+d2lbbFgONRv9qkxdawL",
     .server_nonce = "3rfcNHYJY1ZVvWVs7j",
     .salt = "QSXCR+Q6sek8bf92",
     .said = {"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
              "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
              "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
              "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", ""}},
    {.mechanism = Mechanism::kScramSha256,
     .hash = Sha256(),
     .client_nonce = "rOprNGfwEbeRWgbNEkqO",
     .server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
     .salt = "W22ZaJ0SNY7soEsUEjb6gQ==",
     .said = {"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
              "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,"
              "i=4096",
              "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
              "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
              "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ""}},
};

TEST(ScramServer, SaysWhatTheRfcsSay) {
  for (const Example& example : kExamples) {
    const auto client = MakeClient(example.mechanism, {.user = "user",
                                                       .password = "pencil",
                                                       .hash = &example.hash,
                                                       .nonce = example.client_nonce});
    const auto server =
        MakeServer(example.mechanism,
                   {.hash = &example.hash, .nonce = example.server_nonce, .fake_secret = "secret"});
    const Users users = {.keys = {{"user", MakeScramKeys(example.hash, "pencil",
                                                         *DecodeBase64(example.salt), 4096)}}};
    const Outcome outcome = Talk(*client, *server, users);
    EXPECT_TRUE(outcome.succeeded());
    EXPECT_EQ(outcome.said, example.said);
  }
}

class ScramServerTest : public ::testing::Test {
 protected:
  // The server after the client's first message, with its questions answered.
  ServerEvent First(Mechanism mechanism, std::string_view message) {
    server_ = MakeServer(mechanism, options_);
    return Settle(*server_, users_, server_->Next(message));
  }
  FailureReason ReasonOf(const ServerEvent& event) {
    EXPECT_TRUE(std::holds_alternative<Failed>(event));
    return std::holds_alternative<Failed>(event) ? std::get<Failed>(event).reason
                                                 : FailureReason::kTooLong;
  }

  ServerOptions options_ = {.channel_bindings = {.tls_exporter = "exported"},
                            .hash = &Sha256(),
                            .nonce = "servernonce",
                            .fake_secret = "secret"};
  Users users_ = {.keys = {{"alice", MakeScramKeys(Sha256(), "pencil", "salt", 4096)}}};
  std::unique_ptr<ServerMechanism> server_;
};

TEST_F(ScramServerTest, AsksForAResponseThatDidNotCome) {
  server_ = MakeServer(Mechanism::kScramSha256, options_);
  EXPECT_EQ(std::get<Challenge>(server_->Next(std::nullopt)).octets, "");
  EXPECT_TRUE(std::holds_alternative<ScramKeysWanted>(server_->Next("n,,n=alice,r=nonce")));
}

TEST_F(ScramServerTest, AnUnknownUserGetsASaltTooAndTheSameEachTime) {
  const ServerEvent first = First(Mechanism::kScramSha256, "n,,n=nobody,r=nonce");
  const std::string challenge = std::get<Challenge>(first).octets;
  EXPECT_TRUE(challenge.starts_with("r=nonceservernonce,s="));
  EXPECT_TRUE(challenge.ends_with(",i=4096"));
  EXPECT_EQ(std::get<Challenge>(First(Mechanism::kScramSha256, "n,,n=nobody,r=nonce")).octets,
            challenge);
  EXPECT_EQ(
      ReasonOf(server_->Next("c=biws,r=nonceservernonce,p=" + EncodeBase64(std::string(32, 'x')))),
      FailureReason::kCredentials);
}

TEST_F(ScramServerTest, RefusesADowngrade) {
  options_.offers_channel_binding = true;
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "y,,n=alice,r=nonce")),
            FailureReason::kChannelBinding);
  options_.offers_channel_binding = false;
  EXPECT_TRUE(
      std::holds_alternative<Challenge>(First(Mechanism::kScramSha256, "y,,n=alice,r=nonce")));
}

TEST_F(ScramServerTest, WantsABindingWithPlusAndNoneWithout) {
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "p=tls-exporter,,n=alice,r=nonce")),
            FailureReason::kChannelBinding);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256Plus, "n,,n=alice,r=nonce")),
            FailureReason::kChannelBinding);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256Plus, "p=tls-unique,,n=alice,r=nonce")),
            FailureReason::kChannelBinding);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256Plus, "p=tls-server-end-point,,n=alice,r=nonce")),
            FailureReason::kChannelBinding)
      << "it is not there";
  EXPECT_TRUE(std::holds_alternative<Challenge>(
      First(Mechanism::kScramSha256Plus, "p=tls-exporter,,n=alice,r=nonce")));
}

TEST_F(ScramServerTest, RefusesBadFirstMessages) {
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "")), FailureReason::kMalformed);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "n,,m=x,n=alice,r=nonce")),
            FailureReason::kUnsupported);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "n,,n=al\nice,r=nonce")),
            FailureReason::kBadName);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "n,a=b\nb,n=alice,r=nonce")),
            FailureReason::kBadName);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "n,a==,n=alice,r=nonce")),
            FailureReason::kMalformed);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, "n,,n=alice,r=" + std::string(510, 'x'))),
            FailureReason::kTooLong);
  EXPECT_EQ(ReasonOf(First(Mechanism::kScramSha256, std::string(kLongestResponseOctets + 1, 'x'))),
            FailureReason::kTooLong);
}

TEST_F(ScramServerTest, RefusesAnotherNonce) {
  First(Mechanism::kScramSha256, "n,,n=alice,r=nonce");
  EXPECT_EQ(ReasonOf(server_->Next("c=biws,r=nonceservernoncf,p=cHJvb2Y=")),
            FailureReason::kMalformed);
}

TEST_F(ScramServerTest, RefusesAnotherHeaderThanTheFirst) {
  First(Mechanism::kScramSha256, "n,,n=alice,r=nonce");
  EXPECT_EQ(ReasonOf(server_->Next("c=eSws,r=nonceservernonce,p=cHJvb2Y=")),
            FailureReason::kChannelBinding);
}

TEST_F(ScramServerTest, RefusesAProofOfAnotherSize) {
  First(Mechanism::kScramSha256, "n,,n=alice,r=nonce");
  EXPECT_EQ(ReasonOf(server_->Next("c=biws,r=nonceservernonce,p=cHJvb2Y=")),
            FailureReason::kCredentials);
}

TEST_F(ScramServerTest, ActsAsAnotherOnlyByPermission) {
  for (const bool may : {false, true}) {
    if (may) users_.may_act_as = {{"alice", "bob"}};
    const auto client = MakeClient(Mechanism::kScramSha256, {.user = "alice",
                                                             .password = "pencil",
                                                             .authorization = "bob",
                                                             .hash = &Sha256(),
                                                             .nonce = "nonce"});
    const auto server = MakeServer(Mechanism::kScramSha256, options_);
    const Outcome outcome = Talk(*client, *server, users_);
    EXPECT_EQ(outcome.succeeded(), may);
    if (may) EXPECT_EQ(outcome.identity.authorization, "bob");
    if (!may) EXPECT_EQ(outcome.reason, FailureReason::kAuthorization);
  }
}

}  // namespace
}  // namespace ringpost::sasl
