// Hashes of passwords, as crypt(5) writes them: yescrypt, bcrypt and sha512, by libcrypt.
//
//   std::string hash = HashPassword(PasswordScheme::kYescrypt, password);  // "$y$j9T$...$..."
//   bool is_right = IsPasswordOf(hash, password);
//
// Each call takes milliseconds of CPU, up to a second, and that is what the hashes are for: it
// belongs into the Offload pool. The schemes that a GPU guesses by the billion (DES, MD5, NT) are
// not read at all.
// Threads: any. Limits: libcrypt takes passwords of at most kLongestHashedPassword octets; bcrypt
// looks at the first 72 of them alone. A NUL ends a password, so one with a NUL never fits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost::crypto {

enum class PasswordScheme : uint8_t { kYescrypt, kBcrypt, kSha512 };

inline constexpr size_t kLongestHashedPassword = 511;

// Whether `hash` is a whole hash of one of the schemes.
bool IsPasswordHash(std::string_view hash);

// With a salt of its own and libcrypt's default cost. CHECKs that `password` is within the limits,
// and that there is randomness and memory.
std::string HashPassword(PasswordScheme scheme, std::string_view password);

// False also for what is no hash, and when libcrypt cannot (no memory).
bool IsPasswordOf(std::string_view hash, std::string_view password);

}  // namespace ringpost::crypto
