#include "ringpost/base/status_macros.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "ringpost/coro/sync_wait.h"
#include "ringpost/coro/task.h"

namespace ringpost {
namespace {

Task<absl::Status> Give(absl::Status status) { co_return status; }
Task<absl::StatusOr<std::unique_ptr<int>>> GiveNumber(absl::StatusOr<int> number) {
  CO_ASSIGN_OR_RETURN(const int value, number);
  co_return std::make_unique<int>(value);
}

Task<absl::Status> GoOnAfter(absl::Status status, bool& went_on) {
  CO_RETURN_IF_ERROR(co_await Give(status));
  went_on = true;
  co_return absl::OkStatus();
}

Task<absl::StatusOr<int>> Add(absl::StatusOr<int> a, absl::StatusOr<int> b) {
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, co_await GiveNumber(a));
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<int> second, co_await GiveNumber(b));
  co_return *first + *second;
}

TEST(StatusMacros, GoesOnWhenOk) {
  bool went_on = false;
  EXPECT_TRUE(SyncWait(GoOnAfter(absl::OkStatus(), went_on)).ok());
  EXPECT_TRUE(went_on);
}

TEST(StatusMacros, ReturnsTheError) {
  bool went_on = false;
  EXPECT_TRUE(absl::IsNotFound(SyncWait(GoOnAfter(absl::NotFoundError("x"), went_on))));
  EXPECT_FALSE(went_on);
}

TEST(StatusMacros, AssignsEachValue) { EXPECT_EQ(*SyncWait(Add(1, 2)), 3); }

TEST(StatusMacros, ReturnsTheErrorInsteadOfAValue) {
  EXPECT_TRUE(absl::IsNotFound(SyncWait(Add(absl::NotFoundError("x"), 2)).status()));
  EXPECT_TRUE(absl::IsInternal(SyncWait(Add(1, absl::InternalError("y"))).status()));
}

}  // namespace
}  // namespace ringpost
