// Authentication: one AUTH exchange (RFC 4954). Runs the mechanism of sasl/, asks the Authenticator
// what the mechanism asks, and says what to answer the client.
//
//   Authentication exchange(environment, authenticator, mechanism, bindings, offers_binding);
//   AuthenticationStep step = co_await exchange.Next(context, initial_response);
//   while (step.challenge) {
//     session.AnswerChallenge(*step.challenge);  // and the client responds
//     step = co_await exchange.Next(context, response);
//   }
//   session.AnswerAuth(*step.reply);             // 235: step.identity is who it is
//
// An exchange that the client cancels is destroyed; it counts neither as a success nor as a
// failure, for the client learnt nothing by it.
//
// Errors: all that is wrong with credentials, unknown users among it, is one reply, 535 5.7.8. What
// the Authenticator cannot tell is 454 4.7.0, and so are a deadline that has passed and a client
// that is blocked (authentication_throttle.h). Limits: sasl/server.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/authenticator.h"
#include "ringpost/sasl/channel_binding.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/sasl/server.h"
#include "ringpost/server/authentication_throttle.h"
#include "ringpost/server/options.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::server {

// What the exchanges of all shards share.
struct SharedAuthentication {
  SharedAuthentication();

  AuthenticationThrottle throttle;
  const std::string fake_secret;  // where the options have none
};

// What the exchanges of a shard share.
struct AuthenticationEnvironment {
  SharedAuthentication& shared;
  AuthenticationOptions options = {};  // for exchanges that begin from now on
};

// Exactly one of challenge and reply is there.
struct AuthenticationStep {
  std::optional<std::string> challenge = {};
  std::optional<smtp::Reply> reply = {};
  sasl::Identity identity = {};  // when the reply is 235
  // For the log, when the reply is another: "credentials", "malformed", "blocked", ...
  std::string_view reason = {};
};

class Authentication {
 public:
  // `offers_channel_binding`: the client was offered a -PLUS mechanism. `peer_certificate`, for
  // EXTERNAL, is DER and verified, and outlives the exchange. CHECKs that a -PLUS mechanism has a
  // binding.
  Authentication(AuthenticationEnvironment& environment,
                 std::shared_ptr<hooks::Authenticator> authenticator, sasl::Mechanism mechanism,
                 sasl::ChannelBindings channel_bindings, bool offers_channel_binding,
                 std::string_view peer_certificate = {});

  // The client's response: the initial one first (nullopt: none came), then one to each challenge.
  // CHECKs that none comes after the reply.
  Task<AuthenticationStep> Next(const hooks::Context& context,
                                std::optional<std::string_view> response);

  // Whom the client claims to be; empty while it has not said. For the log.
  std::string_view claimed_user() const { return claimed_user_; }

 private:
  using Answer = absl::StatusOr<sasl::ServerAnswer>;

  // One for each question of a mechanism.
  Task<Answer> On(const hooks::Context& context, const sasl::PasswordOffered& offered);
  Task<Answer> On(const hooks::Context& context, const sasl::ScramKeysWanted& wanted);
  Task<Answer> On(const hooks::Context& context, const sasl::TokenOffered& offered);
  Task<Answer> On(const hooks::Context& context, const sasl::ExternalOffered& offered);
  Task<Answer> On(const hooks::Context& context, const sasl::AuthorizationWanted& wanted);
  // These are no questions: Next() takes them.
  Task<Answer> On(const hooks::Context& context, const sasl::Challenge& challenge);
  Task<Answer> On(const hooks::Context& context, const sasl::Succeeded& succeeded);
  Task<Answer> On(const hooks::Context& context, const sasl::Failed& failed);

  Task<absl::Status> BeginAttempt(const hooks::Context& context, std::string_view user);
  AuthenticationStep Succeed(const hooks::Context& context, sasl::Identity identity);
  AuthenticationStep Fail(const hooks::Context& context, sasl::FailureReason reason);
  AuthenticationStep GiveUp(const absl::Status& status);

  AuthenticationEnvironment& environment_;
  const std::shared_ptr<hooks::Authenticator> authenticator_;
  const std::unique_ptr<sasl::ServerMechanism> mechanism_;
  const std::string_view peer_certificate_;
  std::optional<AuthenticationThrottle::Attempt> attempt_;
  std::string claimed_user_;
  std::string authenticated_user_;  // as the Authenticator spells it
  bool is_over_ = false;
};

// All of them, in the order in which they are offered.
std::span<const sasl::Mechanism> MechanismsStrongestFirst();

// What AUTH offers, strongest first, separated by spaces: of what the Authenticator can serve what
// the policy allows on this connection. Empty: nothing, and AUTH itself is not offered.
std::string OfferedMechanisms(const hooks::AuthenticatorAbilities& abilities,
                              const MechanismPolicy& policy, bool is_secure,
                              bool has_channel_binding, bool has_client_certificate);

}  // namespace ringpost::server
