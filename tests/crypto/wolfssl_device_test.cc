// Each operation by the device and by wolfCrypt itself: the same result, or one verifies the other.
#include "ringpost/crypto/wolfssl_device.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/curve25519.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/random.h"

namespace ringpost::crypto {
namespace {

byte* Octets(std::string& text) { return reinterpret_cast<byte*>(text.data()); }
const byte* Octets(const std::string& text) { return reinterpret_cast<const byte*>(text.data()); }
word32 Size(const std::string& text) { return static_cast<word32>(text.size()); }

class WolfsslDeviceTest : public ::testing::Test {
 protected:
  WolfsslDeviceTest() { EXPECT_EQ(wc_InitRng(&rng_), 0); }
  ~WolfsslDeviceTest() override { wc_FreeRng(&rng_); }

  std::string RandomText(size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random_.Next());
    return text;
  }

  Random random_{7};
  WC_RNG rng_;
  const int device_ = WolfsslDevice();
};

struct AesKey {
  AesKey(const std::string& key, int device) {
    EXPECT_EQ(wc_AesInit(&aes, nullptr, device), 0);
    EXPECT_EQ(wc_AesGcmSetKey(&aes, Octets(key), Size(key)), 0);
  }
  ~AesKey() { wc_AesFree(&aes); }
  Aes aes;
};

TEST_F(WolfsslDeviceTest, IsRegisteredOnce) {
  EXPECT_NE(device_, INVALID_DEVID);
  EXPECT_EQ(WolfsslDevice(), device_);
}

TEST_F(WolfsslDeviceTest, SealsAsWolfcryptDoes) {
  for (const size_t key_octets : {16u, 24u, 32u}) {
    for (int i = 0; i < 60; ++i) {
      const std::string key = RandomText(key_octets), nonce = RandomText(12);
      const std::string additional = RandomText(random_.Below(40));
      const size_t size = i < 40 ? static_cast<size_t>(i) : random_.Below(16385);
      const std::string text = RandomText(size);
      std::string ours = text, theirs(size, '\0'), our_tag(16, '\0'), their_tag(16, '\0');
      AesKey fast(key, device_), slow(key, INVALID_DEVID);
      // Ours in place.
      ASSERT_EQ(wc_AesGcmEncrypt(&fast.aes, Octets(ours), Octets(ours), Size(ours), Octets(nonce),
                                 12, Octets(our_tag), 16, Octets(additional), Size(additional)),
                0);
      ASSERT_EQ(wc_AesGcmEncrypt(&slow.aes, Octets(theirs), Octets(text), Size(text), Octets(nonce),
                                 12, Octets(their_tag), 16, Octets(additional), Size(additional)),
                0);
      ASSERT_EQ(ours, theirs) << size;
      ASSERT_EQ(our_tag, their_tag) << size;

      std::string opened(size, '\0');
      ASSERT_EQ(
          wc_AesGcmDecrypt(&fast.aes, Octets(opened), Octets(theirs), Size(theirs), Octets(nonce),
                           12, Octets(their_tag), 16, Octets(additional), Size(additional)),
          0);
      ASSERT_EQ(opened, text);
    }
  }
}

TEST_F(WolfsslDeviceTest, RefusesAForgedTag) {
  const std::string key = RandomText(16), nonce = RandomText(12), text = RandomText(100);
  AesKey aes(key, device_);
  std::string sealed(100, '\0'), tag(16, '\0'), opened(100, '\0');
  ASSERT_EQ(wc_AesGcmEncrypt(&aes.aes, Octets(sealed), Octets(text), 100, Octets(nonce), 12,
                             Octets(tag), 16, nullptr, 0),
            0);
  for (size_t bit = 0; bit < 128; ++bit) {
    std::string forged = tag;
    forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(wc_AesGcmDecrypt(&aes.aes, Octets(opened), Octets(sealed), 100, Octets(nonce), 12,
                               Octets(forged), 16, nullptr, 0),
              AES_GCM_AUTH_E);
  }
}

// Nonces of other sizes are not libcrypto's fast path, and still come out right.
TEST_F(WolfsslDeviceTest, LeavesOtherNoncesToWolfcrypt) {
  const std::string key = RandomText(16), nonce = RandomText(16), text = RandomText(50);
  AesKey fast(key, device_), slow(key, INVALID_DEVID);
  std::string ours(50, '\0'), theirs(50, '\0'), our_tag(16, '\0'), their_tag(16, '\0');
  ASSERT_EQ(wc_AesGcmEncrypt(&fast.aes, Octets(ours), Octets(text), 50, Octets(nonce), 16,
                             Octets(our_tag), 16, nullptr, 0),
            0);
  ASSERT_EQ(wc_AesGcmEncrypt(&slow.aes, Octets(theirs), Octets(text), 50, Octets(nonce), 16,
                             Octets(their_tag), 16, nullptr, 0),
            0);
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(our_tag, their_tag);
}

struct EccKey {
  explicit EccKey(int device) { EXPECT_EQ(wc_ecc_init_ex(&key, nullptr, device), 0); }
  ~EccKey() { wc_ecc_free(&key); }
  ecc_key key;
};

TEST_F(WolfsslDeviceTest, EllipticCurvesAgreeWithWolfcrypts) {
  for (const auto& [curve, octets] :
       {std::pair(ECC_SECP256R1, 32), std::pair(ECC_SECP384R1, 48), std::pair(ECC_SECP521R1, 66)}) {
    EccKey fast(device_), slow(INVALID_DEVID);
    ASSERT_EQ(wc_ecc_make_key_ex(&rng_, octets, &fast.key, curve), 0);
    ASSERT_EQ(wc_ecc_make_key_ex(&rng_, octets, &slow.key, curve), 0);
    ASSERT_EQ(wc_ecc_check_key(&fast.key), 0);
    ASSERT_EQ(wc_ecc_set_rng(&slow.key, &rng_), 0);
    ASSERT_EQ(wc_ecc_set_rng(&fast.key, &rng_), 0);

    std::string ours(66, '\0'), theirs(66, '\0');
    word32 our_size = 66, their_size = 66;
    ASSERT_EQ(wc_ecc_shared_secret(&fast.key, &slow.key, Octets(ours), &our_size), 0);
    ASSERT_EQ(wc_ecc_shared_secret(&slow.key, &fast.key, Octets(theirs), &their_size), 0);
    EXPECT_EQ(our_size, static_cast<word32>(octets));
    EXPECT_EQ(our_size, their_size);
    EXPECT_EQ(ours, theirs);

    // Each signature is verified by the other.
    const std::string digest = RandomText(32);
    for (const auto& [signer_device, verifier_device] :
         {std::pair(device_, INVALID_DEVID), std::pair(INVALID_DEVID, device_)}) {
      std::string signature(160, '\0');
      word32 size = 160;
      fast.key.devId = signer_device;
      ASSERT_EQ(wc_ecc_sign_hash(Octets(digest), 32, Octets(signature), &size, &rng_, &fast.key),
                0);
      fast.key.devId = verifier_device;
      int is_good = 0;
      ASSERT_EQ(
          wc_ecc_verify_hash(Octets(signature), size, Octets(digest), 32, &is_good, &fast.key), 0);
      EXPECT_EQ(is_good, 1);
      std::string other = digest;
      other[0] ^= 1;
      ASSERT_EQ(wc_ecc_verify_hash(Octets(signature), size, Octets(other), 32, &is_good, &fast.key),
                0);
      EXPECT_EQ(is_good, 0);
    }
  }
}

TEST_F(WolfsslDeviceTest, X25519AgreesWithWolfcrypts) {
  for (const int endian : {EC25519_LITTLE_ENDIAN, EC25519_BIG_ENDIAN}) {
    curve25519_key fast, slow;
    ASSERT_EQ(wc_curve25519_init_ex(&fast, nullptr, device_), 0);
    ASSERT_EQ(wc_curve25519_init_ex(&slow, nullptr, INVALID_DEVID), 0);
    slow.devId = INVALID_DEVID;
    ASSERT_EQ(wc_curve25519_make_key(&rng_, 32, &fast), 0);
    ASSERT_EQ(wc_curve25519_make_key(&rng_, 32, &slow), 0);
    std::string ours(32, '\0'), theirs(32, '\0');
    word32 our_size = 32, their_size = 32;
    ASSERT_EQ(wc_curve25519_shared_secret_ex(&fast, &slow, Octets(ours), &our_size, endian), 0);
    ASSERT_EQ(wc_curve25519_shared_secret_ex(&slow, &fast, Octets(theirs), &their_size, endian), 0);
    EXPECT_EQ(ours, theirs);
    // Again, by a key that is not the last one made.
    std::string again(32, '\0');
    ASSERT_EQ(wc_curve25519_shared_secret_ex(&fast, &slow, Octets(again), &our_size, endian), 0);
    EXPECT_EQ(again, ours);
    wc_curve25519_free(&fast);
    wc_curve25519_free(&slow);
  }
}

TEST_F(WolfsslDeviceTest, RsaAgreesWithWolfcrypts) {
  RsaKey key;
  ASSERT_EQ(wc_InitRsaKey_ex(&key, nullptr, INVALID_DEVID), 0);
  ASSERT_EQ(wc_MakeRsaKey(&key, 2048, 65537, &rng_), 0);
  ASSERT_EQ(wc_RsaSetRNG(&key, &rng_), 0);
  const std::string digest = RandomText(32);
  for (const auto& [signer_device, verifier_device] :
       {std::pair(device_, INVALID_DEVID), std::pair(INVALID_DEVID, device_),
        std::pair(device_, device_)}) {
    std::string signature(256, '\0'), opened(256, '\0');
    key.devId = signer_device;
    ASSERT_EQ(wc_RsaPSS_Sign(Octets(digest), 32, Octets(signature), 256, WC_HASH_TYPE_SHA256,
                             WC_MGF1SHA256, &key, &rng_),
              256);
    key.devId = verifier_device;
    EXPECT_GT(wc_RsaPSS_VerifyCheck(Octets(signature), 256, Octets(opened), 256, Octets(digest), 32,
                                    WC_HASH_TYPE_SHA256, WC_MGF1SHA256, &key),
              0);

    key.devId = signer_device;
    ASSERT_EQ(wc_RsaSSL_Sign(Octets(digest), 32, Octets(signature), 256, &key, &rng_), 256);
    key.devId = verifier_device;
    ASSERT_EQ(wc_RsaSSL_Verify(Octets(signature), 256, Octets(opened), 256, &key), 32);
    EXPECT_EQ(opened.substr(0, 32), digest);
  }
  // PKCS #1 v1.5 signatures are all equal.
  std::string ours(256, '\0'), theirs(256, '\0');
  key.devId = device_;
  wc_RsaSSL_Sign(Octets(digest), 32, Octets(ours), 256, &key, &rng_);
  key.devId = INVALID_DEVID;
  wc_RsaSSL_Sign(Octets(digest), 32, Octets(theirs), 256, &key, &rng_);
  EXPECT_EQ(ours, theirs);
  wc_FreeRsaKey(&key);
}

TEST_F(WolfsslDeviceTest, GivesRandomness) {
  WC_RNG rng;
  ASSERT_EQ(wc_InitRng_ex(&rng, nullptr, device_), 0);
  std::string first(32, '\0'), second(32, '\0');
  EXPECT_EQ(wc_RNG_GenerateBlock(&rng, Octets(first), 32), 0);
  EXPECT_EQ(wc_RNG_GenerateBlock(&rng, Octets(second), 32), 0);
  EXPECT_NE(first, second);
  wc_FreeRng(&rng);
}

}  // namespace
}  // namespace ringpost::crypto
