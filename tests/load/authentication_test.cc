#include "load/authentication.h"

#include "gtest/gtest.h"
#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"
#include "sink/known_user.h"

namespace ringpost::load {
namespace {

using sasl::Mechanism;

const sink::KnownUser& User() {
  static const sink::KnownUser user("me", "pencil");
  return user;
}

constexpr std::string_view kBinding = "of this connection";

Credentials With(Mechanism mechanism, std::string password = "pencil") {
  return {.mechanism = mechanism, .user = "me", .password = std::move(password)};
}

// What it comes to between the two.
struct Outcome {
  int code = 0;
  bool is_complete = false;
  std::string command = {};
};

std::string_view WithoutLineEnd(std::string_view line) { return line.substr(0, line.size() - 2); }

Outcome Authenticate(const Credentials& credentials, std::string_view server_binding = kBinding) {
  auto client = Authentication::Begin(credentials, {.tls_exporter = std::string(kBinding)});
  EXPECT_TRUE(client.has_value());
  sink::Login login(User(), credentials.mechanism, {.tls_exporter = std::string(server_binding)});
  Outcome outcome = {.command = client->CommandLine()};
  const std::string prefix = Concat("AUTH ", sasl::MechanismName(credentials.mechanism));
  EXPECT_TRUE(outcome.command.starts_with(prefix));
  std::optional<std::string> response;
  const std::string_view rest = WithoutLineEnd(outcome.command).substr(prefix.size());
  if (!rest.empty()) response = DecodeBase64(rest.substr(1));
  for (;;) {
    const sink::Login::Step step = login.Next(response);
    if (step.reply.has_value()) {
      outcome.code = step.reply->code();
      outcome.is_complete = client->is_complete();
      return outcome;
    }
    const auto line = client->ResponseLine(EncodeBase64(*step.challenge));
    if (!line.has_value()) return outcome;
    response = DecodeBase64(WithoutLineEnd(*line));
  }
}

TEST(Authentication, EveryMechanismLogsIn) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    if (mechanism == Mechanism::kExternal) continue;
    const Outcome outcome = Authenticate(With(mechanism));
    EXPECT_EQ(outcome.code, 235) << sasl::MechanismName(mechanism);
    EXPECT_TRUE(outcome.is_complete) << sasl::MechanismName(mechanism);
  }
}

TEST(Authentication, AWrongPasswordIsRefusedByEach) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    if (mechanism == Mechanism::kExternal) continue;
    EXPECT_EQ(Authenticate(With(mechanism, "wrong")).code, 535) << sasl::MechanismName(mechanism);
  }
}

TEST(Authentication, ABindingOfAnotherConnectionIsRefused) {
  EXPECT_EQ(Authenticate(With(Mechanism::kScramSha256Plus), "of another").code, 535);
}

TEST(Authentication, WhatBindsTheChannelNeedsOne) {
  EXPECT_FALSE(Authentication::Begin(With(Mechanism::kScramSha256Plus), {}).has_value());
  EXPECT_TRUE(Authentication::Begin(With(Mechanism::kScramSha256), {}).has_value());
}

TEST(Authentication, ALongTokenWaitsForTheChallenge) {
  const std::string token(2000, 'x');
  auto client = Authentication::Begin(With(Mechanism::kOauthBearer, token), {});
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ(client->CommandLine(), "AUTH OAUTHBEARER\r\n");
  const auto line = client->ResponseLine("");
  ASSERT_TRUE(line.has_value());
  EXPECT_NE(DecodeBase64(WithoutLineEnd(*line))->find(token), std::string::npos);
}

TEST(Authentication, AChallengeThatCannotBeRightEndsIt) {
  for (const char* const challenge : {"not base64", "", "cj14LHM9eCxpPTE="}) {
    auto client = Authentication::Begin(With(Mechanism::kScramSha256), {});
    client->CommandLine();
    EXPECT_FALSE(client->ResponseLine(challenge).has_value()) << challenge;
  }
}

TEST(Authentication, KnowsWhatAMechanismCannotSay) {
  EXPECT_TRUE(CanSay(With(Mechanism::kPlain)));
  EXPECT_TRUE(CanSay(With(Mechanism::kScramSha1Plus)));
  EXPECT_FALSE(CanSay({.mechanism = Mechanism::kPlain, .user = "", .password = "x"}));
  EXPECT_FALSE(CanSay({.mechanism = Mechanism::kScramSha256, .user = "a\nb", .password = "x"}));
}

}  // namespace
}  // namespace ringpost::load
