// Authenticator: are these credentials good? Asked once for each question that a SASL mechanism
// has; which mechanisms AUTH offers follows from what the authenticator can answer.
//
//   struct Users : hooks::Authenticator {
//     hooks::AuthenticatorAbilities abilities() const override { return {.passwords = true}; }
//     Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context&, std::string_view user,
//                                               std::string_view password) override { ... }
//   };
//
// Names and passwords have been through SASLprep, have no control character, and are bounded
// (sasl/server.h). They are views, valid until the task ends.
//
// Errors: a Status, whichever it is, says that nobody knows: the client is told 454 and may try
// again. ResourceExhausted: too many ask at the same time. Wrong credentials are no error.
// Hashing a password blocks: do it by io::Offload(), never on the shard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/hooks/context.h"
#include "ringpost/sasl/mechanism.h"
#include "ringpost/sasl/scram_keys.h"
#include "ringpost/sasl/server.h"

namespace ringpost::hooks {

// The name of the user that the credentials belong to, as later hooks are to see it. nullopt: they
// are wrong, or there is no such user: who asks must not be able to tell which.
using AuthenticatedUser = absl::StatusOr<std::optional<std::string>>;

// The questions that an authenticator answers.
struct AuthenticatorAbilities {
  bool passwords = false;     // PLAIN, LOGIN
  bool scram_sha1 = false;    // SCRAM-SHA-1, SCRAM-SHA-1-PLUS
  bool scram_sha256 = false;  // SCRAM-SHA-256, SCRAM-SHA-256-PLUS
  bool tokens = false;        // OAUTHBEARER, XOAUTH2
  bool certificates = false;  // EXTERNAL, where the client showed one that is trusted

  // What most of its users' SCRAM keys have. It is told of users who are not there, so that it does
  // not give them away.
  uint32_t scram_iteration_count = sasl::kLeastScramIterations;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  virtual AuthenticatorAbilities abilities() const = 0;

  // Takes the same time for a user who is not there as for a wrong password.
  virtual Task<AuthenticatedUser> OnPassword(const Context&, std::string_view /*user*/,
                                             std::string_view /*password*/) {
    return ReadyTask<AuthenticatedUser>(std::nullopt);
  }

  // What is stored for SCRAM; nullopt: no such user, and the client gets the dialog of a real one
  // that ends in a refusal.
  virtual Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> OnScram(const Context&,
                                                                       std::string_view /*user*/,
                                                                       sasl::Mechanism) {
    return ReadyTask<absl::StatusOr<std::optional<sasl::ScramKeys>>>(std::nullopt);
  }

  virtual Task<AuthenticatedUser> OnToken(const Context&, const sasl::TokenOffered&) {
    return ReadyTask<AuthenticatedUser>(std::nullopt);
  }

  // `certificate` is DER, and signed by whom the listener trusts. `user` is whom the client claims
  // to be; empty: whom the certificate names.
  virtual Task<AuthenticatedUser> OnCertificate(const Context&, std::string_view /*certificate*/,
                                                std::string_view /*user*/) {
    return ReadyTask<AuthenticatedUser>(std::nullopt);
  }

  // May the one act as the other? Only asked when they differ.
  virtual Task<absl::StatusOr<bool>> MayActAs(const Context&, std::string_view /*authentication*/,
                                              std::string_view /*authorization*/) {
    return ReadyTask<absl::StatusOr<bool>>(false);
  }
};

}  // namespace ringpost::hooks
