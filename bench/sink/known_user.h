// KnownUser: the one user whose logins a sink takes. Login: one AUTH exchange with it.
//
//   const KnownUser user("me", "secret");
//   Login login(user, mechanism, bindings, /*offers_channel_binding=*/true);
//   Login::Step step = login.Next(initial_response);    // nullopt: none came
//   while (step.challenge) { send it; step = login.Next(the response); }
//   ... *step.reply
//
// Takes every mechanism of sasl/ but EXTERNAL; the password is the bearer token, too.
// Ownership: the user outlives its logins. Threads: a KnownUser does not change; a Login is one's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/sasl/channel_binding.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/sasl/scram_keys.h"
#include "ringpost/sasl/server.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::sink {

class KnownUser {
 public:
  // Takes milliseconds of CPU: what SCRAM needs is derived once.
  KnownUser(std::string name, std::string password);

  const std::string& name() const { return name_; }
  const std::string& password() const { return password_; }
  const sasl::ScramKeys& scram_keys(sasl::Mechanism mechanism) const;

 private:
  const std::string name_;
  const std::string password_;
  const sasl::ScramKeys sha1_;
  const sasl::ScramKeys sha256_;
};

// For ServerSession::OfferMechanisms().
std::string OfferedMechanisms(bool has_channel_binding);

class Login {
 public:
  // Exactly one of the two.
  struct Step {
    std::optional<std::string> challenge = {};
    std::optional<smtp::Reply> reply = {};  // the last
  };

  Login(const KnownUser& user, sasl::Mechanism mechanism, sasl::ChannelBindings bindings);

  Step Next(std::optional<std::string_view> response);

 private:
  sasl::ServerAnswer AnswerTo(const sasl::PasswordOffered& event) const;
  sasl::ServerAnswer AnswerTo(const sasl::ScramKeysWanted& event) const;
  sasl::ServerAnswer AnswerTo(const sasl::TokenOffered& event) const;
  sasl::ServerAnswer AnswerTo(const sasl::ExternalOffered& event) const;
  sasl::ServerAnswer AnswerTo(const sasl::AuthorizationWanted& event) const;

  const KnownUser& user_;
  const std::unique_ptr<sasl::ServerMechanism> machine_;
};

}  // namespace ringpost::sink
