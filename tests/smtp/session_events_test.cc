#include "ringpost/smtp/session_events.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace ringpost::smtp {
namespace {

// The names stand in logs: each reason has its own.
TEST(SessionEvents, EveryAbortReasonHasItsName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(AbortReason::kInternalError); ++i) {
    names.insert(AbortReasonName(static_cast<AbortReason>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(AbortReason::kInternalError) + 1);
  EXPECT_EQ(names.count(""), 0u);
}

TEST(SessionEvents, EveryCloseReasonHasItsName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(CloseReason::kShutdown); ++i) {
    names.insert(CloseReasonName(static_cast<CloseReason>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(CloseReason::kShutdown) + 1);
  EXPECT_EQ(names.count(""), 0u);
}

TEST(SessionEvents, AMessageIsAbortedForWhatEndedTheSession) {
  EXPECT_EQ(AbortReasonOf(CloseReason::kDisconnected), AbortReason::kDisconnected);
  EXPECT_EQ(AbortReasonOf(CloseReason::kTimeout), AbortReason::kTimeout);
  EXPECT_EQ(AbortReasonOf(CloseReason::kBadFraming), AbortReason::kProtocolError);
}

}  // namespace
}  // namespace ringpost::smtp
