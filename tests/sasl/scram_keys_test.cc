#include "ringpost/sasl/scram_keys.h"

#include "gtest/gtest.h"
#include "ringpost/base/base64.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::sasl {
namespace {

const HashFunctions& Sha1() { return crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha1); }
const HashFunctions& Sha256() { return crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha256); }

// The keys behind the examples of RFC 5802 §5 and RFC 7677 §3.
TEST(ScramKeys, AreThoseOfTheExamples) {
  const ScramKeys sha1 = MakeScramKeys(Sha1(), "pencil", *DecodeBase64("QSXCR+Q6sek8bf92"), 4096);
  EXPECT_EQ(EncodeBase64(sha1.stored_key), "6dlGYMOdZcOPutkcNY8U2g7vK9Y=");
  EXPECT_EQ(EncodeBase64(sha1.server_key), "D+CSWLOshSulAsxiupA+qs2/fTE=");
  const ScramKeys sha256 =
      MakeScramKeys(Sha256(), "pencil", *DecodeBase64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
  EXPECT_EQ(EncodeBase64(sha256.stored_key), "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
  EXPECT_EQ(EncodeBase64(sha256.server_key), "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST(ScramKeys, FakeOnesLookReal) {
  const ScramKeys real =
      MakeScramKeys(Sha256(), "pencil", std::string(kScramSaltOctets, 's'), 4096);
  const ScramKeys fake = FakeScramKeys(Sha256(), "secret", "nobody", 4096);
  EXPECT_EQ(fake.salt.size(), real.salt.size());
  EXPECT_EQ(fake.stored_key.size(), real.stored_key.size());
  EXPECT_EQ(fake.iteration_count, real.iteration_count);
}

TEST(ScramKeys, FakeOnesStayTheSameForAUser) {
  const ScramKeys fake = FakeScramKeys(Sha256(), "secret", "nobody", 4096);
  EXPECT_EQ(FakeScramKeys(Sha256(), "secret", "nobody", 4096).salt, fake.salt);
  EXPECT_NE(FakeScramKeys(Sha256(), "secret", "noone", 4096).salt, fake.salt);
  EXPECT_NE(FakeScramKeys(Sha256(), "another", "nobody", 4096).salt, fake.salt);
}

}  // namespace
}  // namespace ringpost::sasl
