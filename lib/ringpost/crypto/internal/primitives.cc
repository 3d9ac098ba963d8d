// See the header for why: these are deprecated, and stay as long as libcrypto 3 does.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "ringpost/crypto/internal/primitives.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "ringpost/crypto/internal/release.h"
#include "ringpost/crypto/secure_random.h"

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
  Context context;
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

OSSL_PARAM OctetsParameter(const char* name, std::string_view octets) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(octets.data()), octets.size());
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

// The key that was used last: a copy of its group takes as long as a tenth of a signature.
EC_KEY* KeptPrivateKeyOf(Curve curve, std::string_view scalar) {
  thread_local Curve kept_curve;
  thread_local std::string kept_scalar;
  thread_local EcKey kept;
  if (kept && kept_curve == curve && kept_scalar == scalar) return kept.get();
  const Number number = NumberOf(scalar);
  EcKey key = EcKeyOf(curve);
  if (!key || EC_KEY_set_private_key(key.get(), number.get()) != 1) return nullptr;
  kept = std::move(key);
  kept_curve = curve;
  kept_scalar = scalar;
  return kept.get();
}

constexpr size_t kX25519Octets = 32;
// RFC 7748 §4.1.
constexpr std::string_view kX25519BasePoint(
    "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", kX25519Octets);

// Of a scalar alone libcrypto would make the public key, which takes longer than all else here; for
// a secret any will do.
Key X25519KeyOf(std::string_view scalar) {
  thread_local const KeyContext context = [] {
    KeyContext made(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
    if (EVP_PKEY_fromdata_init(made.get()) != 1) made = nullptr;
    return made;
  }();
  if (!context || scalar.size() != kX25519Octets) return nullptr;
  OSSL_PARAM given[] = {OctetsParameter(OSSL_PKEY_PARAM_PRIV_KEY, scalar),
                        OctetsParameter(OSSL_PKEY_PARAM_PUB_KEY, kX25519BasePoint),
                        OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, given) != 1) return nullptr;
  return Key(key);
}

std::optional<std::string> X25519SecretOf(const Key& key, std::string_view point) {
  // Making one costs more than to change its point. Every point of the length is one (RFC 7748 §5).
  thread_local const Key peer(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_X25519, nullptr, Octets(kX25519BasePoint), kX25519BasePoint.size()));
  if (!key || !peer ||
      EVP_PKEY_set1_encoded_public_key(peer.get(), Octets(point), point.size()) != 1) {
    return std::nullopt;
  }
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  std::string secret(kX25519Octets, '\0');
  size_t size = secret.size();
  // Refuses a point of small order, whose secret is zero (RFC 7748 §6.1).
  const bool done = EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1 &&
                    EVP_PKEY_derive(context.get(), Octets(secret), &size) == 1 &&
                    size == secret.size();
  if (!done) return std::nullopt;
  return secret;
}

// A server makes its key share and uses it at once. Kept for that use alone: it is nobody's to find
// later.
struct MadeX25519Key {
  std::string scalar = {};
  Key key = nullptr;
};
MadeX25519Key& LastX25519Key() {
  thread_local MadeX25519Key last;
  return last;
}

}  // namespace

void Sha256Update(Sha256State& state, std::string_view octets) {
  auto context = ContextOf<SHA256_CTX>(state, SHA256_DIGEST_LENGTH);
  std::memcpy(context.data, state.pending, sizeof state.pending);
  SHA256_Update(&context, octets.data(), octets.size());
  StateOf(context, context.data, octets, state);
}

void Sha256Finish(const Sha256State& state, char* digest) {
  auto context = ContextOf<SHA256_CTX>(state, SHA256_DIGEST_LENGTH);
  std::memcpy(context.data, state.pending, sizeof state.pending);
  SHA256_Final(Octets(digest), &context);
}

void Sha512Update(Sha512State& state, std::string_view octets) {
  auto context = ContextOf<SHA512_CTX>(state, SHA512_DIGEST_LENGTH);
  std::memcpy(context.u.p, state.pending, sizeof state.pending);
  SHA512_Update(&context, octets.data(), octets.size());
  StateOf(context, context.u.p, octets, state);
}

void Sha512Finish(const Sha512State& state, size_t digest_octets, char* digest) {
  auto context = ContextOf<SHA512_CTX>(state, static_cast<unsigned>(digest_octets));
  std::memcpy(context.u.p, state.pending, sizeof state.pending);
  SHA512_Final(Octets(digest), &context);
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
  EC_KEY* const key = KeptPrivateKeyOf(curve, scalar);
  if (key == nullptr) return std::nullopt;
  std::string signature(static_cast<size_t>(ECDSA_size(key)), '\0');
  unsigned size = 0;
  if (ECDSA_sign(0, Octets(digest), Size(digest), Octets(signature), &size, key) != 1) {
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
  std::string scalar(kX25519Octets, '\0');
  if (!FillWithRandomOctets(scalar)) return std::nullopt;
  // libcrypto's own way to a public key takes half as long again.
  MadeX25519Key made = {.scalar = scalar, .key = X25519KeyOf(scalar)};
  auto point = X25519SecretOf(made.key, kX25519BasePoint);
  if (!point) return std::nullopt;
  LastX25519Key() = std::move(made);
  return EcKeyPair{.scalar = std::move(scalar), .point = *std::move(point)};
}

std::optional<std::string> X25519(std::string_view scalar, std::string_view point) {
  MadeX25519Key made = std::exchange(LastX25519Key(), {});
  if (made.scalar != scalar) made.key = X25519KeyOf(scalar);
  return X25519SecretOf(made.key, point);
}

}  // namespace ringpost::crypto::internal
