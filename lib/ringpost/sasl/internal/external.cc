#include "ringpost/sasl/internal/external.h"

#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/sasl/internal/names.h"

namespace ringpost::sasl::internal {

std::optional<Failed> IdentityQuestion::Claim(std::string_view user) {
  if (!user.empty()) {
    Prepared prepared = PrepareName(user);
    if (const auto* reason = std::get_if<FailureReason>(&prepared)) return Failed{*reason};
    identity_.authorization = std::get<std::string>(std::move(prepared));
  }
  asked_ = Asked::kIdentity;
  return std::nullopt;
}

ServerEvent IdentityQuestion::Answer(const ServerAnswer& answer) {
  const Asked asked = std::exchange(asked_, Asked::kNothing);
  Check(asked != Asked::kNothing, "an answer without a question");
  if (std::holds_alternative<Refused>(answer)) {
    return Failed{asked == Asked::kIdentity ? FailureReason::kCredentials
                                            : FailureReason::kAuthorization};
  }
  if (asked == Asked::kAuthorization) {
    Check(std::holds_alternative<Accepted>(answer), "an answer to another question");
    return Succeeded{identity_};
  }
  const auto* accepted = std::get_if<AcceptedAs>(&answer);
  Check(accepted != nullptr, "an answer to another question");
  identity_.authentication = accepted->user;
  ServerEvent event = Authorize(identity_);
  if (std::holds_alternative<AuthorizationWanted>(event)) asked_ = Asked::kAuthorization;
  return event;
}

ServerEvent ExternalServer::Next(std::optional<std::string_view> response) {
  Check(!is_over_, "a response that was not asked for");
  if (!response) return Challenge{};
  is_over_ = true;
  if (const auto failed = question_.Claim(*response)) return *failed;
  return ExternalOffered{.user = question_.claim()};
}

std::optional<std::string> ExternalClient::InitialResponse() {
  has_spoken_ = true;
  return authorization_;
}

}  // namespace ringpost::sasl::internal
