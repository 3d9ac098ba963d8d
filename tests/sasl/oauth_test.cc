#include "ringpost/sasl/internal/oauth.h"

#include "dialog.h"
#include "gtest/gtest.h"
#include "ringpost/base/base64.h"

namespace ringpost::sasl {
namespace {

constexpr char kToken[] = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

FailureReason ReasonOf(Mechanism mechanism, std::string_view message) {
  const auto server = MakeServer(mechanism, {});
  const ServerEvent event = server->Next(message);
  EXPECT_TRUE(std::holds_alternative<Failed>(event)) << message;
  return std::holds_alternative<Failed>(event) ? std::get<Failed>(event).reason
                                               : FailureReason::kUnsupported;
}

// RFC 7628 §4.1, for SMTP.
TEST(OauthBearer, KnowsTheExampleOfTheRfc) {
  const auto message = DecodeBase64(
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZG"
      "OWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
  ASSERT_TRUE(message);
  const auto server = MakeServer(Mechanism::kOauthBearer, {});
  const ServerEvent event = server->Next(*message);
  const auto* offer = std::get_if<TokenOffered>(&event);
  ASSERT_NE(offer, nullptr);
  EXPECT_EQ(offer->token, kToken);
  EXPECT_EQ(offer->user, "user@example.com");
  EXPECT_EQ(offer->host, "server.example.com");
  EXPECT_EQ(offer->port, "587");
  const ServerEvent success = server->Answer(AcceptedAs{"user@example.com"});
  EXPECT_EQ(std::get<Succeeded>(success).identity.authentication, "user@example.com");

  const auto client = MakeClient(Mechanism::kOauthBearer, {.user = "user@example.com",
                                                           .password = kToken,
                                                           .host = "server.example.com",
                                                           .port = "587"});
  EXPECT_EQ(client->InitialResponse(), message);
}

TEST(OauthBearer, TellsWhyATokenIsRefused) {
  const auto server = MakeServer(
      Mechanism::kOauthBearer,
      {.oauth_scope = "mail\"s", .openid_configuration_url = "https://example.com/openid"});
  server->Next(
      "n,a=alice,\x01"
      "auth=Bearer abc\x01\x01");
  EXPECT_EQ(
      std::get<Challenge>(server->Answer(Refused())).octets,
      R"({"status":"invalid_token","scope":"mails","openid-configuration":"https://example.com/openid"})");
  EXPECT_EQ(std::get<Failed>(server->Next("\x01")).reason, FailureReason::kCredentials);
}

TEST(OauthBearer, TheTokenDecidesWhoItIs) {
  const auto server = MakeServer(Mechanism::kOauthBearer, {});
  server->Next(
      "n,a=bob,\x01"
      "auth=Bearer abc\x01\x01");
  const ServerEvent event = server->Answer(AcceptedAs{"alice"});
  EXPECT_EQ(std::get<AuthorizationWanted>(event).authorization, "bob");
  EXPECT_EQ(std::get<Failed>(server->Answer(Refused())).reason, FailureReason::kAuthorization);
}

TEST(OauthBearer, NeedsNoUser) {
  const auto server = MakeServer(Mechanism::kOauthBearer, {});
  const ServerEvent event = server->Next(
      "n,,\x01"
      "auth=bearer abc\x01\x01");
  EXPECT_EQ(std::get<TokenOffered>(event).user, "");
  EXPECT_EQ(std::get<Succeeded>(server->Answer(AcceptedAs{"alice"})).identity.authorization,
            "alice");
}

TEST(OauthBearer, RefusesBrokenMessages) {
  for (const char* message : {"", "n,,", "n,,\x01", "n,,\x01\x01", "n,,auth=Bearer abc\x01\x01",
                              "n,,\x01"
                              "auth=Bearer abc\x01",
                              "n,,\x01"
                              "auth=Bearer abc",
                              "n,,\x01"
                              "auth=Bearer \x01\x01",
                              "n,,\x01"
                              "auth=Basic abc\x01\x01",
                              "n,,\x01"
                              "auth=Bearer a b\x01\x01",
                              "n,,\x01"
                              "auth=Bearer a=b\x01\x01",
                              "n,,\x01"
                              "auth=Bearer abc\x01"
                              "auth=Bearer def\x01\x01",
                              "n,,\x01"
                              "auth=Bearer abc\x01\x01x",
                              "n,a==,\x01"
                              "auth=Bearer abc\x01\x01",
                              "n,,\x01=x\x01"
                              "auth=Bearer abc\x01\x01"}) {
    EXPECT_EQ(ReasonOf(Mechanism::kOauthBearer, message), FailureReason::kMalformed) << message;
  }
  EXPECT_EQ(ReasonOf(Mechanism::kOauthBearer,
                     "p=tls-exporter,,\x01"
                     "auth=Bearer abc\x01\x01"),
            FailureReason::kChannelBinding);
  EXPECT_EQ(ReasonOf(Mechanism::kOauthBearer,
                     "n,a=a\nb,\x01"
                     "auth=Bearer abc\x01\x01"),
            FailureReason::kBadName);
  EXPECT_EQ(ReasonOf(Mechanism::kOauthBearer,
                     "n,,\x01host=a\nb\x01"
                     "auth=Bearer abc\x01\x01"),
            FailureReason::kBadName);
  EXPECT_EQ(ReasonOf(Mechanism::kOauthBearer, std::string(kLongestResponseOctets + 1, 'x')),
            FailureReason::kTooLong);
}

TEST(Xoauth2, IsReadAndWritten) {
  const std::string message =
      "user=someuser@example.com\x01"
      "auth=Bearer ya29.vF9dft4qmTc\x01\x01";
  const auto client = MakeClient(Mechanism::kXoauth2,
                                 {.user = "someuser@example.com", .password = "ya29.vF9dft4qmTc"});
  EXPECT_EQ(client->InitialResponse(), message);
  const auto server = MakeServer(Mechanism::kXoauth2, {});
  const ServerEvent event = server->Next(message);
  EXPECT_EQ(std::get<TokenOffered>(event).user, "someuser@example.com");
  EXPECT_EQ(std::get<TokenOffered>(event).token, "ya29.vF9dft4qmTc");
}

TEST(Xoauth2, TellsWhyATokenIsRefused) {
  const auto server = MakeServer(Mechanism::kXoauth2, {.oauth_scope = "https://mail.example.com/"});
  const auto client = MakeClient(Mechanism::kXoauth2, {.user = "alice", .password = "abc"});
  const Outcome outcome = Talk(*client, *server, {});
  EXPECT_FALSE(outcome.server_believes);
  EXPECT_FALSE(client->is_complete());
  ASSERT_EQ(outcome.said.size(), 3u);
  EXPECT_EQ(outcome.said[1],
            R"({"status":"401","schemes":"bearer","scope":"https://mail.example.com/"})");
  EXPECT_EQ(outcome.said[2], "");
}

TEST(Xoauth2, RefusesBrokenMessages) {
  for (const char* message : {"", "user=alice", "auth=Bearer abc\x01\x01", "user=alice\x01\x01",
                              "alice\x01"
                              "auth=Bearer abc\x01\x01"}) {
    EXPECT_EQ(ReasonOf(Mechanism::kXoauth2, message), FailureReason::kMalformed) << message;
  }
}

}  // namespace
}  // namespace ringpost::sasl
