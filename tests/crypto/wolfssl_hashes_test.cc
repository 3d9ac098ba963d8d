// The same results as wolfCrypt's own functions, by the device and by those that stand in their
// place.
#include "ringpost/crypto/internal/wolfssl_hashes.h"

#include <wolfssl/wolfcrypt/curve25519.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/hmac.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/wc_port.h>

#include <dlfcn.h>

#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/random.h"
#include "ringpost/crypto/wolfssl_device.h"

namespace ringpost::crypto::internal {
namespace {

byte* Octets(std::string& text) { return reinterpret_cast<byte*>(text.data()); }
const byte* Octets(const std::string& text) { return reinterpret_cast<const byte*>(text.data()); }
word32 Size(const std::string& text) { return static_cast<word32>(text.size()); }

// wolfCrypt's own, where a function of ours stands in its place.
template <typename Function>
Function OwnOf(Function, const char* name) {
  Dl_info library = {};
  EXPECT_NE(dladdr(reinterpret_cast<void*>(wolfCrypt_Init), &library), 0);
  void* const handle = dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  EXPECT_NE(handle, nullptr) << dlerror();
  auto* const own = reinterpret_cast<Function>(dlsym(handle, name));
  EXPECT_NE(own, nullptr) << name;
  dlclose(handle);
  return own;
}

template <typename Hash>
struct HashFunctions {
  int (*start)(Hash*, void*, int);
  int (*update)(Hash*, const byte*, word32);
  int (*own_update)(Hash*, const byte*, word32);
  int (*finish)(Hash*, byte*);
  int (*own_finish)(Hash*, byte*);
  int (*peek)(Hash*, byte*);
  int (*copy)(Hash*, Hash*);
  size_t digest_octets;
};

template <typename Hash>
void ExpectEqualHashes(const HashFunctions<Hash>& functions, int device, Random& random) {
  for (int round = 0; round < 50; ++round) {
    Hash fast, slow, copied;
    ASSERT_EQ(functions.start(&fast, nullptr, device), 0);
    ASSERT_EQ(functions.start(&slow, nullptr, INVALID_DEVID), 0);
    std::string ours(functions.digest_octets, '\0'), theirs = ours;
    for (uint64_t pieces = random.Below(6); pieces > 0; --pieces) {
      const std::string piece(random.Below(round % 2 == 0 ? 10 : 1000), static_cast<char>(round));
      functions.update(&fast, Octets(piece), Size(piece));
      functions.own_update(&slow, Octets(piece), Size(piece));
      // As a transcript's hash is read while the handshake goes on.
      ASSERT_EQ(functions.peek(&fast, Octets(ours)), 0);
      ASSERT_EQ(functions.copy(&slow, &copied), 0);
      ASSERT_EQ(functions.own_finish(&copied, Octets(theirs)), 0);
      ASSERT_EQ(ours, theirs);
    }
    ASSERT_EQ(functions.copy(&fast, &copied), 0);
    ASSERT_EQ(functions.finish(&fast, Octets(ours)), 0);
    ASSERT_EQ(functions.own_finish(&slow, Octets(theirs)), 0);
    ASSERT_EQ(ours, theirs);
    ASSERT_EQ(functions.finish(&copied, Octets(ours)), 0);
    ASSERT_EQ(ours, theirs);
    // Finished is started anew.
    ASSERT_EQ(functions.finish(&fast, Octets(ours)), 0);
    ASSERT_EQ(functions.own_finish(&slow, Octets(theirs)), 0);
    ASSERT_EQ(ours, theirs);
  }
}

// What wolfSSL calls without asking its device, it finds here all the same.
TEST(WolfsslHashes, StandInThePlaceOfWolfcryptsFunctions) {
  for (const char* const name :
       {"wc_InitRng", "wc_InitRng_ex", "wc_Sha256Update", "wc_Sha256Final", "wc_Sha384Update",
        "wc_Sha384Final", "wc_curve25519_init", "wc_curve25519_init_ex"}) {
    void* const found = dlsym(RTLD_DEFAULT, name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_NE(found, OwnOf(found, name)) << name;
  }
  // HKDF gives its HMAC no device: RFC 5869 appendix A.1.
  const std::string secret(22, '\x0b'),
      salt("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c", 13);
  std::string key(32, '\0');
  ASSERT_EQ(wc_HKDF_Extract(WC_SHA256, Octets(salt), Size(salt), Octets(secret), Size(secret),
                            Octets(key)),
            0);
  EXPECT_EQ(key,
            "\x07\x77\x09\x36\x2c\x2e\x32\xdf\x0d\xdc\x3f\x0d\xc4\x7b\xba\x63"
            "\x90\xb6\xc7\x3b\xb5\x0f\x9c\x31\x22\xec\x84\x4a\xd7\xc2\xb3\xe5");
  curve25519_key share;
  ASSERT_EQ(wc_curve25519_init_ex(&share, nullptr, INVALID_DEVID), 0);
  EXPECT_EQ(share.devId, WolfsslDevice());
  wc_curve25519_free(&share);
}

TEST(WolfsslHashes, AreWolfcrypts) {
  Random random(7);
  const int device = WolfsslDevice();

  ExpectEqualHashes<wc_Sha256>({.start = wc_InitSha256_ex,
                                .update = wc_Sha256Update,
                                .own_update = OwnOf(wc_Sha256Update, "wc_Sha256Update"),
                                .finish = wc_Sha256Final,
                                .own_finish = OwnOf(wc_Sha256Final, "wc_Sha256Final"),
                                .peek = wc_Sha256GetHash,
                                .copy = wc_Sha256Copy,
                                .digest_octets = 32},
                               device, random);
  ExpectEqualHashes<wc_Sha384>({.start = wc_InitSha384_ex,
                                .update = wc_Sha384Update,
                                .own_update = OwnOf(wc_Sha384Update, "wc_Sha384Update"),
                                .finish = wc_Sha384Final,
                                .own_finish = OwnOf(wc_Sha384Final, "wc_Sha384Final"),
                                .peek = wc_Sha384GetHash,
                                .copy = wc_Sha384Copy,
                                .digest_octets = 48},
                               device, random);
  ExpectEqualHashes<wc_Sha512>({.start = wc_InitSha512_ex,
                                .update = wc_Sha512Update,
                                .own_update = OwnOf(wc_Sha512Update, "wc_Sha512Update"),
                                .finish = wc_Sha512Final,
                                .own_finish = OwnOf(wc_Sha512Final, "wc_Sha512Final"),
                                .peek = wc_Sha512GetHash,
                                .copy = wc_Sha512Copy,
                                .digest_octets = 64},
                               device, random);
}

}  // namespace
}  // namespace ringpost::crypto::internal
