#include "ringpost/auth/joined_authenticators.h"

#include <algorithm>

#include "ringpost/base/status_macros.h"

namespace ringpost::auth {

using hooks::AuthenticatedUser;
using hooks::AuthenticatorAbilities;
using hooks::Context;

AuthenticatorAbilities JoinedAuthenticators::abilities() const {
  AuthenticatorAbilities all;
  for (const auto& authenticator : authenticators_) {
    const AuthenticatorAbilities abilities = authenticator->abilities();
    all.passwords |= abilities.passwords;
    if (abilities.scram_sha256 && !all.scram_sha256) {
      all.scram_iteration_count = abilities.scram_iteration_count;
    }
    all.scram_sha1 |= abilities.scram_sha1;
    all.scram_sha256 |= abilities.scram_sha256;
    all.tokens |= abilities.tokens;
    all.certificates |= abilities.certificates;
  }
  return all;
}

Task<AuthenticatedUser> JoinedAuthenticators::OnPassword(const Context& context,
                                                         std::string_view user,
                                                         std::string_view password) {
  hooks::Authenticator* const first = First(&AuthenticatorAbilities::passwords);
  if (first == nullptr) return Authenticator::OnPassword(context, user, password);
  return first->OnPassword(context, user, password);
}

Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> JoinedAuthenticators::OnScram(
    const Context& context, std::string_view user, sasl::Mechanism mechanism) {
  const bool is_sha1 =
      mechanism == sasl::Mechanism::kScramSha1 || mechanism == sasl::Mechanism::kScramSha1Plus;
  hooks::Authenticator* const first =
      First(is_sha1 ? &AuthenticatorAbilities::scram_sha1 : &AuthenticatorAbilities::scram_sha256);
  if (first == nullptr) return Authenticator::OnScram(context, user, mechanism);
  return first->OnScram(context, user, mechanism);
}

Task<AuthenticatedUser> JoinedAuthenticators::OnToken(const Context& context,
                                                      const sasl::TokenOffered& offer) {
  hooks::Authenticator* const first = First(&AuthenticatorAbilities::tokens);
  if (first == nullptr) return Authenticator::OnToken(context, offer);
  return first->OnToken(context, offer);
}

Task<AuthenticatedUser> JoinedAuthenticators::OnCertificate(const Context& context,
                                                            std::string_view certificate,
                                                            std::string_view user) {
  hooks::Authenticator* const first = First(&AuthenticatorAbilities::certificates);
  if (first == nullptr) return Authenticator::OnCertificate(context, certificate, user);
  return first->OnCertificate(context, certificate, user);
}

Task<absl::StatusOr<bool>> JoinedAuthenticators::MayActAs(const Context& context,
                                                          std::string_view authentication,
                                                          std::string_view authorization) {
  for (const auto& authenticator : authenticators_) {
    CO_ASSIGN_OR_RETURN(const bool may,
                        co_await authenticator->MayActAs(context, authentication, authorization));
    if (may) co_return true;
  }
  co_return false;
}

hooks::Authenticator* JoinedAuthenticators::First(bool AuthenticatorAbilities::* ability) const {
  const auto found = std::ranges::find_if(authenticators_, [ability](const auto& authenticator) {
    return authenticator->abilities().*ability;
  });
  return found == authenticators_.end() ? nullptr : found->get();
}

}  // namespace ringpost::auth
