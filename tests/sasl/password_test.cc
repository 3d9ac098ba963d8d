#include "ringpost/sasl/internal/password.h"

#include "dialog.h"
#include "gtest/gtest.h"
#include "ringpost/base/base64.h"

namespace ringpost::sasl {
namespace {

const Users kUsers = {.passwords = {{"tim", "tanstaaftanstaaf"}, {"Kurt", "xipj3plmq"}},
                      .may_act_as = {{"Kurt", "Ursel"}}};

ServerEvent Plain(std::string_view response, const Users& users = kUsers) {
  const auto server = MakeServer(Mechanism::kPlain, {});
  return Settle(*server, users, server->Next(response));
}

FailureReason ReasonOf(const ServerEvent& event) {
  const auto* failed = std::get_if<Failed>(&event);
  EXPECT_NE(failed, nullptr);
  return failed != nullptr ? failed->reason : FailureReason::kUnsupported;
}

std::string_view Octets(const char* text, size_t size) { return {text, size}; }
#define OCTETS(literal) Octets(literal, sizeof(literal) - 1)

// The examples of RFC 4616 §4, as they go over the wire.
TEST(Plain, KnowsTheExamplesOfTheRfc) {
  const ServerEvent tim = Plain(*DecodeBase64("AHRpbQB0YW5zdGFhZnRhbnN0YWFm"));
  EXPECT_EQ(std::get<Succeeded>(tim).identity.authorization, "tim");
  const ServerEvent kurt = Plain(*DecodeBase64("VXJzZWwAS3VydAB4aXBqM3BsbXE="));
  EXPECT_EQ(std::get<Succeeded>(kurt).identity.authentication, "Kurt");
  EXPECT_EQ(std::get<Succeeded>(kurt).identity.authorization, "Ursel");
}

TEST(Plain, AsksForAResponseThatDidNotCome) {
  const auto server = MakeServer(Mechanism::kPlain, {});
  EXPECT_EQ(std::get<Challenge>(server->Next(std::nullopt)).octets, "");
  EXPECT_TRUE(std::holds_alternative<PasswordOffered>(server->Next(OCTETS("\0tim\0x"))));
}

TEST(Plain, RefusesAnEmptyResponse) { EXPECT_EQ(ReasonOf(Plain("")), FailureReason::kMalformed); }

TEST(Plain, RefusesWrongCredentials) {
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0tim\0wrong"))), FailureReason::kCredentials);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0nobody\0wrong"))), FailureReason::kCredentials);
}

TEST(Plain, RefusesToActAsAnother) {
  EXPECT_EQ(ReasonOf(Plain(OCTETS("Kurt\0tim\0tanstaaftanstaaf"))), FailureReason::kAuthorization);
}

TEST(Plain, RefusesMissingParts) {
  EXPECT_EQ(ReasonOf(Plain("tim")), FailureReason::kMalformed);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0tim"))), FailureReason::kMalformed);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0\0secret"))), FailureReason::kMalformed);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0tim\0"))), FailureReason::kMalformed);
}

TEST(Plain, RefusesNulAndControlCharacters) {
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0tim\0tanstaaf\0tanstaaf"))), FailureReason::kCredentials);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("\0ti\r\nm\0x"))), FailureReason::kBadName);
  EXPECT_EQ(ReasonOf(Plain(OCTETS("a\tb\0tim\0x"))), FailureReason::kBadName);
}

TEST(Plain, RefusesWhatIsTooLong) {
  const std::string long_name(256, 'x');
  EXPECT_EQ(ReasonOf(Plain(std::string(1, '\0') + long_name + std::string(1, '\0') + "x")),
            FailureReason::kTooLong);
  EXPECT_EQ(ReasonOf(Plain(std::string(kLongestResponseOctets + 1, 'x'))), FailureReason::kTooLong);
}

TEST(Plain, ComparesPreparedPasswords) {
  const Users users = {.passwords = {{"tim", "caf\xc3\xa9"}}};
  EXPECT_TRUE(std::holds_alternative<Succeeded>(Plain(OCTETS("\0tim\0cafe\xcc\x81"), users)));
}

TEST(PlainDeathTest, TakesNoSecondResponse) {
  const auto server = MakeServer(Mechanism::kPlain, {});
  server->Next("x");
  EXPECT_DEATH(server->Next("x"), "not asked for");
}

TEST(Login, AsksForNameAndPassword) {
  const auto server = MakeServer(Mechanism::kLogin, {});
  EXPECT_EQ(std::get<Challenge>(server->Next(std::nullopt)).octets, "Username:");
  EXPECT_EQ(std::get<Challenge>(server->Next("tim")).octets, "Password:");
  const ServerEvent event = Settle(*server, kUsers, server->Next("tanstaaftanstaaf"));
  EXPECT_EQ(std::get<Succeeded>(event).identity.authentication, "tim");
}

TEST(Login, TakesTheNameWithTheCommand) {
  const auto server = MakeServer(Mechanism::kLogin, {});
  EXPECT_EQ(std::get<Challenge>(server->Next("tim")).octets, "Password:");
  EXPECT_EQ(ReasonOf(Settle(*server, kUsers, server->Next("wrong"))), FailureReason::kCredentials);
}

TEST(Login, RefusesBadNamesAtOnce) {
  for (const auto& [name, reason] : {std::pair(std::string(), FailureReason::kMalformed),
                                     std::pair(std::string("a\nb"), FailureReason::kBadName),
                                     std::pair(std::string(256, 'x'), FailureReason::kTooLong)}) {
    const auto server = MakeServer(Mechanism::kLogin, {});
    EXPECT_EQ(ReasonOf(server->Next(name)), reason);
  }
}

TEST(Login, RefusesAnEmptyPassword) {
  const auto server = MakeServer(Mechanism::kLogin, {});
  server->Next("tim");
  EXPECT_EQ(ReasonOf(server->Next("")), FailureReason::kMalformed);
}

}  // namespace
}  // namespace ringpost::sasl
