// What libcrypto does for wolfSSL, in octets: no type of either library, for their headers cannot
// stand in one source.
//
// The low-level interface of libcrypto: it is what works on a state that wolfSSL owns, and it
// spares the look-ups that cost more than a record. nullopt: libcrypto refuses; wolfCrypt then does
// it.
//
// Threads: any; what is kept between calls (the private keys that were used last) is the thread's
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::crypto::internal {

// A hash in the middle of its text.
template <typename Word, size_t kBlockOctets>
struct HashState {
  Word digest[8];
  uint64_t octets;  // hashed or pending
  char pending[kBlockOctets];
  uint32_t pending_octets;
};
using Sha256State = HashState<uint32_t, 64>;
using Sha512State = HashState<uint64_t, 128>;  // SHA-384 too, which begins and ends otherwise

void Sha256Update(Sha256State& state, std::string_view octets);
// The digest's octets.
void Sha256Finish(const Sha256State& state, char* digest);
void Sha512Update(Sha512State& state, std::string_view octets);
void Sha512Finish(const Sha512State& state, size_t digest_octets, char* digest);

// Unsigned, the most significant octet first.
struct RsaNumbers {
  std::string modulus = {};
  std::string public_exponent = {};
  // Empty for a public key.
  std::string private_exponent = {};
  std::string prime1 = {};
  std::string prime2 = {};
  std::string exponent1 = {};
  std::string exponent2 = {};
  std::string coefficient = {};

  bool operator==(const RsaNumbers&) const = default;
};
// One exponentiation, of as many octets as the modulus has; padding is the caller's.
std::optional<std::string> RsaPublic(const RsaNumbers& key, std::string_view octets);
std::optional<std::string> RsaPrivate(const RsaNumbers& key, std::string_view octets);

enum class Curve : uint8_t { kP256, kP384, kP521 };

// Points are X9.62's, uncompressed; scalars as long as the field.
struct EcKeyPair {
  std::string scalar;
  std::string point;
};
std::optional<EcKeyPair> MakeEcKeyPair(Curve curve);
std::optional<std::string> Ecdh(Curve curve, std::string_view scalar, std::string_view point);
// DER.
std::optional<std::string> EcdsaSign(Curve curve, std::string_view scalar, std::string_view digest);
std::optional<bool> EcdsaVerify(Curve curve, std::string_view point, std::string_view digest,
                                std::string_view signature);

// RFC 7748, 32 octets each.
std::optional<EcKeyPair> MakeX25519KeyPair();
std::optional<std::string> X25519(std::string_view scalar, std::string_view point);

}  // namespace ringpost::crypto::internal
