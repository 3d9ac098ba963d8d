// ParseIntrospectionResponse: any octets are refused or read, and only `"active": true` makes a
// token active.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ringpost/auth/internal/introspection_response.h"
#include "ringpost/base/check.h"
#include "ringpost/smtp/path.h"

using ringpost::Check;
using ringpost::auth::internal::ParseIntrospectionResponse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto response = ParseIntrospectionResponse(json, "username");
  if (!response.ok()) return 0;
  Check(!response->is_active || json.find("true") != json.npos, "active, and nobody said so");
  Check(response->is_active || response->user.empty(), "a user of an inactive token");
  Check(ringpost::smtp::IsValidUtf8(response->user), "a name that is no UTF-8");
  return 0;
}
