#include "ringpost/hooks/verdict.h"

#include <gtest/gtest.h>

namespace ringpost::hooks {
namespace {

constexpr smtp::Reply kFine = smtp::Reply::Fixed(250, {2, 0, 0}, "fine");
constexpr smtp::Reply kLater = smtp::Reply::Fixed(451, {4, 3, 0}, "later");
constexpr smtp::Reply kNever = smtp::Reply::Fixed(550, {5, 7, 1}, "never");

TEST(Verdict, ContinuesWhereNothingElseIsSaid) {
  EXPECT_EQ(Verdict().decision(), Decision::kContinue);
  EXPECT_EQ(Verdict::Continue().decision(), Decision::kContinue);
  EXPECT_FALSE(Verdict().is_decisive());
}

TEST(Verdict, AllButContinueAreDecisive) {
  EXPECT_TRUE(Verdict::Accept().is_decisive());
  EXPECT_TRUE(Verdict::Reject(kNever).is_decisive());
  EXPECT_TRUE(Verdict::Defer(kLater).is_decisive());
  EXPECT_TRUE(Verdict::Discard().is_decisive());
  EXPECT_TRUE(Verdict::Quarantine().is_decisive());
  EXPECT_TRUE(Verdict::Disconnect(kLater).is_decisive());
}

TEST(Verdict, RejectDeferAndDisconnectRefuse) {
  EXPECT_TRUE(Verdict::Reject(kNever).is_refusal());
  EXPECT_TRUE(Verdict::Defer(kLater).is_refusal());
  EXPECT_TRUE(Verdict::Disconnect(kNever).is_refusal());
  EXPECT_FALSE(Verdict::Continue().is_refusal());
  EXPECT_FALSE(Verdict::Accept().is_refusal());
  EXPECT_FALSE(Verdict::Discard().is_refusal());
  EXPECT_FALSE(Verdict::Quarantine().is_refusal());
}

TEST(Verdict, CarriesItsReply) {
  EXPECT_EQ(Verdict::Accept().reply(), std::nullopt);
  EXPECT_EQ(Verdict::Accept(kFine).reply()->code(), 250);
  EXPECT_EQ(Verdict::Reject(kNever).reply()->code(), 550);
  EXPECT_EQ(Verdict::Defer(kLater).reply()->code(), 451);
  EXPECT_EQ(Verdict::Disconnect(kLater).reply()->code(), 451);
}

TEST(VerdictDeathTest, ARefusalIsNotSaidInAnotherClass) {
  EXPECT_DEATH(static_cast<void>(Verdict::Reject(kLater)), "5xx");
  EXPECT_DEATH(static_cast<void>(Verdict::Defer(kNever)), "4xx");
  EXPECT_DEATH(static_cast<void>(Verdict::Disconnect(kFine)), "4xx or 5xx");
}

}  // namespace
}  // namespace ringpost::hooks
