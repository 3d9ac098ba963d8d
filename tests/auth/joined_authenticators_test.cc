#include "ringpost/auth/joined_authenticators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "../hooks/hook_fixture.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::auth {
namespace {

using hooks::AuthenticatedUser;
using hooks::Context;
using ::testing::ElementsAre;
using testing::RunTask;

// Is able to do some of it, knows nobody, and keeps what it was asked.
struct Asked final : hooks::Authenticator {
  explicit Asked(hooks::AuthenticatorAbilities able) : able_to(able) {}

  hooks::AuthenticatorAbilities able_to;
  std::vector<std::string> questions;
  absl::StatusOr<bool> may_act = false;

  hooks::AuthenticatorAbilities abilities() const override { return able_to; }
  Task<AuthenticatedUser> OnPassword(const Context&, std::string_view user,
                                     std::string_view) override {
    return Note("password", user);
  }
  Task<absl::StatusOr<std::optional<sasl::ScramKeys>>> OnScram(const Context&,
                                                               std::string_view user,
                                                               sasl::Mechanism) override {
    questions.push_back("scram " + std::string(user));
    return ReadyTask<absl::StatusOr<std::optional<sasl::ScramKeys>>>(std::nullopt);
  }
  Task<AuthenticatedUser> OnToken(const Context&, const sasl::TokenOffered& offer) override {
    return Note("token", offer.user);
  }
  Task<AuthenticatedUser> OnCertificate(const Context&, std::string_view,
                                        std::string_view user) override {
    return Note("certificate", user);
  }
  Task<absl::StatusOr<bool>> MayActAs(const Context&, std::string_view, std::string_view) override {
    return ReadyTask(absl::StatusOr<bool>(may_act));
  }

 private:
  Task<AuthenticatedUser> Note(std::string_view kind, std::string_view user) {
    questions.push_back(std::string(kind) + " " + std::string(user));
    return ReadyTask<AuthenticatedUser>(std::nullopt);
  }
};

class JoinedAuthenticatorsTest : public hooks::HookTest {
 protected:
  std::shared_ptr<Asked> passwords_ =
      std::make_shared<Asked>(hooks::AuthenticatorAbilities{.passwords = true});
  std::shared_ptr<Asked> scram_ = std::make_shared<Asked>(
      hooks::AuthenticatorAbilities{.passwords = true, .scram_sha256 = true});
  std::shared_ptr<Asked> tokens_ =
      std::make_shared<Asked>(hooks::AuthenticatorAbilities{.tokens = true, .certificates = true});
  JoinedAuthenticators joined_{{passwords_, scram_, tokens_}};
};

TEST_F(JoinedAuthenticatorsTest, AreAbleToDoWhatOneIs) {
  const hooks::AuthenticatorAbilities abilities = joined_.abilities();
  EXPECT_TRUE(abilities.passwords && abilities.scram_sha256 && abilities.tokens &&
              abilities.certificates);
  EXPECT_FALSE(abilities.scram_sha1);
}

TEST_F(JoinedAuthenticatorsTest, TheFirstThatIsAbleIsAskedAlone) {
  EXPECT_TRUE(RunTask(shard_, joined_.OnPassword(context_, "a", "x")).ok());
  EXPECT_TRUE(
      RunTask(shard_, joined_.OnScram(context_, "b", sasl::Mechanism::kScramSha256Plus)).ok());
  EXPECT_TRUE(RunTask(shard_, joined_.OnToken(context_, {.token = "t", .user = "c"})).ok());
  EXPECT_TRUE(RunTask(shard_, joined_.OnCertificate(context_, "der", "d")).ok());
  EXPECT_THAT(passwords_->questions, ElementsAre("password a"));
  EXPECT_THAT(scram_->questions, ElementsAre("scram b"));
  EXPECT_THAT(tokens_->questions, ElementsAre("token c", "certificate d"));
}

TEST_F(JoinedAuthenticatorsTest, WhatNobodyIsAbleToDoIsRefused) {
  JoinedAuthenticators none({});
  EXPECT_EQ(RunTask(shard_, none.OnPassword(context_, "a", "x")).value(), std::nullopt);
  EXPECT_EQ(RunTask(shard_, none.OnToken(context_, {.token = "t"})).value(), std::nullopt);
  EXPECT_EQ(RunTask(shard_, none.OnCertificate(context_, "der", "")).value(), std::nullopt);
  EXPECT_FALSE(RunTask(shard_, none.OnScram(context_, "a", sasl::Mechanism::kScramSha1))
                   .value()
                   .has_value());
  EXPECT_FALSE(RunTask(shard_, none.MayActAs(context_, "a", "b")).value());
}

TEST_F(JoinedAuthenticatorsTest, OneMayLetAUserActAsAnother) {
  EXPECT_FALSE(RunTask(shard_, joined_.MayActAs(context_, "a", "b")).value());
  scram_->may_act = true;
  EXPECT_TRUE(RunTask(shard_, joined_.MayActAs(context_, "a", "b")).value());
  passwords_->may_act = absl::UnavailableError("down");
  EXPECT_TRUE(absl::IsUnavailable(RunTask(shard_, joined_.MayActAs(context_, "a", "b")).status()));
}

}  // namespace
}  // namespace ringpost::auth
