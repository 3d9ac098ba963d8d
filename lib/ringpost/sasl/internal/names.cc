#include "ringpost/sasl/internal/names.h"

#include <cstddef>
#include <optional>

#include "ringpost/sasl/saslprep.h"

namespace ringpost::sasl::internal {
namespace {

Prepared Prepare(std::string_view text, size_t longest_octets, FailureReason prohibited) {
  if (text.empty()) return FailureReason::kMalformed;
  if (text.size() > longest_octets) return FailureReason::kTooLong;
  std::optional<std::string> prepared = SaslPrep(text, StringUse::kQuery);
  if (!prepared || prepared->empty()) return prohibited;
  if (prepared->size() > longest_octets) return FailureReason::kTooLong;
  return *std::move(prepared);
}

}  // namespace

Prepared PrepareName(std::string_view name) {
  return Prepare(name, kLongestNameOctets, FailureReason::kBadName);
}

Prepared PreparePassword(std::string_view password) {
  // No password has prohibited characters, and so this is none.
  return Prepare(password, kLongestPasswordOctets, FailureReason::kCredentials);
}

ServerEvent Authorize(Identity& identity) {
  if (identity.authorization.empty()) identity.authorization = identity.authentication;
  if (identity.authorization == identity.authentication) return Succeeded{identity};
  return AuthorizationWanted{.authentication = identity.authentication,
                             .authorization = identity.authorization};
}

}  // namespace ringpost::sasl::internal
