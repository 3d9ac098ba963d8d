#include "ringpost/sasl/internal/scram_client.h"

#include "gtest/gtest.h"
#include "ringpost/base/text.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::sasl {
namespace {

class ScramClientTest : public ::testing::Test {
 protected:
  std::optional<std::string> First(std::string_view challenge) {
    client_ = MakeClient(mechanism_, options_);
    client_->InitialResponse();
    return client_->Next(challenge);
  }

  Mechanism mechanism_ = Mechanism::kScramSha256;
  ClientOptions options_ = {.user = "al,ice",
                            .password = "pencil",
                            .hash = &crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha256),
                            .nonce = "nonce"};
  std::unique_ptr<ClientMechanism> client_;
};

TEST_F(ScramClientTest, SaysWhetherItCouldBind) {
  const auto initial = [this] { return *MakeClient(mechanism_, options_)->InitialResponse(); };
  EXPECT_EQ(initial(), "n,,n=al=2Cice,r=nonce");
  options_.channel_bindings.tls_server_end_point = "hash";
  EXPECT_EQ(initial(), "y,,n=al=2Cice,r=nonce");
  options_.server_offers_channel_binding = true;
  EXPECT_EQ(initial(), "n,,n=al=2Cice,r=nonce");
  mechanism_ = Mechanism::kScramSha256Plus;
  EXPECT_EQ(initial(), "p=tls-server-end-point,,n=al=2Cice,r=nonce");
  options_.channel_bindings.tls_exporter = "exported";
  options_.authorization = "bob";
  EXPECT_EQ(initial(), "p=tls-exporter,a=bob,n=al=2Cice,r=nonce");
}

TEST_F(ScramClientTest, GoesOnWithAGoodServer) {
  EXPECT_TRUE(First("r=nonceandmore,s=c2FsdA==,i=4096"));
}

TEST_F(ScramClientTest, WantsItsNonceAndMore) {
  EXPECT_FALSE(First("r=nonce,s=c2FsdA==,i=4096"));
  EXPECT_FALSE(First("r=other,s=c2FsdA==,i=4096"));
}

TEST_F(ScramClientTest, RefusesTooFewAndTooManyIterations) {
  EXPECT_FALSE(First("r=nonceandmore,s=c2FsdA==,i=4095"));
  EXPECT_FALSE(First("r=nonceandmore,s=c2FsdA==,i=1000001"));
}

TEST_F(ScramClientTest, RefusesNonsense) {
  EXPECT_FALSE(First(""));
  EXPECT_FALSE(First("e=unknown-user"));
}

TEST_F(ScramClientTest, BelievesNoServerWithoutProof) {
  First("r=nonceandmore,s=c2FsdA==,i=4096");
  EXPECT_FALSE(client_->is_complete());
  EXPECT_FALSE(client_->Next("v=" + std::string(43, 'A') + "="));
  EXPECT_FALSE(client_->is_complete());
  EXPECT_FALSE(client_->Next("e=invalid-proof"));
}

}  // namespace
}  // namespace ringpost::sasl
