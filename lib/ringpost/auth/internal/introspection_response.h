// What an authorization server says of a token (RFC 7662 §2.2), read from its JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ringpost::auth::internal {

struct IntrospectionResponse {
  bool is_active = false;
  // Of the claim that names the user; empty: it has none.
  std::string user = {};
  std::vector<std::string> scopes = {};
  std::string client_id = {};
  std::vector<std::string> audience = {};
  absl::Time expires = absl::InfiniteFuture();
  absl::Time not_before = absl::InfinitePast();
};

// Internal: not JSON, no object, no "active", or a member of the wrong type. Of a token that is not
// active nothing else is read.
absl::StatusOr<IntrospectionResponse> ParseIntrospectionResponse(std::string_view json,
                                                                 std::string_view user_claim);

}  // namespace ringpost::auth::internal
