// Random octets for secrets: salts, nonces, keys. From libcrypto's generator, which the kernel
// seeds.
//
// A few octets come from what the thread has drawn before: one call of the generator takes as long
// for sixteen as for five hundred, and a handshake makes ten. They are wiped as they are given, and
// a child of fork() draws anew.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ringpost::crypto {

// False: the generator has failed, and nothing was given.
bool FillWithRandomOctets(std::span<char> octets);

// CHECKs that there is randomness.
std::string RandomOctets(size_t count);

}  // namespace ringpost::crypto
