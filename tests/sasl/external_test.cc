#include "ringpost/sasl/internal/external.h"

#include "dialog.h"
#include "gtest/gtest.h"

namespace ringpost::sasl {
namespace {

ServerEvent External(std::string_view response, const Users& users) {
  const auto server = MakeServer(Mechanism::kExternal, {});
  return Settle(*server, users, server->Next(response));
}

TEST(External, IsWhomTheCertificateNames) {
  const ServerEvent event = External("", {.certificate_user = "alice"});
  EXPECT_EQ(std::get<Succeeded>(event).identity.authentication, "alice");
  EXPECT_EQ(std::get<Succeeded>(event).identity.authorization, "alice");
}

TEST(External, MayClaimItself) {
  EXPECT_TRUE(std::holds_alternative<Succeeded>(External("alice", {.certificate_user = "alice"})));
}

TEST(External, ActsAsAnotherOnlyByPermission) {
  const Users users = {.certificate_user = "alice", .may_act_as = {{"alice", "bob"}}};
  EXPECT_EQ(std::get<Succeeded>(External("bob", users)).identity.authorization, "bob");
  EXPECT_EQ(std::get<Failed>(External("carol", users)).reason, FailureReason::kAuthorization);
}

TEST(External, NeedsACertificate) {
  EXPECT_EQ(std::get<Failed>(External("", {})).reason, FailureReason::kCredentials);
}

TEST(External, RefusesControlCharacters) {
  EXPECT_EQ(std::get<Failed>(External("a\nb", {.certificate_user = "a"})).reason,
            FailureReason::kBadName);
}

TEST(External, AsksForAResponseThatDidNotCome) {
  const auto server = MakeServer(Mechanism::kExternal, {});
  EXPECT_EQ(std::get<Challenge>(server->Next(std::nullopt)).octets, "");
  EXPECT_TRUE(std::holds_alternative<ExternalOffered>(server->Next("")));
}

}  // namespace
}  // namespace ringpost::sasl
