// Hashes, of libcrypto: whole texts at once, or piece by piece.
//
//   std::string digest = crypto::Digest(HashAlgorithm::kSha256, octets);
//   crypto::Hasher hasher(HashAlgorithm::kSha256);
//   hasher.Update(octets);
//   std::string digest = hasher.Finish();
//
// Errors: none that a caller could cause; a library that refuses (no memory) fails a CHECK.
// Threads: a Hasher belongs to one; the functions to any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ringpost/base/hash_functions.h"

namespace ringpost::crypto {

// SHA-1 for what prescribes it (SCRAM-SHA-1) and nothing else.
enum class HashAlgorithm : uint8_t { kSha1, kSha256, kSha384, kSha512 };

size_t DigestOctets(HashAlgorithm algorithm);
std::string Digest(HashAlgorithm algorithm, std::string_view octets);
std::string Hmac(HashAlgorithm algorithm, std::string_view key, std::string_view octets);
// RFC 8018 §5.2. Milliseconds of CPU: belongs into the Offload pool. At least one iteration.
std::string Pbkdf2(HashAlgorithm algorithm, std::string_view password, std::string_view salt,
                   uint32_t iteration_count, size_t key_octets);

// For modules that take their hash as a parameter. Valid for ever.
const HashFunctions& HashFunctionsOf(HashAlgorithm algorithm);

class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void Update(std::string_view octets);
  // The digest of all that came, and a fresh start.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ringpost::crypto
