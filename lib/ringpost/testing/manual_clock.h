// ManualClock: time that stands still until a test moves it.
//
//   ManualClock clock;
//   clock.Advance(absl::Minutes(5));
#pragma once

#include "absl/time/time.h"
#include "ringpost/base/check.h"
#include "ringpost/base/clock.h"

namespace ringpost::testing {

class ManualClock final : public Clock {
 public:
  // 2027-01-15 08:00:00 UTC: a date that nobody takes for the real one.
  static absl::Time DefaultStart() { return absl::FromUnixSeconds(1'800'000'000); }

  explicit ManualClock(absl::Time wall_start = DefaultStart()) : wall_now_(wall_start) {}

  Instant Now() const override { return now_; }
  absl::Time WallNow() const override { return wall_now_; }

  // Both clocks. Time does not run backwards: CHECKs.
  void Advance(absl::Duration length) {
    Check(length >= absl::ZeroDuration(), "time runs forward");
    now_ = now_ + length;
    wall_now_ += length;
  }
  // The wall clock alone, as an administrator or NTP would.
  void SetWall(absl::Time wall_now) { wall_now_ = wall_now; }

 private:
  Instant now_{1'000'000'000};
  absl::Time wall_now_;
};

}  // namespace ringpost::testing
