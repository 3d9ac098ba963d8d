#include "ringpost/sasl/internal/names.h"

#include "gtest/gtest.h"

namespace ringpost::sasl::internal {
namespace {

TEST(Names, AreBroughtIntoOneForm) {
  EXPECT_EQ(PrepareName("\xef\xbc\xa1"
                        "lice"),
            Prepared(std::string("Alice")));
  EXPECT_EQ(PreparePassword("\xc2\xaa"), Prepared(std::string("a")));
}

TEST(Names, AreBounded) {
  EXPECT_EQ(PrepareName(std::string(255, 'x')), Prepared(std::string(255, 'x')));
  EXPECT_EQ(PrepareName(std::string(256, 'x')), Prepared(FailureReason::kTooLong));
  EXPECT_EQ(PreparePassword(std::string(1025, 'x')), Prepared(FailureReason::kTooLong));
  std::string growing;
  while (growing.size() < 250) growing += "\xef\xb7\xba";  // one character that becomes eighteen
  EXPECT_EQ(PrepareName(growing), Prepared(FailureReason::kTooLong));
}

TEST(Names, HaveNoControlCharacters) {
  EXPECT_EQ(PrepareName("a\r\nb"), Prepared(FailureReason::kBadName));
  EXPECT_EQ(PrepareName(std::string_view("a\0b", 3)), Prepared(FailureReason::kBadName));
  EXPECT_EQ(PrepareName("\xff"), Prepared(FailureReason::kBadName));
  EXPECT_EQ(PreparePassword("a\nb"), Prepared(FailureReason::kCredentials));
}

TEST(Names, AreNotEmpty) {
  EXPECT_EQ(PrepareName(""), Prepared(FailureReason::kMalformed));
  EXPECT_EQ(PrepareName("\xc2\xad"), Prepared(FailureReason::kBadName)) << "nothing is left of it";
}

TEST(Names, ActAsThemselvesWithoutQuestion) {
  Identity alone = {.authentication = "alice"};
  EXPECT_TRUE(std::holds_alternative<Succeeded>(Authorize(alone)));
  EXPECT_EQ(alone.authorization, "alice");
  Identity same = {.authentication = "alice", .authorization = "alice"};
  EXPECT_TRUE(std::holds_alternative<Succeeded>(Authorize(same)));
}

TEST(Names, ActAsOthersOnlyByPermission) {
  Identity other = {.authentication = "alice", .authorization = "bob"};
  const ServerEvent event = Authorize(other);
  const auto* wanted = std::get_if<AuthorizationWanted>(&event);
  ASSERT_NE(wanted, nullptr);
  EXPECT_EQ(wanted->authentication, "alice");
  EXPECT_EQ(wanted->authorization, "bob");
}

}  // namespace
}  // namespace ringpost::sasl::internal
