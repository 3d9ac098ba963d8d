#include "ringpost/crypto/aead.h"

#include <string>

#include "gtest/gtest.h"
#include "ringpost/base/text.h"

namespace ringpost::crypto {
namespace {

struct Case {
  AeadAlgorithm algorithm;
  size_t key_octets;
};

class EachAead : public ::testing::TestWithParam<Case> {
 protected:
  AeadKey By(std::string_view additional = "header") const {
    return {.algorithm = GetParam().algorithm,
            .key = key_,
            .nonce = "123456789012",
            .additional = additional};
  }
  std::string Seal(std::string_view text) {
    std::string sealed(text.size(), '\0');
    EXPECT_EQ(AeadSeal(By(), text, sealed.data(), tag_), AeadResult::kDone);
    return sealed;
  }

  const std::string key_ = std::string(GetParam().key_octets, 'k');
  std::string tag_ = std::string(kAeadTagOctets, '\0');
};

TEST_P(EachAead, OpensWhatItSealedInPlace) {
  for (const size_t size : {0u, 1u, 16u, 1000u, 16384u}) {
    const std::string text(size, 't');
    std::string octets = Seal(text);
    if (size > 8) EXPECT_NE(octets, text);
    EXPECT_EQ(AeadOpen(By(), octets, tag_, octets.data()), AeadResult::kDone);
    EXPECT_EQ(octets, text);
  }
}

TEST_P(EachAead, SealsATextInTwoPieces) {
  const std::string text(100, 't');
  const std::string whole = Seal(text), tag = tag_;
  for (const size_t cut : {0u, 1u, 16u, 99u, 100u}) {
    std::string sealed(text.size(), '\0');
    EXPECT_EQ(AeadSeal(By(), text.substr(0, cut), text.substr(cut), sealed.data(), tag_),
              AeadResult::kDone);
    EXPECT_EQ(sealed, whole) << cut;
    EXPECT_EQ(tag_, tag) << cut;
  }
}

TEST_P(EachAead, NoticesWhatWasChanged) {
  const std::string sealed = Seal("text");
  std::string text(4, '\0');
  std::string other = sealed;
  other[0] ^= 1;
  EXPECT_EQ(AeadOpen(By(), other, tag_, text.data()), AeadResult::kForged);
  EXPECT_EQ(AeadOpen(By("Header"), sealed, tag_, text.data()), AeadResult::kForged);
  other = tag_;
  other[15] ^= 1;
  EXPECT_EQ(AeadOpen(By(), sealed, other, text.data()), AeadResult::kForged);
  EXPECT_EQ(AeadOpen(By(), sealed, tag_, text.data()), AeadResult::kDone)
      << "and forgets what it refused";
  EXPECT_EQ(text, "text");
}

TEST_P(EachAead, RefusesWrongSizes) {
  std::string text(4, '\0');
  AeadKey by = By();
  by.key = "short";
  EXPECT_EQ(AeadSeal(by, "text", text.data(), tag_), AeadResult::kRefused);
  by = By();
  by.nonce = "123";
  EXPECT_EQ(AeadSeal(by, "text", text.data(), tag_), AeadResult::kRefused);
  const std::string sealed = Seal("text");
  EXPECT_EQ(AeadOpen(By(), sealed, std::string_view(tag_).substr(0, 4), text.data()),
            AeadResult::kRefused)
      << "a short tag is soon guessed";
}

INSTANTIATE_TEST_SUITE_P(Crypto, EachAead,
                         ::testing::Values(Case{AeadAlgorithm::kAesGcm, 16},
                                           Case{AeadAlgorithm::kAesGcm, 24},
                                           Case{AeadAlgorithm::kAesGcm, 32},
                                           Case{AeadAlgorithm::kChaCha20Poly1305, 32}));

// Of AES-GCM and ChaCha20-Poly1305 one 32 octets long each.
TEST(Aead, TellsEqualKeysOfTwoAlgorithmsApart) {
  const std::string key(32, 'k');
  const AeadKey aes = {.key = key, .nonce = "123456789012"};
  const AeadKey chacha = {
      .algorithm = AeadAlgorithm::kChaCha20Poly1305, .key = key, .nonce = "123456789012"};
  std::string by_aes(4, '\0'), by_chacha(4, '\0'), tag(kAeadTagOctets, '\0');
  AeadSeal(aes, "text", by_aes.data(), tag);
  AeadSeal(chacha, "text", by_chacha.data(), tag);
  EXPECT_NE(by_aes, by_chacha);
}

}  // namespace
}  // namespace ringpost::crypto
