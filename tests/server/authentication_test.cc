#include "ringpost/server/authentication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"
#include "ringpost/sasl/client.h"
#include "ringpost/testing/run_task.h"
#include "ringpost/testing/simulated_reactor.h"

namespace ringpost::server {
namespace {

using sasl::Mechanism;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RunTask;

constexpr std::string_view kWrong = "535 Authentication credentials invalid";
constexpr std::string_view kBlocked = "454 Too many failed logins, try again later";
constexpr std::string_view kUnavailable = "454 Temporary authentication failure, try again later";

const HashFunctions& HashOf(Mechanism mechanism) {
  const bool is_sha1 = mechanism == Mechanism::kScramSha1 || mechanism == Mechanism::kScramSha1Plus;
  return crypto::HashFunctionsOf(is_sha1 ? crypto::HashAlgorithm::kSha1
                                         : crypto::HashAlgorithm::kSha256);
}

// Knows alice, whose password is "pencil", whose token is "letter", and who is "Alice" to hooks.
class ScriptedAuthenticator final : public hooks::Authenticator {
 public:
  absl::Status status;                 // of every answer
  absl::Duration length;               // that an answer takes
  std::vector<std::string> questions;  // in order

  hooks::AuthenticatorAbilities abilities() const override {
    return {.passwords = true,
            .scram_sha1 = true,
            .scram_sha256 = true,
            .tokens = true,
            .certificates = true,
            .scram_iteration_count = 5000};
  }

  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context& context, std::string_view user,
                                            std::string_view password) override {
    return Answer(context, Concat("password of ", user), user == "alice" && password == "pencil");
  }

  Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> OnScram(const hooks::Context& context,
                                                               std::string_view user,
                                                               Mechanism mechanism) override {
    hooks::AuthenticatedUser answer =
        co_await Answer(context, Concat("keys of ", user), user == "alice");
    if (!answer.ok()) co_return answer.status();
    if (!answer->has_value()) co_return std::nullopt;
    co_return sasl::MakeScramKeys(HashOf(mechanism), "pencil", "salt of alice", 5000);
  }

  Task<hooks::AuthenticatedUser> OnToken(const hooks::Context& context,
                                         const sasl::TokenOffered& offered) override {
    return Answer(context, Concat("token of ", offered.user), offered.token == "letter");
  }

  Task<hooks::AuthenticatedUser> OnCertificate(const hooks::Context& context,
                                               std::string_view certificate,
                                               std::string_view) override {
    return Answer(context, Concat("certificate ", certificate), certificate == "DER of alice");
  }

  Task<absl::StatusOr<bool>> MayActAs(const hooks::Context&, std::string_view authentication,
                                      std::string_view authorization) override {
    questions.push_back(Concat("may ", authentication, " be ", authorization));
    if (!status.ok()) return ReadyTask(absl::StatusOr<bool>(status));
    return ReadyTask(absl::StatusOr<bool>(authorization == "sales"));
  }

 private:
  Task<hooks::AuthenticatedUser> Answer(const hooks::Context& context, std::string question,
                                        bool is_right) {
    questions.push_back(std::move(question));
    if (length > absl::ZeroDuration()) {
      static_cast<void>(co_await io::Sleep(context.shard, length, {}));
    }
    if (!status.ok()) co_return status;
    co_return is_right ? std::optional<std::string>("Alice") : std::nullopt;
  }
};

class AuthenticationTest : public ::testing::Test {
 protected:
  struct Login {
    std::string user = "alice";
    std::string password = "pencil";
    std::string authorization = {};
    sasl::ChannelBindings client_bindings = {.tls_exporter = "of this connection"};
    bool is_initial = true;  // AUTH with an initial response
    std::string certificate = "DER of alice";
  };

  struct Outcome {
    std::string reply = {};
    sasl::Identity identity = {};
    std::string reason = {};
    bool client_is_content = false;
  };

  std::unique_ptr<Authentication> Begin(Mechanism mechanism, std::string_view certificate = {}) {
    return std::make_unique<Authentication>(
        environment_, authenticator_, mechanism,
        sasl::ChannelBindings{.tls_exporter = "of this connection"},
        /*offers_channel_binding=*/sasl::BindsChannel(mechanism), certificate);
  }

  AuthenticationStep Next(Authentication& exchange, std::optional<std::string_view> response) {
    const hooks::SessionView session = {.id = "session",
                                        .client = client_,
                                        .server = server_,
                                        .connected_at = absl::UnixEpoch(),
                                        .protocol = smtp::Protocol::kSmtp,
                                        .hello_name = "client.example",
                                        .protocol_keyword = "ESMTPS"};
    const hooks::Context context = {
        shard_, session, {.deadline = shard_.Now() + hook_time_, .cancel = cancel_.token()}};
    return RunTask(shard_, exchange.Next(context, response));
  }

  static std::string TextOf(const AuthenticationStep& step) {
    return step.reply.has_value() ? Concat(step.reply->code(), ' ', step.reply->text())
                                  : Concat("334 ", *step.challenge);
  }

  Outcome Do(Mechanism mechanism, const Login& login) {
    const auto client =
        sasl::MakeClient(mechanism, {.user = login.user,
                                     .password = login.password,
                                     .authorization = login.authorization,
                                     .channel_bindings = login.client_bindings,
                                     .server_offers_channel_binding = sasl::BindsChannel(mechanism),
                                     .hash = &HashOf(mechanism),
                                     .nonce = "fyko+d2lbbFgONRv9qkxdawL"});
    const auto exchange = Begin(mechanism, login.certificate);
    std::optional<std::string> response = client->InitialResponse();
    AuthenticationStep step;
    if (!login.is_initial && response.has_value()) {
      step = Next(*exchange, std::nullopt);
      EXPECT_EQ(TextOf(step), "334 ");
    }
    step = Next(*exchange, response);
    while (step.challenge.has_value()) {
      EXPECT_FALSE(step.reply.has_value());
      response = client->Next(*step.challenge);
      if (!response.has_value()) return {.reply = "cancelled by the client"};
      step = Next(*exchange, response);
    }
    return {.reply = TextOf(step),
            .identity = step.identity,
            .reason = std::string(step.reason),
            .client_is_content = client->is_complete()};
  }

  Outcome Do(Mechanism mechanism) { return Do(mechanism, Login()); }

  testing::SimulatedDisk disk_;
  testing::SimulatedReactor reactor_{{}, disk_};
  io::Shard shard_{reactor_, 0, 1};
  CancelSource cancel_;
  absl::Duration hook_time_ = absl::Seconds(20);
  io::SocketAddress client_ = *io::ParseSocketAddress("192.0.2.1:1024");
  io::SocketAddress server_ = *io::ParseSocketAddress("192.0.2.25:587");
  SharedAuthentication shared_;
  AuthenticationEnvironment environment_{.shared = shared_};
  std::shared_ptr<ScriptedAuthenticator> authenticator_ = std::make_shared<ScriptedAuthenticator>();
};

bool IsToken(Mechanism mechanism) {
  return mechanism == Mechanism::kOauthBearer || mechanism == Mechanism::kXoauth2;
}
std::string PasswordOf(Mechanism mechanism) { return IsToken(mechanism) ? "letter" : "pencil"; }
// Whom a token belongs to the client says as an authorization identity, as the hooks spell it.
std::string NameOf(Mechanism mechanism) { return IsToken(mechanism) ? "Alice" : "alice"; }

TEST_F(AuthenticationTest, EveryMechanismTellsWhoItIs) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    for (const bool is_initial : {true, false}) {
      const Outcome outcome = Do(
          mechanism,
          {.user = NameOf(mechanism), .password = PasswordOf(mechanism), .is_initial = is_initial});
      EXPECT_EQ(outcome.reply, "235 Authentication succeeded") << sasl::MechanismName(mechanism);
      EXPECT_TRUE(outcome.client_is_content) << sasl::MechanismName(mechanism);
      EXPECT_EQ(outcome.identity.authentication, sasl::IsScram(mechanism) ? "alice" : "Alice");
      EXPECT_EQ(outcome.identity.authorization, outcome.identity.authentication);
      EXPECT_EQ(outcome.reason, "");
    }
  }
}

TEST_F(AuthenticationTest, NoMechanismTellsWhatIsWrong) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    environment_.options.throttle = {.failures_per_account = 0, .failures_per_client = 0};
    for (const std::string_view user : {"alice", "nobody"}) {
      const Outcome outcome =
          Do(mechanism,
             {.user = std::string(user), .password = "rubber", .certificate = "DER of a stranger"});
      EXPECT_EQ(outcome.reply, kWrong) << sasl::MechanismName(mechanism) << " of " << user;
      EXPECT_EQ(outcome.reason, "credentials");
      EXPECT_EQ(outcome.identity.authentication, "");
    }
  }
}

TEST_F(AuthenticationTest, AnUnknownUserIsAskedForAsAKnownOne) {
  Do(Mechanism::kPlain, {.password = "rubber"});
  Do(Mechanism::kPlain, {.user = "nobody", .password = "rubber"});
  Do(Mechanism::kScramSha256, {.password = "rubber"});
  Do(Mechanism::kScramSha256, {.user = "nobody", .password = "rubber"});
  EXPECT_THAT(authenticator_->questions, ElementsAre("password of alice", "password of nobody",
                                                     "keys of alice", "keys of nobody"));
}

TEST_F(AuthenticationTest, AnUnknownUserHasTheSameSaltEachTime) {
  const auto challenge = [&](std::string_view user) {
    const auto exchange = Begin(Mechanism::kScramSha256);
    const std::string said = TextOf(Next(*exchange, Concat("n,,n=", user, ",r=abcdefghijklmnop")));
    return said.substr(said.find(",s="));
  };
  EXPECT_EQ(challenge("nobody"), challenge("nobody"));
  EXPECT_NE(challenge("nobody"), challenge("nemo"));
  EXPECT_THAT(challenge("nobody"), HasSubstr(",i=5000"));
  EXPECT_THAT(challenge("alice"), HasSubstr(",i=5000"));
  // Another server, or this one after a restart, unless it was given a secret.
  const std::string before = challenge("nobody");
  SharedAuthentication restarted;
  AuthenticationEnvironment environment{.shared = restarted};
  Authentication exchange(environment, authenticator_, Mechanism::kScramSha256, {}, false);
  EXPECT_THAT(TextOf(Next(exchange, "n,,n=nobody,r=abcdefghijklmnop")),
              ::testing::Not(HasSubstr(before)));
}

TEST_F(AuthenticationTest, ASecretOfTheOptionsOutlivesARestart) {
  const auto salt = [&] {
    SharedAuthentication restarted;
    AuthenticationEnvironment environment{.shared = restarted,
                                          .options = {.fake_secret = "of a file"}};
    Authentication exchange(environment, authenticator_, Mechanism::kScramSha256, {}, false);
    const std::string said = TextOf(Next(exchange, "n,,n=nobody,r=abcdefghijklmnop"));
    return said.substr(said.find(",s="));
  };
  EXPECT_EQ(salt(), salt());
}

TEST_F(AuthenticationTest, EachExchangeHasANonceOfItsOwn) {
  const auto first = Begin(Mechanism::kScramSha256);
  const auto second = Begin(Mechanism::kScramSha256);
  EXPECT_NE(TextOf(Next(*first, "n,,n=alice,r=abcdefghijklmnop")),
            TextOf(Next(*second, "n,,n=alice,r=abcdefghijklmnop")));
}

TEST_F(AuthenticationTest, ActsAsAnotherWhoseLeaveItHas) {
  const Outcome outcome = Do(Mechanism::kPlain, {.authorization = "sales"});
  EXPECT_EQ(outcome.reply, "235 Authentication succeeded");
  EXPECT_EQ(outcome.identity.authentication, "Alice");
  EXPECT_EQ(outcome.identity.authorization, "sales");
  EXPECT_THAT(authenticator_->questions, ElementsAre("password of alice", "may Alice be sales"));
}

TEST_F(AuthenticationTest, DoesNotActAsAnotherWithoutLeave) {
  const Outcome outcome = Do(Mechanism::kScramSha256, {.authorization = "root"});
  EXPECT_EQ(outcome.reply, kWrong);
  EXPECT_EQ(outcome.reason, "authorization");
}

TEST_F(AuthenticationTest, TheNameThatHooksKnowIsNobodyElse) {
  const Outcome outcome = Do(Mechanism::kPlain, {.authorization = "Alice"});
  EXPECT_EQ(outcome.identity.authorization, "Alice");
  EXPECT_THAT(authenticator_->questions, ElementsAre("password of alice"));
}

TEST_F(AuthenticationTest, RefusesTheBindingOfAnotherConnection) {
  const Outcome outcome = Do(Mechanism::kScramSha256Plus,
                             {.client_bindings = {.tls_exporter = "of the man in the middle"}});
  EXPECT_EQ(outcome.reply, kWrong);
  EXPECT_EQ(outcome.reason, "channel-binding");
}

TEST_F(AuthenticationTest, ExternalNeedsACertificate) {
  EXPECT_EQ(Do(Mechanism::kExternal, {.certificate = ""}).reply, kWrong);
  EXPECT_TRUE(authenticator_->questions.empty());
}

TEST_F(AuthenticationTest, TellsAClientThatItSpeaksNoSasl) {
  EXPECT_EQ(TextOf(Next(*Begin(Mechanism::kPlain), "no NUL")),
            "501 Malformed authentication response");
  EXPECT_EQ(TextOf(Next(*Begin(Mechanism::kScramSha256), "nonsense")),
            "501 Malformed authentication response");
  EXPECT_EQ(TextOf(Next(*Begin(Mechanism::kPlain), std::string(20'000, 'a'))),
            "500 Authentication response too long");
  EXPECT_TRUE(authenticator_->questions.empty());
}

TEST_F(AuthenticationTest, SaysWhoIsClaimed) {
  const auto exchange = Begin(Mechanism::kLogin);
  Next(*exchange, "alice");
  Next(*exchange, "rubber");
  EXPECT_EQ(exchange->claimed_user(), "alice");
}

TEST_F(AuthenticationTest, WhatNobodyKnowsIsTemporary) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    authenticator_->status = absl::UnavailableError("the database at db.internal is gone");
    EXPECT_EQ(Do(mechanism, {.password = PasswordOf(mechanism)}).reply, kUnavailable);
    authenticator_->status = absl::ResourceExhaustedError("");
    EXPECT_EQ(Do(mechanism, {.password = PasswordOf(mechanism)}).reply,
              "454 Too many logins, try again later");
  }
}

TEST_F(AuthenticationTest, AnAnswerBehindTheDeadlineIsNone) {
  authenticator_->length = hook_time_ + absl::Seconds(1);
  EXPECT_EQ(Do(Mechanism::kPlain).reply, kUnavailable);
  EXPECT_EQ(Do(Mechanism::kPlain, {.password = "rubber"}).reply, kUnavailable);
}

TEST_F(AuthenticationTest, FailuresOfOursAreNotTheClients) {
  authenticator_->status = absl::UnavailableError("");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Do(Mechanism::kPlain).reply, kUnavailable);
  authenticator_->status = absl::OkStatus();
  EXPECT_EQ(Do(Mechanism::kPlain).reply, "235 Authentication succeeded");
}

TEST_F(AuthenticationTest, EveryMechanismIsBlockedAfterTooManyFailures) {
  for (const Mechanism mechanism : sasl::kAllMechanisms) {
    client_.ip = io::IpAddress::V4(0xc0000200u + static_cast<uint32_t>(mechanism));
    environment_.options.throttle.failures_per_account = 3;
    environment_.options.throttle.failures_per_client = 3;
    const Login wrong = {.password = "rubber", .certificate = "DER of a stranger"};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Do(mechanism, wrong).reply, kWrong);
    const Outcome outcome = Do(mechanism, {.password = PasswordOf(mechanism)});
    EXPECT_EQ(outcome.reply, kBlocked) << sasl::MechanismName(mechanism);
    EXPECT_EQ(outcome.reason, "blocked");
  }
}

TEST_F(AuthenticationTest, ABlockedClientIsNotLookedAt) {
  environment_.options.throttle.failures_per_account = 1;
  Do(Mechanism::kPlain, {.password = "rubber"});
  authenticator_->questions.clear();
  EXPECT_EQ(Do(Mechanism::kPlain).reply, kBlocked);
  EXPECT_TRUE(authenticator_->questions.empty());
}

TEST_F(AuthenticationTest, TheReplyToABlockedClientDoesNotTellWhetherTheUserExists) {
  environment_.options.throttle.failures_per_account = 1;
  for (const char* const user : {"alice", "nobody"}) {
    EXPECT_EQ(Do(Mechanism::kPlain, {.user = user, .password = "rubber"}).reply, kWrong);
    EXPECT_EQ(Do(Mechanism::kPlain, {.user = user, .password = "rubber"}).reply, kBlocked);
  }
}

// The client hears that the token is refused before the reply, and may leave then.
TEST_F(AuthenticationTest, ARefusedTokenCountsEvenWhenTheClientLeaves) {
  environment_.options.throttle.failures_per_client = 3;
  for (int i = 0; i < 3; ++i) {
    const auto exchange = Begin(Mechanism::kXoauth2);
    EXPECT_TRUE(Next(*exchange,
                     "user=alice\x01"
                     "auth=Bearer guess\x01\x01")
                    .challenge.has_value());
  }
  EXPECT_EQ(Do(Mechanism::kXoauth2, {.password = "letter"}).reply, kBlocked);
}

TEST_F(AuthenticationTest, AnExchangeThatIsCancelledCountsAsNothing) {
  for (int i = 0; i < 100; ++i) {
    const auto exchange = Begin(Mechanism::kScramSha256);
    EXPECT_TRUE(Next(*exchange, "n,,n=alice,r=abcdefghijklmnop").challenge.has_value());
  }
  EXPECT_EQ(Do(Mechanism::kScramSha256).reply, "235 Authentication succeeded");
}

TEST_F(AuthenticationTest, WaitsBeforeItLooks) {
  environment_.options.throttle = {.undelayed_failures = 0, .first_delay = absl::Seconds(4)};
  Do(Mechanism::kPlain, {.password = "rubber"});
  const Instant before = shard_.Now();
  Do(Mechanism::kPlain);
  EXPECT_GE(shard_.Now() - before, absl::Seconds(4));  // of virtual time
}

TEST_F(AuthenticationTest, TheClientsEndEndsTheWait) {
  environment_.options.throttle = {.undelayed_failures = 0, .first_delay = absl::Seconds(4)};
  Do(Mechanism::kPlain, {.password = "rubber"});
  authenticator_->questions.clear();
  cancel_.Request();
  EXPECT_EQ(Do(Mechanism::kPlain).reply, kUnavailable);
  EXPECT_TRUE(authenticator_->questions.empty());
}

// --- OfferedMechanisms
// ------------------------------------------------------------------------------------------------

constexpr hooks::AuthenticatorAbilities kEverything = {.passwords = true,
                                                       .scram_sha1 = true,
                                                       .scram_sha256 = true,
                                                       .tokens = true,
                                                       .certificates = true};

TEST(OfferedMechanisms, StrongestFirst) {
  EXPECT_EQ(OfferedMechanisms(kEverything, {}, true, true, true),
            "EXTERNAL SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER "
            "XOAUTH2 PLAIN LOGIN");
}

TEST(OfferedMechanisms, NothingWithoutTls) {
  EXPECT_EQ(OfferedMechanisms(kEverything, {}, false, false, false), "");
}

TEST(OfferedMechanisms, WithoutTlsWhatThePolicyAllows) {
  EXPECT_EQ(OfferedMechanisms(kEverything, {.allows_scram_without_tls = true}, false, false, false),
            "SCRAM-SHA-256 SCRAM-SHA-1");
  EXPECT_EQ(
      OfferedMechanisms(kEverything, {.allows_plaintext_without_tls = true}, false, false, false),
      "OAUTHBEARER XOAUTH2 PLAIN LOGIN");
}

TEST(OfferedMechanisms, NoBindingWithoutAChannelAndNoExternalWithoutACertificate) {
  EXPECT_EQ(OfferedMechanisms(kEverything, {}, true, false, false),
            "SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN");
}

TEST(OfferedMechanisms, OnlyWhatTheAuthenticatorServes) {
  EXPECT_EQ(OfferedMechanisms({.passwords = true}, {}, true, true, true), "PLAIN LOGIN");
  EXPECT_EQ(OfferedMechanisms({.scram_sha256 = true}, {}, true, true, true),
            "SCRAM-SHA-256-PLUS SCRAM-SHA-256");
  EXPECT_EQ(OfferedMechanisms({}, {}, true, true, true), "");
}

TEST(OfferedMechanisms, OnlyWhatIsAllowed) {
  const MechanismPolicy policy = {.allowed = {Mechanism::kPlain, Mechanism::kScramSha256}};
  EXPECT_EQ(OfferedMechanisms(kEverything, policy, true, true, true), "SCRAM-SHA-256 PLAIN");
}

}  // namespace
}  // namespace ringpost::server
