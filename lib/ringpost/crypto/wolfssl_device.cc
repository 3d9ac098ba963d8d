#include "ringpost/crypto/wolfssl_device.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/cryptocb.h>
#include <wolfssl/wolfcrypt/curve25519.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>
#include <wolfssl/wolfcrypt/wc_port.h>

#include <dlfcn.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "ringpost/base/check.h"
#include "ringpost/crypto/aead.h"
#include "ringpost/crypto/internal/primitives.h"
#include "ringpost/crypto/internal/wolfssl_hashes.h"
#include "ringpost/crypto/secure_random.h"

namespace ringpost::crypto {
namespace {

using internal::Curve;

// Any number that no other device of the process has.
constexpr int kDevice = 0x52504F53;
constexpr int kLeftToWolfcrypt = CRYPTOCB_UNAVAILABLE;

std::string_view View(const byte* octets, word32 size) {
  return {reinterpret_cast<const char*>(octets), size};
}
const byte* Octets(std::string_view text) { return reinterpret_cast<const byte*>(text.data()); }
byte* Octets(std::string& text) { return reinterpret_cast<byte*>(text.data()); }
char* Text(byte* octets) { return reinterpret_cast<char*>(octets); }
word32 Size(std::string_view text) { return static_cast<word32>(text.size()); }

// Into a buffer of the caller's with its size, which becomes that of the result.
int Give(const std::optional<std::string>& result, byte* out, word32* out_size) {
  if (!result) return kLeftToWolfcrypt;
  if (*out_size < result->size()) return BUFFER_E;
  std::copy(result->begin(), result->end(), out);
  *out_size = Size(*result);
  return 0;
}

// AES-GCM.

template <typename Operation>
AeadKey AeadKeyOf(const Operation& operation) {
  return {.key = View(reinterpret_cast<const byte*>(operation.aes->devKey),
                      static_cast<word32>(operation.aes->keylen)),
          .nonce = View(operation.iv, operation.ivSz),
          .additional = View(operation.authIn, operation.authInSz)};
}

int ErrorOf(AeadResult result) {
  switch (result) {
    case AeadResult::kDone:
      return 0;
    case AeadResult::kForged:
      return AES_GCM_AUTH_E;
    case AeadResult::kRefused:
      break;
  }
  return kLeftToWolfcrypt;
}

int RunCipher(const wc_CryptoInfo& info) {
  if (info.cipher.type != WC_CIPHER_AES_GCM) return kLeftToWolfcrypt;
  if (info.cipher.enc != 0) {
    const auto& seal = info.cipher.aesgcm_enc;
    return ErrorOf(AeadSeal(AeadKeyOf(seal), View(seal.in, seal.sz), Text(seal.out),
                            {Text(seal.authTag), seal.authTagSz}));
  }
  const auto& open = info.cipher.aesgcm_dec;
  return ErrorOf(AeadOpen(AeadKeyOf(open), View(open.in, open.sz),
                          View(open.authTag, open.authTagSz), Text(open.out)));
}

// RSA.

std::string OctetsOf(const mp_int& number) {
  auto& readable = const_cast<mp_int&>(number);
  std::string octets(static_cast<size_t>(mp_unsigned_bin_size(&readable)), '\0');
  if (mp_to_unsigned_bin(&readable, Octets(octets)) != MP_OKAY) octets.clear();
  return octets;
}

internal::RsaNumbers RsaNumbersOf(const RsaKey& key, bool with_secrets) {
  internal::RsaNumbers numbers = {.modulus = OctetsOf(key.n), .public_exponent = OctetsOf(key.e)};
  if (!with_secrets) return numbers;
  numbers.private_exponent = OctetsOf(key.d);
  numbers.prime1 = OctetsOf(key.p);
  numbers.prime2 = OctetsOf(key.q);
  numbers.exponent1 = OctetsOf(key.dP);
  numbers.exponent2 = OctetsOf(key.dQ);
  numbers.coefficient = OctetsOf(key.u);
  return numbers;
}

int RunRsa(const wc_CryptoInfo& info) {
  const auto& rsa = info.pk.rsa;
  const std::string_view in = View(rsa.in, rsa.inLen);
  const bool is_private = rsa.type == RSA_PRIVATE_ENCRYPT || rsa.type == RSA_PRIVATE_DECRYPT;
  const internal::RsaNumbers numbers = RsaNumbersOf(*rsa.key, is_private);
  return Give(is_private ? RsaPrivate(numbers, in) : RsaPublic(numbers, in), rsa.out, rsa.outLen);
}

// Elliptic curves.

std::optional<Curve> CurveOf(int id) {
  switch (id) {
    case ECC_SECP256R1:
      return Curve::kP256;
    case ECC_SECP384R1:
      return Curve::kP384;
    case ECC_SECP521R1:
      return Curve::kP521;
    default:
      return std::nullopt;
  }
}

std::optional<Curve> CurveOf(const ecc_key& key) {
  return key.dp != nullptr ? CurveOf(key.dp->id) : std::nullopt;
}

std::optional<std::string> ScalarOf(ecc_key& key) {
  std::string scalar(MAX_ECC_BYTES, '\0');
  word32 size = Size(scalar);
  if (wc_ecc_export_private_only(&key, Octets(scalar), &size) != 0) return std::nullopt;
  scalar.resize(size);
  return scalar;
}

std::optional<std::string> PointOf(ecc_key& key) {
  std::string point(1 + 2 * MAX_ECC_BYTES, '\0');
  word32 size = Size(point);
  if (wc_ecc_export_x963(&key, Octets(point), &size) != 0) return std::nullopt;
  point.resize(size);
  return point;
}

int RunEcKeyGeneration(const wc_CryptoInfo& info) {
  const auto& wanted = info.pk.eckg;
  const auto curve = CurveOf(*wanted.key);
  const auto pair = curve ? internal::MakeEcKeyPair(*curve) : std::nullopt;
  if (!pair) return kLeftToWolfcrypt;
  const std::string_view point = pair->point;
  const size_t field_octets = pair->scalar.size();
  const std::string_view x = point.substr(1, field_octets);
  const std::string_view y = point.substr(1 + field_octets);
  return wc_ecc_import_unsigned(wanted.key, Octets(x), Octets(y),
                                Octets(std::string_view(pair->scalar)), wanted.key->dp->id);
}

int RunEcdh(const wc_CryptoInfo& info) {
  const auto& ecdh = info.pk.ecdh;
  const auto curve = CurveOf(*ecdh.private_key);
  const auto scalar = ScalarOf(*ecdh.private_key);
  const auto point = PointOf(*ecdh.public_key);
  if (!curve || !scalar || !point) return kLeftToWolfcrypt;
  return Give(internal::Ecdh(*curve, *scalar, *point), ecdh.out, ecdh.outlen);
}

int RunEcdsaSign(const wc_CryptoInfo& info) {
  const auto& sign = info.pk.eccsign;
  const auto curve = CurveOf(*sign.key);
  const auto scalar = ScalarOf(*sign.key);
  if (!curve || !scalar) return kLeftToWolfcrypt;
  return Give(internal::EcdsaSign(*curve, *scalar, View(sign.in, sign.inlen)), sign.out,
              sign.outlen);
}

int RunEcdsaVerify(const wc_CryptoInfo& info) {
  const auto& verify = info.pk.eccverify;
  const auto curve = CurveOf(*verify.key);
  const auto point = PointOf(*verify.key);
  if (!curve || !point) return kLeftToWolfcrypt;
  const auto is_good = internal::EcdsaVerify(*curve, *point, View(verify.hash, verify.hashlen),
                                             View(verify.sig, verify.siglen));
  if (!is_good) return kLeftToWolfcrypt;
  *verify.res = *is_good ? 1 : 0;
  return 0;
}

int RunX25519KeyGeneration(const wc_CryptoInfo& info) {
  const auto pair = internal::MakeX25519KeyPair();
  if (!pair) return kLeftToWolfcrypt;
  return wc_curve25519_import_private_raw_ex(
      Octets(std::string_view(pair->scalar)), Size(pair->scalar),
      Octets(std::string_view(pair->point)), Size(pair->point), info.pk.curve25519kg.key,
      EC25519_LITTLE_ENDIAN);
}

int RunX25519(const wc_CryptoInfo& info) {
  const auto& exchange = info.pk.curve25519;
  std::string scalar(CURVE25519_KEYSIZE, '\0');
  std::string point(CURVE25519_KEYSIZE, '\0');
  word32 scalar_size = Size(scalar), point_size = Size(point);
  if (wc_curve25519_export_private_raw_ex(exchange.private_key, Octets(scalar), &scalar_size,
                                          EC25519_LITTLE_ENDIAN) != 0 ||
      wc_curve25519_export_public_ex(exchange.public_key, Octets(point), &point_size,
                                     EC25519_LITTLE_ENDIAN) != 0) {
    return kLeftToWolfcrypt;
  }
  auto secret = internal::X25519(scalar, point);
  if (secret && exchange.endian == EC25519_BIG_ENDIAN) {
    std::reverse(secret->begin(), secret->end());
  }
  return Give(secret, exchange.out, exchange.outlen);
}

int RunPublicKey(const wc_CryptoInfo& info) {
  switch (info.pk.type) {
    case WC_PK_TYPE_RSA:
      return RunRsa(info);
    case WC_PK_TYPE_EC_KEYGEN:
      return RunEcKeyGeneration(info);
    case WC_PK_TYPE_ECDH:
      return RunEcdh(info);
    case WC_PK_TYPE_ECDSA_SIGN:
      return RunEcdsaSign(info);
    case WC_PK_TYPE_ECDSA_VERIFY:
      return RunEcdsaVerify(info);
    case WC_PK_TYPE_CURVE25519_KEYGEN:
      return RunX25519KeyGeneration(info);
    case WC_PK_TYPE_CURVE25519:
      return RunX25519(info);
    default:
      return kLeftToWolfcrypt;
  }
}

int Fill(byte* out, word32 size) {
  return FillWithRandomOctets({Text(out), size}) ? 0 : kLeftToWolfcrypt;
}

int Run(int, wc_CryptoInfo* info, void*) {
  switch (info->algo_type) {
    case WC_ALGO_TYPE_CIPHER:
      return RunCipher(*info);
    case WC_ALGO_TYPE_HASH:
      return internal::RunHash(*info);
    case WC_ALGO_TYPE_PK:
      return RunPublicKey(*info);
    case WC_ALGO_TYPE_RNG:
      return Fill(info->rng.out, info->rng.sz);
    case WC_ALGO_TYPE_SEED:
      return Fill(info->seed.seed, info->seed.sz);
    default:
      return kLeftToWolfcrypt;
  }
}

}  // namespace

int WolfsslDevice() {
  static const int registered = [] {
    Check(wolfCrypt_Init() == 0, "wolfCrypt does not start");
    Check(wc_CryptoCb_RegisterDevice(kDevice, Run, nullptr) == 0, "wolfCrypt takes no device");
    return kDevice;
  }();
  return registered;
}

}  // namespace ringpost::crypto

// What wolfSSL 5.5.4 does not offer to its device. Each stands in the place of libwolfssl's
// function of the same name: the symbols of a program go before those of its libraries
// (docs/decisions/0007-tls.md).
extern "C" {

// Without the generator's self-test, some 330 blocks of SHA-256 and an open of /dev/urandom for
// each connection: all that it is asked for comes from the device. Had it no device, it would
// refuse.
RINGPOST_SUBSTITUTES int wc_InitRng_ex(WC_RNG* generator, void* heap, int) {
  if (generator == nullptr) return BAD_FUNC_ARG;
  *generator = {};
  generator->heap = heap;
  generator->devId = ringpost::crypto::WolfsslDevice();
  return 0;
}

RINGPOST_SUBSTITUTES int wc_InitRng(WC_RNG* generator) {
  return wc_InitRng_ex(generator, nullptr, INVALID_DEVID);
}

// The key shares of TLS 1.3 are made and used without a device.
RINGPOST_SUBSTITUTES int wc_curve25519_init_ex(curve25519_key* key, void* heap, int) {
  static const auto original =
      reinterpret_cast<decltype(&wc_curve25519_init_ex)>(dlsym(RTLD_NEXT, "wc_curve25519_init_ex"));
  return original(key, heap, ringpost::crypto::WolfsslDevice());
}

RINGPOST_SUBSTITUTES int wc_curve25519_init(curve25519_key* key) {
  return wc_curve25519_init_ex(key, nullptr, INVALID_DEVID);
}

}  // extern "C"
