// The computations of RFC 5802 §3, named as there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ringpost/base/hash_functions.h"

namespace ringpost::sasl::internal {

inline std::string ScramClientKey(const HashFunctions& hash, std::string_view salted_password) {
  return hash.hmac(salted_password, "Client Key");
}

inline std::string ScramServerKey(const HashFunctions& hash, std::string_view salted_password) {
  return hash.hmac(salted_password, "Server Key");
}

// ClientProof = ClientKey XOR ClientSignature, and the way back. Both of one size.
inline std::string Xor(std::string a, std::string_view b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) a[i] = static_cast<char>(a[i] ^ b[i]);
  return a;
}

}  // namespace ringpost::sasl::internal
