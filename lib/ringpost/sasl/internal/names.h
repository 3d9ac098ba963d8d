// Names and passwords as they come from a client, brought into the form that is compared.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "ringpost/sasl/server.h"

namespace ringpost::sasl::internal {

using Prepared = std::variant<std::string, FailureReason>;

// Not empty.
Prepared PrepareName(std::string_view name);
Prepared PreparePassword(std::string_view password);

// The client is who it is, and asks to act as identity.authorization (empty: as itself). Fills that
// in, and yields Succeeded or the question.
ServerEvent Authorize(Identity& identity);

}  // namespace ringpost::sasl::internal
