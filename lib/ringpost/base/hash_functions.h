// HashFunctions: one hash and what is built on it, as a value. A pure module takes it as a
// parameter and so depends on no library of cryptography; crypto/hash.h has them.
//
//   std::string digest = hash.digest(octets);
//   std::string code = hash.hmac(key, octets);
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost {

struct HashFunctions {
  size_t digest_octets;
  std::string (*digest)(std::string_view octets);
  std::string (*hmac)(std::string_view key, std::string_view octets);  // RFC 2104
  // RFC 8018 §5.2 with this HMAC, one digest long: the Hi() of RFC 5802. At least one iteration.
  std::string (*pbkdf2)(std::string_view password, std::string_view salt, uint32_t iteration_count);
};

}  // namespace ringpost
