#include "ringpost/coro/when_all.h"

#include <string>

#include "gtest/gtest.h"
#include "ringpost/coro/sync_wait.h"

namespace ringpost {
namespace {

Task<void> Append(std::string& text, char c) {
  text.push_back(c);
  co_return;
}

Task<void> Meet(Event& mine, Event& other, int& met_count) {
  mine.Set();
  co_await other;
  ++met_count;
}

Task<void> AppendBoth(std::string& text) {
  Task<void> tasks[] = {Append(text, 'a'), Append(text, 'b')};
  co_await WhenAll(tasks);
  text.push_back('.');
}

Task<void> MeetEachOther(int& met_count) {
  Event left, right;
  Task<void> tasks[] = {Meet(left, right, met_count), Meet(right, left, met_count)};
  co_await WhenAll(tasks);
}

Task<void> AwaitNone() { co_await WhenAll({}); }

TEST(WhenAll, GoesOnAfterTheLast) {
  std::string text;
  SyncWait(AppendBoth(text));
  EXPECT_EQ(text, "ab.");
}

TEST(WhenAll, RunsThemAtOnce) {
  int met_count = 0;
  SyncWait(MeetEachOther(met_count));
  EXPECT_EQ(met_count, 2);
}

TEST(WhenAll, OfNothingReturns) { SyncWait(AwaitNone()); }

}  // namespace
}  // namespace ringpost
