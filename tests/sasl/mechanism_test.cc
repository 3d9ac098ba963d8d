#include "ringpost/sasl/mechanism.h"

#include "gtest/gtest.h"

namespace ringpost::sasl {
namespace {

TEST(Mechanism, IsReadAsItIsWritten) {
  for (const Mechanism mechanism : kAllMechanisms) {
    EXPECT_EQ(ParseMechanism(MechanismName(mechanism)), mechanism);
  }
  EXPECT_EQ(MechanismName(Mechanism::kScramSha256Plus), "SCRAM-SHA-256-PLUS");
  EXPECT_EQ(ParseMechanism("plain"), Mechanism::kPlain);
}

TEST(Mechanism, OthersAreNone) {
  for (const char* name : {"", "CRAM-MD5", "DIGEST-MD5", "ANONYMOUS", "PLAIN ", "SCRAM-SHA-512",
                           "LOG\xc4\xb1N", "SCRAM"}) {
    EXPECT_EQ(ParseMechanism(name), std::nullopt) << name;
  }
}

TEST(Mechanism, SecretsGoOverTheWireInPlainOnesAlone) {
  EXPECT_TRUE(SendsSecret(Mechanism::kPlain));
  EXPECT_TRUE(SendsSecret(Mechanism::kLogin));
  EXPECT_TRUE(SendsSecret(Mechanism::kOauthBearer));
  EXPECT_TRUE(SendsSecret(Mechanism::kXoauth2));
  for (const Mechanism mechanism : kAllMechanisms) {
    EXPECT_FALSE(SendsSecret(mechanism) && IsScram(mechanism));
    EXPECT_EQ(BindsChannel(mechanism), MechanismName(mechanism).ends_with("-PLUS"));
    EXPECT_EQ(IsScram(mechanism), MechanismName(mechanism).starts_with("SCRAM"));
  }
}

}  // namespace
}  // namespace ringpost::sasl
