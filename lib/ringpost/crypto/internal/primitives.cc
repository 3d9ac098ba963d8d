// See the header for why: these are deprecated, and stay as long as libcrypto 3 does.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "ringpost/crypto/internal/primitives.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "ringpost/crypto/internal/release.h"

namespace ringpost::crypto::internal {
namespace {

using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using EcKey = std::unique_ptr<EC_KEY, Release<EC_KEY_free>>;
using EcPoint = std::unique_ptr<EC_POINT, Release<EC_POINT_free>>;
using Rsa = std::unique_ptr<RSA, Release<RSA_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Octets(char* text) { return reinterpret_cast<unsigned char*>(text); }
unsigned char* Octets(std::string& text) { return Octets(text.data()); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

// Hashes: libcrypto's context is filled from wolfSSL's state, and back.

template <typename Context, typename State>
Context ContextOf(const State& state, unsigned digest_octets) {
  Context context = {};
  std::copy(std::begin(state.digest), std::end(state.digest), context.h);
  context.Nl = static_cast<decltype(context.Nl)>(state.octets << 3);
  if constexpr (sizeof context.Nl == 4) {
    context.Nh = static_cast<decltype(context.Nh)>(state.octets >> 29);
  } else {
    context.Nh = state.octets >> 61;
  }
  context.num = state.pending_octets;
  context.md_len = digest_octets;
  return context;
}

template <typename Context, typename State>
void StateOf(const Context& context, const void* pending, std::string_view octets, State& state) {
  std::copy(std::begin(context.h), std::end(context.h), state.digest);
  state.octets += octets.size();
  state.pending_octets = context.num;
  std::memcpy(state.pending, pending, sizeof state.pending);
}

Number NumberOf(std::string_view octets) {
  return Number(BN_bin2bn(Octets(octets), Size(octets), nullptr));
}

// libcrypto owns a number that it has taken.
bool Take(Number& a, Number& b, RSA* rsa, int (*set)(RSA*, BIGNUM*, BIGNUM*)) {
  if (set(rsa, a.get(), b.get()) != 1) return false;
  (void)a.release();
  (void)b.release();
  return true;
}

Rsa RsaOf(const RsaNumbers& key) {
  Rsa rsa(RSA_new());
  Number n = NumberOf(key.modulus), e = NumberOf(key.public_exponent);
  Number d = key.private_exponent.empty() ? nullptr : NumberOf(key.private_exponent);
  if (RSA_set0_key(rsa.get(), n.get(), e.get(), d.get()) != 1) return nullptr;
  (void)n.release();
  (void)e.release();
  const bool is_public = d.release() == nullptr;
  if (is_public || key.coefficient.empty()) return rsa;

  Number p = NumberOf(key.prime1), q = NumberOf(key.prime2);
  if (!Take(p, q, rsa.get(), RSA_set0_factors)) return nullptr;
  Number dp = NumberOf(key.exponent1), dq = NumberOf(key.exponent2);
  Number inverse = NumberOf(key.coefficient);
  if (RSA_set0_crt_params(rsa.get(), dp.get(), dq.get(), inverse.get()) != 1) return nullptr;
  (void)dp.release();
  (void)dq.release();
  (void)inverse.release();
  return rsa;
}

// The key that was used last: blinding and Montgomery's numbers cost a third of a signature.
RSA* KeptRsaOf(const RsaNumbers& key) {
  thread_local RsaNumbers kept_numbers;
  thread_local Rsa kept;
  if (kept && kept_numbers == key) return kept.get();
  kept = RsaOf(key);
  kept_numbers = key;
  return kept.get();
}

int NidOf(Curve curve) {
  switch (curve) {
    case Curve::kP256:
      return NID_X9_62_prime256v1;
    case Curve::kP384:
      return NID_secp384r1;
    case Curve::kP521:
      return NID_secp521r1;
  }
  return 0;
}

size_t FieldOctets(const EC_KEY* key) {
  return static_cast<size_t>(EC_GROUP_get_degree(EC_KEY_get0_group(key)) + 7) / 8;
}

// Made once: that takes longer than to make a key pair.
const EC_GROUP* GroupOf(Curve curve) {
  static const EC_GROUP* const groups[] = {EC_GROUP_new_by_curve_name(NidOf(Curve::kP256)),
                                           EC_GROUP_new_by_curve_name(NidOf(Curve::kP384)),
                                           EC_GROUP_new_by_curve_name(NidOf(Curve::kP521))};
  return groups[static_cast<size_t>(curve)];
}

EcKey EcKeyOf(Curve curve) {
  EcKey key(EC_KEY_new());
  if (EC_KEY_set_group(key.get(), GroupOf(curve)) != 1) return nullptr;
  return key;
}

EcPoint EcPointOf(const EC_GROUP* group, std::string_view octets) {
  EcPoint point(EC_POINT_new(group));
  // Also refuses what is not on the curve.
  if (EC_POINT_oct2point(group, point.get(), Octets(octets), octets.size(), nullptr) != 1) {
    return nullptr;
  }
  return point;
}

}  // namespace

void Sha256Update(Sha256State& state, std::string_view octets) {
  auto context = ContextOf<SHA256_CTX>(state, SHA256_DIGEST_LENGTH);
  std::memcpy(context.data, state.pending, sizeof state.pending);
  SHA256_Update(&context, octets.data(), octets.size());
  StateOf(context, context.data, octets, state);
}

std::string Sha256Finish(Sha256State& state) {
  auto context = ContextOf<SHA256_CTX>(state, SHA256_DIGEST_LENGTH);
  std::memcpy(context.data, state.pending, sizeof state.pending);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Final(Octets(digest), &context);
  return digest;
}

void Sha512Update(Sha512State& state, std::string_view octets) {
  auto context = ContextOf<SHA512_CTX>(state, SHA512_DIGEST_LENGTH);
  std::memcpy(context.u.p, state.pending, sizeof state.pending);
  SHA512_Update(&context, octets.data(), octets.size());
  StateOf(context, context.u.p, octets, state);
}

std::string Sha512Finish(Sha512State& state, size_t digest_octets) {
  auto context = ContextOf<SHA512_CTX>(state, static_cast<unsigned>(digest_octets));
  std::memcpy(context.u.p, state.pending, sizeof state.pending);
  std::string digest(digest_octets, '\0');
  SHA512_Final(Octets(digest), &context);
  return digest;
}

std::optional<std::string> RsaPublic(const RsaNumbers& key, std::string_view octets) {
  const Rsa rsa = RsaOf(key);
  if (!rsa || octets.size() != static_cast<size_t>(RSA_size(rsa.get()))) return std::nullopt;
  std::string result(octets.size(), '\0');
  const int size =
      RSA_public_encrypt(Size(octets), Octets(octets), Octets(result), rsa.get(), RSA_NO_PADDING);
  if (size != Size(result)) return std::nullopt;
  return result;
}

std::optional<std::string> RsaPrivate(const RsaNumbers& key, std::string_view octets) {
  if (key.private_exponent.empty()) return std::nullopt;
  RSA* const rsa = KeptRsaOf(key);
  if (rsa == nullptr || octets.size() != static_cast<size_t>(RSA_size(rsa))) return std::nullopt;
  std::string result(octets.size(), '\0');
  const int size =
      RSA_private_encrypt(Size(octets), Octets(octets), Octets(result), rsa, RSA_NO_PADDING);
  if (size != Size(result)) return std::nullopt;
  return result;
}

std::optional<EcKeyPair> MakeEcKeyPair(Curve curve) {
  const EcKey key = EcKeyOf(curve);
  if (!key || EC_KEY_generate_key(key.get()) != 1) return std::nullopt;
  EcKeyPair pair;
  const size_t field_octets = FieldOctets(key.get());
  pair.scalar.resize(field_octets);
  pair.point.resize(1 + 2 * field_octets);
  const bool done =
      BN_bn2binpad(EC_KEY_get0_private_key(key.get()), Octets(pair.scalar), Size(pair.scalar)) >
          0 &&
      EC_POINT_point2oct(EC_KEY_get0_group(key.get()), EC_KEY_get0_public_key(key.get()),
                         POINT_CONVERSION_UNCOMPRESSED, Octets(pair.point), pair.point.size(),
                         nullptr) == pair.point.size();
  if (!done) return std::nullopt;
  return pair;
}

std::optional<std::string> Ecdh(Curve curve, std::string_view scalar, std::string_view point) {
  const EcKey key = EcKeyOf(curve);
  const Number number = NumberOf(scalar);
  const EcPoint peer = EcPointOf(GroupOf(curve), point);
  if (!key || !peer || EC_KEY_set_private_key(key.get(), number.get()) != 1) return std::nullopt;
  std::string secret(FieldOctets(key.get()), '\0');
  if (ECDH_compute_key(secret.data(), secret.size(), peer.get(), key.get(), nullptr) !=
      Size(secret)) {
    return std::nullopt;
  }
  return secret;
}

std::optional<std::string> EcdsaSign(Curve curve, std::string_view scalar,
                                     std::string_view digest) {
  const EcKey key = EcKeyOf(curve);
  const Number number = NumberOf(scalar);
  if (!key || EC_KEY_set_private_key(key.get(), number.get()) != 1) return std::nullopt;
  std::string signature(static_cast<size_t>(ECDSA_size(key.get())), '\0');
  unsigned size = 0;
  if (ECDSA_sign(0, Octets(digest), Size(digest), Octets(signature), &size, key.get()) != 1) {
    return std::nullopt;
  }
  signature.resize(size);
  return signature;
}

std::optional<bool> EcdsaVerify(Curve curve, std::string_view point, std::string_view digest,
                                std::string_view signature) {
  const EcKey key = EcKeyOf(curve);
  const EcPoint signer = EcPointOf(GroupOf(curve), point);
  if (!key || !signer || EC_KEY_set_public_key(key.get(), signer.get()) != 1) return std::nullopt;
  // -1 is a signature that cannot be read: as wrong as any.
  return ECDSA_verify(0, Octets(digest), Size(digest), Octets(signature), Size(signature),
                      key.get()) == 1;
}

std::optional<EcKeyPair> MakeX25519KeyPair() {
  EcKeyPair pair = {.scalar = std::string(32, '\0'), .point = std::string(32, '\0')};
  if (RAND_bytes(Octets(pair.scalar), Size(pair.scalar)) != 1) return std::nullopt;
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, Octets(pair.scalar),
                                             pair.scalar.size()));
  size_t size = pair.point.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), Octets(pair.point), &size) != 1) {
    return std::nullopt;
  }
  return pair;
}

std::optional<std::string> X25519(std::string_view scalar, std::string_view point) {
  const Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, Octets(scalar), scalar.size()));
  const Key peer(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, Octets(point), point.size()));
  if (!key || !peer) return std::nullopt;
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  std::string secret(32, '\0');
  size_t size = secret.size();
  // Refuses a point of small order, whose secret is zero (RFC 7748 §6.1).
  const bool done = EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
                    EVP_PKEY_derive(context.get(), Octets(secret), &size) == 1 && size == 32;
  if (!done) return std::nullopt;
  return secret;
}

bool FillWithRandomOctets(std::span<char> octets) {
  return RAND_bytes(Octets(octets.data()), static_cast<int>(octets.size())) == 1;
}

}  // namespace ringpost::crypto::internal
