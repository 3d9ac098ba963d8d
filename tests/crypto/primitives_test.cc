#include "ringpost/crypto/internal/primitives.h"

#include "gtest/gtest.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::crypto::internal {
namespace {

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
