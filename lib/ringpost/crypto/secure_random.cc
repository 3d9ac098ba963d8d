#include "ringpost/crypto/secure_random.h"

#include <openssl/rand.h>

#include "ringpost/base/check.h"

namespace ringpost::crypto {

std::string RandomOctets(size_t count) {
  std::string octets(count, '\0');
  Check(RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count)) == 1,
        "no randomness");
  return octets;
}

}  // namespace ringpost::crypto
