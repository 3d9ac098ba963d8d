#include "sink/known_user.h"

#include <gtest/gtest.h>

#include "ringpost/base/base64.h"
#include "ringpost/base/text.h"

namespace ringpost::sink {
namespace {

using sasl::Mechanism;

const KnownUser& User() {
  static const KnownUser user("me", "pencil");
  return user;
}

// The code at the end of an exchange of one response.
int CodeFor(Mechanism mechanism, std::string_view response) {
  Login login(User(), mechanism, {});
  const Login::Step step = login.Next(response);
  return step.reply.has_value() ? step.reply->code() : 334;
}

TEST(KnownUser, OffersWhatThisConnectionCanDo) {
  EXPECT_EQ(OfferedMechanisms(false), "PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256 OAUTHBEARER XOAUTH2");
  EXPECT_NE(OfferedMechanisms(true).find("SCRAM-SHA-256-PLUS"), std::string::npos);
  EXPECT_EQ(OfferedMechanisms(true).find("EXTERNAL"), std::string::npos);
}

TEST(KnownUser, LogsInWithItsPasswordAlone) {
  using namespace std::literals;
  EXPECT_EQ(CodeFor(Mechanism::kPlain, "\0me\0pencil"sv), 235);
  EXPECT_EQ(CodeFor(Mechanism::kPlain, "\0me\0pen"sv), 535);
  EXPECT_EQ(CodeFor(Mechanism::kPlain, "\0you\0pencil"sv), 535);
  EXPECT_EQ(CodeFor(Mechanism::kPlain, "nonsense"), 535);
}

TEST(KnownUser, ActsAsNobodyElse) {
  using namespace std::literals;
  EXPECT_EQ(CodeFor(Mechanism::kPlain, "you\0me\0pencil"sv), 535);
}

TEST(KnownUser, ItsPasswordIsItsToken) {
  EXPECT_EQ(CodeFor(Mechanism::kXoauth2, "user=me\1auth=Bearer pencil\1\1"), 235);
  // A refused one is told why, and then is over.
  EXPECT_EQ(CodeFor(Mechanism::kXoauth2, "user=me\1auth=Bearer wrong\1\1"), 334);
  EXPECT_EQ(CodeFor(Mechanism::kXoauth2, "user=you\1auth=Bearer pencil\1\1"), 334);
}

TEST(KnownUser, AsksForAPasswordByLogin) {
  Login login(User(), Mechanism::kLogin, {});
  EXPECT_TRUE(login.Next(std::nullopt).challenge.has_value());
  EXPECT_TRUE(login.Next("me").challenge.has_value());
  EXPECT_EQ(login.Next("pencil").reply->code(), 235);
}

}  // namespace
}  // namespace ringpost::sink
