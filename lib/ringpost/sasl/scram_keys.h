// ScramKeys: what a server keeps of a password for SCRAM (RFC 5802 §3). Neither the password nor
// what a client needs can be had from it but by guessing; it does allow to play the server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ringpost/base/hash_functions.h"

namespace ringpost::sasl {

inline constexpr uint32_t kLeastScramIterations = 4096;  // RFC 7677 §4
// What a client does for a server that it does not know yet: some 0.3 s.
inline constexpr uint32_t kMostScramIterations = 1'000'000;
inline constexpr size_t kScramSaltOctets = 16;

struct ScramKeys {
  std::string salt = {};
  uint32_t iteration_count = kLeastScramIterations;
  std::string stored_key = {};
  std::string server_key = {};
};

// `password` has been through SaslPrep(). Takes milliseconds of CPU.
ScramKeys MakeScramKeys(const HashFunctions& hash, std::string_view password, std::string salt,
                        uint32_t iteration_count);

// For a user that is not there: the same each time, as those of a real one are, and of no password.
// `secret` is the server's own and outlives restarts, else salts that change give it away.
ScramKeys FakeScramKeys(const HashFunctions& hash, std::string_view secret, std::string_view user,
                        uint32_t iteration_count);

}  // namespace ringpost::sasl
