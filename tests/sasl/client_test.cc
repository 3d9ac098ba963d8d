#include "ringpost/sasl/client.h"

#include "gtest/gtest.h"
#include "ringpost/crypto/hash.h"

namespace ringpost::sasl {
namespace {

class ClientTest : public ::testing::TestWithParam<Mechanism> {
 protected:
  ClientOptions options_ = {.user = "alice",
                            .password = "secret",
                            .channel_bindings = {.tls_exporter = "exported"},
                            .hash = &crypto::HashFunctionsOf(crypto::HashAlgorithm::kSha1),
                            .nonce = "nonce"};
};

TEST_P(ClientTest, SaysWhatItCan) { EXPECT_NE(MakeClient(GetParam(), options_), nullptr); }

TEST_P(ClientTest, RefusesNamesThatCannotBeSaid) {
  for (const std::string& name :
       {std::string("a\nb"), std::string(1, '\0'), std::string("\xff"), std::string(256, 'x')}) {
    options_.user = name;
    EXPECT_EQ(MakeClient(GetParam(), options_), nullptr) << name;
  }
}

TEST_P(ClientTest, RefusesPasswordsThatCannotBeSaid) {
  for (const char* password : {"", "a\nb", "\xff"}) {
    options_.password = password;
    const bool has_password = GetParam() != Mechanism::kExternal;
    EXPECT_EQ(MakeClient(GetParam(), options_) == nullptr, has_password) << password;
  }
}

TEST_P(ClientTest, IsNotCompleteBeforeItHasSpoken) {
  EXPECT_FALSE(MakeClient(GetParam(), options_)->is_complete());
}

INSTANTIATE_TEST_SUITE_P(All, ClientTest, ::testing::ValuesIn(kAllMechanisms),
                         [](const auto& tested) {
                           std::string name(MechanismName(tested.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST(Client, DoesNotActAsItselfInsteadOfAnother) {
  for (const Mechanism mechanism : {Mechanism::kLogin, Mechanism::kXoauth2}) {
    EXPECT_EQ(
        MakeClient(mechanism, {.user = "alice", .password = "secret", .authorization = "bob"}),
        nullptr);
  }
}

}  // namespace
}  // namespace ringpost::sasl
