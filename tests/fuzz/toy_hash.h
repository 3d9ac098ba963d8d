// A hash for fuzzing: quick, and of no other worth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ringpost/base/hash_functions.h"
#include "ringpost/base/random.h"
#include "ringpost/base/text.h"

namespace ringpost::fuzz {

inline std::string ToyDigest(std::string_view octets) {
  uint64_t state = octets.size();
  for (const char c : octets) state = Random(state ^ static_cast<unsigned char>(c)).Next();
  std::string digest;
  for (Random random(state); digest.size() < 32;)
    digest.push_back(static_cast<char>(random.Next()));
  return digest;
}

inline constexpr HashFunctions kToyHash = {
    .digest_octets = 32,
    .digest = ToyDigest,
    .hmac = [](std::string_view key,
               std::string_view octets) { return ToyDigest(Concat(key, '\0', octets)); },
    .pbkdf2 =
        [](std::string_view password, std::string_view salt, uint32_t iterations) {
          return ToyDigest(Concat(password, '\0', salt, iterations));
        }};

}  // namespace ringpost::fuzz
