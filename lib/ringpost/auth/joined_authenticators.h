// JoinedAuthenticators: several authenticators as one. Each question goes to the first that answers
// questions of its kind: passwords to a users file or to Dovecot, tokens to who knows them.
//
// What the first of a kind refuses is refused: with two lists of users, one could shadow a name of
// the other. Threads: the shard's.
#pragma once

#include <memory>
#include <vector>

#include "ringpost/hooks/authenticator.h"

namespace ringpost::auth {

class JoinedAuthenticators final : public hooks::Authenticator {
 public:
  // In the order of their rank.
  explicit JoinedAuthenticators(std::vector<std::shared_ptr<hooks::Authenticator>> authenticators)
      : authenticators_(std::move(authenticators)) {}

  // Of them all.
  hooks::AuthenticatorAbilities abilities() const override;
  Task<hooks::AuthenticatedUser> OnPassword(const hooks::Context& context, std::string_view user,
                                            std::string_view password) override;
  Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> OnScram(const hooks::Context& context,
                                                               std::string_view user,
                                                               sasl::Mechanism mechanism) override;
  Task<hooks::AuthenticatedUser> OnToken(const hooks::Context& context,
                                         const sasl::TokenOffered& offer) override;
  Task<hooks::AuthenticatedUser> OnCertificate(const hooks::Context& context,
                                               std::string_view certificate,
                                               std::string_view user) override;
  // When one of them says so.
  Task<absl::StatusOr<bool>> MayActAs(const hooks::Context& context,
                                      std::string_view authentication,
                                      std::string_view authorization) override;

 private:
  // nullptr when there is none.
  hooks::Authenticator* First(bool hooks::AuthenticatorAbilities::* ability) const;

  const std::vector<std::shared_ptr<hooks::Authenticator>> authenticators_;
};

}  // namespace ringpost::auth
