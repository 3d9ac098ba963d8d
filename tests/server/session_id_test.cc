#include "ringpost/server/session_id.h"

#include <gtest/gtest.h>

namespace ringpost::server {
namespace {

TEST(SessionId, SortsByTime) {
  const absl::Time start = absl::FromUnixSeconds(1'800'000'000);
  const SessionId first(start, ~uint64_t{0});
  const SessionId second(start + absl::Microseconds(1), 0);
  EXPECT_LT(first.text(), second.text());
  EXPECT_LT(second.text(), SessionId(start + absl::Hours(24 * 365 * 50), 0).text());
}

TEST(SessionId, DiffersByItsRandomPart) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_NE(SessionId(now, 1).text(), SessionId(now, 2).text());
}

TEST(SessionId, IsAnAtom) {
  const SessionId id(absl::FromUnixMicros(1'812'345'678'901'234), 0x123456789);
  for (const char c : id.text()) EXPECT_TRUE((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) << c;
}

}  // namespace
}  // namespace ringpost::server
