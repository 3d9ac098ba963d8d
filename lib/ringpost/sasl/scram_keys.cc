#include "ringpost/sasl/scram_keys.h"

#include "ringpost/base/text.h"
#include "ringpost/sasl/internal/scram_proof.h"

namespace ringpost::sasl {

ScramKeys MakeScramKeys(const HashFunctions& hash, std::string_view password, std::string salt,
                        uint32_t iteration_count) {
  const std::string salted = hash.pbkdf2(password, salt, iteration_count);
  return {.salt = std::move(salt),
          .iteration_count = iteration_count,
          .stored_key = hash.digest(internal::ScramClientKey(hash, salted)),
          .server_key = internal::ScramServerKey(hash, salted)};
}

ScramKeys FakeScramKeys(const HashFunctions& hash, std::string_view secret, std::string_view user,
                        uint32_t iteration_count) {
  return {.salt = hash.hmac(secret, Concat("salt ", user)).substr(0, kScramSaltOctets),
          .iteration_count = iteration_count,
          .stored_key = hash.hmac(secret, Concat("stored key ", user)),
          .server_key = hash.hmac(secret, Concat("server key ", user))};
}

}  // namespace ringpost::sasl
