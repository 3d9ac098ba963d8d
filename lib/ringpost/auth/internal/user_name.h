// Names that another server gives to a user: what may reach hooks, logs and queries.
#pragma once

#include <algorithm>
#include <string_view>

#include "ringpost/base/ascii.h"
#include "ringpost/sasl/server.h"
#include "ringpost/smtp/path.h"

namespace ringpost::auth::internal {

// Valid UTF-8 without control characters, of the length that SASL's names have.
inline bool IsUserName(std::string_view name) {
  return !name.empty() && name.size() <= sasl::kLongestNameOctets && smtp::IsValidUtf8(name) &&
         std::none_of(name.begin(), name.end(), IsAsciiControl);
}

}  // namespace ringpost::auth::internal
