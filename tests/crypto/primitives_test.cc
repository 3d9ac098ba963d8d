#include "ringpost/crypto/internal/primitives.h"

#include "gtest/gtest.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::crypto::internal {
namespace {

std::string Seal(std::string_view key, std::string_view text, std::string_view additional,
                 std::string& tag) {
  std::string out(text.size(), '\0');
  tag.assign(16, '\0');
  EXPECT_EQ(AesGcmSeal({.key = key,
                        .nonce = "123456789012",
                        .additional = additional,
                        .in = text,
                        .out = out.data()},
                       tag),
            GcmResult::kDone);
  return out;
}

TEST(AesGcm, OpensWhatItSealed) {
  for (const size_t key_octets : {16u, 24u, 32u}) {
    const std::string key(key_octets, 'k');
    for (const size_t size : {0u, 1u, 16u, 1000u, 16384u}) {
      const std::string text(size, 't');
      std::string tag;
      std::string sealed = Seal(key, text, "header", tag);
      const GcmText opening = {.key = key,
                               .nonce = "123456789012",
                               .additional = "header",
                               .in = sealed,
                               .out = sealed.data()};
      EXPECT_EQ(AesGcmOpen(opening, tag), GcmResult::kDone);
      EXPECT_EQ(sealed, text);
    }
  }
}

TEST(AesGcm, NoticesWhatWasChanged) {
  const std::string key(16, 'k');
  std::string tag;
  const std::string sealed = Seal(key, "text", "header", tag);
  std::string out(4, '\0');
  const auto open = [&](std::string_view in, std::string_view additional,
                        std::string_view its_tag) {
    return AesGcmOpen({.key = key,
                       .nonce = "123456789012",
                       .additional = additional,
                       .in = in,
                       .out = out.data()},
                      its_tag);
  };
  std::string other = sealed;
  other[0] ^= 1;
  EXPECT_EQ(open(other, "header", tag), GcmResult::kForged);
  EXPECT_EQ(open(sealed, "Header", tag), GcmResult::kForged);
  other = tag;
  other[15] ^= 1;
  EXPECT_EQ(open(sealed, "header", other), GcmResult::kForged);
  EXPECT_EQ(open(sealed, "header", tag), GcmResult::kDone) << "and forgets what it refused";
}

TEST(AesGcm, RefusesKeysAndNoncesThatItHasNot) {
  std::string tag(16, '\0'), out(4, '\0');
  EXPECT_EQ(AesGcmSeal({.key = "short",
                        .nonce = "123456789012",
                        .additional = "",
                        .in = "text",
                        .out = out.data()},
                       tag),
            GcmResult::kRefused);
  const std::string key(16, 'k');
  EXPECT_EQ(
      AesGcmSeal({.key = key, .nonce = "123", .additional = "", .in = "text", .out = out.data()},
                 tag),
      GcmResult::kRefused);
}

TEST(EllipticCurves, BothSidesFindTheSameSecret) {
  for (const Curve curve : {Curve::kP256, Curve::kP384, Curve::kP521}) {
    const auto a = MakeEcKeyPair(curve), b = MakeEcKeyPair(curve);
    ASSERT_TRUE(a && b);
    const auto secret = Ecdh(curve, a->scalar, b->point);
    ASSERT_TRUE(secret);
    EXPECT_EQ(Ecdh(curve, b->scalar, a->point), secret);
    EXPECT_EQ(secret->size(), a->scalar.size());
  }
}

TEST(EllipticCurves, RefuseAPointThatIsElsewhere) {
  const auto key = MakeEcKeyPair(Curve::kP256);
  std::string point = key->point;
  point.back() ^= 1;
  EXPECT_EQ(Ecdh(Curve::kP256, key->scalar, point), std::nullopt);
  EXPECT_EQ(Ecdh(Curve::kP256, key->scalar, ""), std::nullopt);
  EXPECT_EQ(Ecdh(Curve::kP256, key->scalar, std::string(1, '\0')), std::nullopt) << "infinity";
}

TEST(EllipticCurves, SignAndVerify) {
  const auto key = MakeEcKeyPair(Curve::kP384);
  const std::string digest = Digest(HashAlgorithm::kSha384, "text");
  const auto signature = EcdsaSign(Curve::kP384, key->scalar, digest);
  ASSERT_TRUE(signature);
  EXPECT_EQ(EcdsaVerify(Curve::kP384, key->point, digest, *signature), true);
  EXPECT_EQ(
      EcdsaVerify(Curve::kP384, key->point, Digest(HashAlgorithm::kSha384, "Text"), *signature),
      false);
  EXPECT_EQ(EcdsaVerify(Curve::kP384, key->point, digest, "no signature"), false);
}

TEST(X25519, BothSidesFindTheSameSecret) {
  const auto a = MakeX25519KeyPair(), b = MakeX25519KeyPair();
  ASSERT_TRUE(a && b);
  const auto secret = X25519(a->scalar, b->point);
  ASSERT_TRUE(secret);
  EXPECT_EQ(X25519(b->scalar, a->point), secret);
}

TEST(X25519, RefusesAPointOfSmallOrder) {
  const auto key = MakeX25519KeyPair();
  EXPECT_EQ(X25519(key->scalar, std::string(32, '\0')), std::nullopt);
}

}  // namespace
}  // namespace ringpost::crypto::internal
