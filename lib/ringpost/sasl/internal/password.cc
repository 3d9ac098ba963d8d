#include "ringpost/sasl/internal/password.h"

#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/sasl/internal/names.h"

namespace ringpost::sasl::internal {

ServerEvent PasswordQuestion::Ask(std::string_view authorization, std::string_view user,
                                  std::string_view password) {
  Prepared prepared_user = PrepareName(user);
  Prepared prepared_authorization =
      authorization.empty() ? Prepared(std::string()) : PrepareName(authorization);
  Prepared prepared_password = PreparePassword(password);
  for (const Prepared* prepared : {&prepared_user, &prepared_authorization, &prepared_password}) {
    if (const auto* reason = std::get_if<FailureReason>(prepared)) return Failed{*reason};
  }
  identity_ = {.authentication = std::get<std::string>(std::move(prepared_user)),
               .authorization = std::get<std::string>(std::move(prepared_authorization))};
  password_ = std::get<std::string>(std::move(prepared_password));
  asked_ = Asked::kPassword;
  return PasswordOffered{.user = identity_.authentication, .password = password_};
}

ServerEvent PasswordQuestion::Answer(const ServerAnswer& answer) {
  const Asked asked = std::exchange(asked_, Asked::kNothing);
  Check(asked != Asked::kNothing, "an answer without a question");
  password_.clear();
  if (std::holds_alternative<Refused>(answer)) {
    return Failed{asked == Asked::kPassword ? FailureReason::kCredentials
                                            : FailureReason::kAuthorization};
  }
  Check(std::holds_alternative<Accepted>(answer), "an answer to another question");
  if (asked == Asked::kAuthorization) return Succeeded{identity_};
  ServerEvent event = Authorize(identity_);
  if (std::holds_alternative<AuthorizationWanted>(event)) asked_ = Asked::kAuthorization;
  return event;
}

ServerEvent PlainServer::Next(std::optional<std::string_view> response) {
  Check(!is_over_, "a response that was not asked for");
  if (!response) return Challenge{};
  is_over_ = true;
  if (response->size() > kLongestResponseOctets) return Failed{FailureReason::kTooLong};
  const size_t user = response->find('\0');
  if (user == response->npos) return Failed{FailureReason::kMalformed};
  const size_t password = response->find('\0', user + 1);
  if (password == response->npos) return Failed{FailureReason::kMalformed};
  // A third NUL is a character of the password, and prohibited there.
  return question_.Ask(response->substr(0, user), response->substr(user + 1, password - user - 1),
                       response->substr(password + 1));
}

ServerEvent LoginServer::Next(std::optional<std::string_view> response) {
  switch (std::exchange(expected_, Expected::kNothing)) {
    case Expected::kStart:
      if (response) return TakeUser(*response);
      expected_ = Expected::kUser;
      return Challenge{"Username:"};
    case Expected::kUser:
      return TakeUser(response.value_or(""));
    case Expected::kPassword:
      return question_.Ask({}, user_, response.value_or(""));
    case Expected::kNothing:
      break;
  }
  Check(false, "a response that was not asked for");
  return Failed{};
}

ServerEvent LoginServer::TakeUser(std::string_view user) {
  const Prepared prepared = PrepareName(user);
  if (const auto* reason = std::get_if<FailureReason>(&prepared)) return Failed{*reason};
  user_ = user;
  expected_ = Expected::kPassword;
  return Challenge{"Password:"};
}

std::optional<std::string> PlainClient::InitialResponse() {
  has_spoken_ = true;
  return Concat(options_.authorization, '\0', options_.user, '\0', options_.password);
}

std::optional<std::string> LoginClient::Next(std::string_view) {
  // The words of the challenges differ from server to server; their order does not.
  switch (said_count_++) {
    case 0:
      return options_.user;
    case 1:
      return options_.password;
    default:
      return std::nullopt;
  }
}

}  // namespace ringpost::sasl::internal
