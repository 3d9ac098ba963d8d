#include "ringpost/crypto/hash.h"

#include "gtest/gtest.h"
#include "ringpost/base/text.h"

namespace ringpost::crypto {
namespace {

constexpr HashAlgorithm kAll[] = {HashAlgorithm::kSha1, HashAlgorithm::kSha256,
                                  HashAlgorithm::kSha384, HashAlgorithm::kSha512};

std::string Hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    Append(text, kDigits[octet >> 4], kDigits[octet & 15]);
  }
  return text;
}

TEST(Hash, KnowsTheDigestsOfFips180) {
  EXPECT_EQ(Hex(Digest(HashAlgorithm::kSha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Hex(Digest(HashAlgorithm::kSha256, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Digest(HashAlgorithm::kSha384, "abc")),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(Hex(Digest(HashAlgorithm::kSha512, "abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(Hex(Digest(HashAlgorithm::kSha256, "")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, GivesTheSameInPieces) {
  const std::string text(1000, 'x');
  for (const HashAlgorithm algorithm : kAll) {
    Hasher hasher(algorithm);
    for (size_t at = 0; at < text.size(); at += 7)
      hasher.Update(std::string_view(text).substr(at, 7));
    EXPECT_EQ(hasher.Finish(), Digest(algorithm, text));
    EXPECT_EQ(hasher.Finish(), Digest(algorithm, "")) << "the second text is a new one";
  }
}

TEST(Hash, AHasherCanMove) {
  Hasher first(HashAlgorithm::kSha256);
  first.Update("a");
  Hasher second = std::move(first);
  second.Update("bc");
  EXPECT_EQ(second.Finish(), Digest(HashAlgorithm::kSha256, "abc"));
}

TEST(Hash, KnowsTheHmacsOfRfc2202And4231) {
  EXPECT_EQ(Hex(Hmac(HashAlgorithm::kSha1, "Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(Hex(Hmac(HashAlgorithm::kSha256, "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(Hmac(HashAlgorithm::kSha256, std::string(131, '\xaa'),
                     "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hash, AnEmptyKeyIsAKey) {
  EXPECT_EQ(Hex(Hmac(HashAlgorithm::kSha256, "", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(Hmac(HashAlgorithm::kSha256, std::string_view(), ""),
            Hmac(HashAlgorithm::kSha256, "", ""));
}

TEST(Hash, KnowsTheKeysOfRfc6070And7914) {
  EXPECT_EQ(Hex(Pbkdf2(HashAlgorithm::kSha1, "password", "salt", 4096, 20)),
            "4b007901b765489abead49d926f721d065a429c1");
  EXPECT_EQ(Hex(Pbkdf2(HashAlgorithm::kSha256, "passwd", "salt", 1, 64)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST(Hash, FunctionsAreThoseOfTheAlgorithm) {
  for (const HashAlgorithm algorithm : kAll) {
    const HashFunctions& functions = HashFunctionsOf(algorithm);
    EXPECT_EQ(functions.digest_octets, functions.digest("").size());
    EXPECT_EQ(functions.digest("abc"), Digest(algorithm, "abc"));
    EXPECT_EQ(functions.hmac("key", "abc"), Hmac(algorithm, "key", "abc"));
    EXPECT_EQ(functions.pbkdf2("password", "salt", 3),
              Pbkdf2(algorithm, "password", "salt", 3, functions.digest_octets));
  }
}

}  // namespace
}  // namespace ringpost::crypto
