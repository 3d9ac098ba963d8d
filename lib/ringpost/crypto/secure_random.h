// Random octets for secrets: salts, nonces, keys. From libcrypto's generator, which the kernel
// seeds.
#pragma once

#include <cstddef>
#include <string>

namespace ringpost::crypto {

// CHECKs that there is randomness.
std::string RandomOctets(size_t count);

}  // namespace ringpost::crypto
