// TimerWheel: the coarse deadlines of one shard. Four levels of 64 slots; setting and clearing a
// timer are a handful of pointer writes, whatever the number of timers.
//
// Limits: resolution kTickNanoseconds; a timer fires in the tick after its instant, never before
// it. Further away than the wheel's horizon (18 hours) it is parked and set again. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ringpost/base/instant.h"
#include "ringpost/base/intrusive_list.h"

namespace ringpost::io {

class Timer : public ListLink {
 public:
  virtual void OnTimer() = 0;
  bool is_set() const { return linked(); }
  Instant due() const { return due_; }
  void Clear() { Unlink(); }

 protected:
  ~Timer() = default;

 private:
  friend class TimerWheel;
  Instant due_;
};

class TimerWheel {
 public:
  static constexpr int64_t kTickNanoseconds = 4'000'000;
  static constexpr int kLevels = 4;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;

  explicit TimerWheel(Instant now);

  // Sets `timer`, or moves it when it is set. Instant::Never() clears it.
  void Set(Timer& timer, Instant due);
  // Fires what is due. Timers may be set and cleared by OnTimer().
  void Advance(Instant now);
  // When Advance() has something to do next; Never() when no timer is set. It may be earlier than
  // the first timer (slots of the upper levels are spread out first), never later.
  Instant NextDue() const;

 private:
  using Slot = IntrusiveList<Timer>;
  struct Level {
    std::array<Slot, kSlots> slots;
    // A bit for each slot that may hold timers; cleared when it is found empty.
    mutable uint64_t occupied = 0;
  };

  void Place(Timer& timer, int64_t earliest_tick);
  // Slots of the upper levels whose first tick is the current one go down a level.
  void SpreadUpperSlots();
  static void FireSlot(Slot& slot);
  // The first tick after the current one in which a slot must be looked at.
  int64_t NextTick() const;
  int64_t NextTickOfLevel(int level) const;

  std::array<Level, kLevels> level_;
  int64_t current_tick_;  // all timers of earlier ticks have fired
};

}  // namespace ringpost::io
