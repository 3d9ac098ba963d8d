#include "ringpost/io/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace ringpost::io {
namespace {

constexpr int64_t kNoTick = std::numeric_limits<int64_t>::max();
constexpr int64_t kSlotMask = TimerWheel::kSlots - 1;

constexpr int ShiftOf(int level) { return level * TimerWheel::kSlotBits; }
constexpr int64_t TickAtOrAfter(Instant instant) {
  return instant.nanoseconds / TimerWheel::kTickNanoseconds +
         (instant.nanoseconds % TimerWheel::kTickNanoseconds != 0);
}

}  // namespace

TimerWheel::TimerWheel(Instant now) : current_tick_(now.nanoseconds / kTickNanoseconds) {}

void TimerWheel::Set(Timer& timer, Instant due) {
  timer.Clear();
  if (due == Instant::Never()) return;
  timer.due_ = due;
  Place(timer, current_tick_ + 1);
}

void TimerWheel::Advance(Instant now) {
  const int64_t target_tick = now.nanoseconds / kTickNanoseconds;
  for (;;) {
    const int64_t next_tick = NextTick();
    if (next_tick > target_tick) break;
    current_tick_ = next_tick;
    SpreadUpperSlots();
    FireSlot(level_[0].slots[static_cast<size_t>(current_tick_ & kSlotMask)]);
  }
  current_tick_ = std::max(current_tick_, target_tick);
}

Instant TimerWheel::NextDue() const {
  const int64_t tick = NextTick();
  return tick == kNoTick ? Instant::Never() : Instant{tick * kTickNanoseconds};
}

void TimerWheel::Place(Timer& timer, int64_t earliest_tick) {
  const int64_t due_tick = std::max(TickAtOrAfter(timer.due_), earliest_tick);
  const int64_t distance = due_tick - current_tick_;
  int level = 0;
  while (level < kLevels - 1 && distance >= int64_t{1} << ShiftOf(level + 1)) ++level;
  // Beyond the horizon: the last slot of the top level, from where it is placed anew.
  const int64_t horizon = (int64_t{1} << ShiftOf(kLevels)) - 1;
  const int64_t slot_tick = current_tick_ + std::min(distance, horizon);
  const int64_t slot = (slot_tick >> ShiftOf(level)) & kSlotMask;
  level_[static_cast<size_t>(level)].slots[static_cast<size_t>(slot)].PushBack(timer);
  level_[static_cast<size_t>(level)].occupied |= uint64_t{1} << slot;
}

void TimerWheel::SpreadUpperSlots() {
  for (int level = kLevels - 1; level > 0; --level) {
    const int64_t slot_ticks = int64_t{1} << ShiftOf(level);
    if (current_tick_ % slot_ticks != 0) continue;
    const int64_t slot = (current_tick_ >> ShiftOf(level)) & kSlotMask;
    IntrusiveList<Timer> timers;
    timers.TakeAll(level_[static_cast<size_t>(level)].slots[static_cast<size_t>(slot)]);
    while (!timers.empty()) Place(timers.PopFront(), current_tick_);
  }
}

void TimerWheel::FireSlot(Slot& slot) {
  IntrusiveList<Timer> due;
  due.TakeAll(slot);
  while (!due.empty()) due.PopFront().OnTimer();
}

int64_t TimerWheel::NextTick() const {
  int64_t tick = kNoTick;
  for (int level = 0; level < kLevels; ++level) tick = std::min(tick, NextTickOfLevel(level));
  return tick;
}

int64_t TimerWheel::NextTickOfLevel(int level) const {
  const Level& of = level_[static_cast<size_t>(level)];
  const int64_t position = current_tick_ >> ShiftOf(level);
  while (of.occupied != 0) {
    // Rotated so that bit 0 is the slot after the current one.
    const int shift = static_cast<int>((position + 1) & kSlotMask);
    const int distance = std::countr_zero(std::rotr(of.occupied, shift)) + 1;
    const auto slot = static_cast<size_t>((position + distance) & kSlotMask);
    if (!of.slots[slot].empty()) return (position + distance) << ShiftOf(level);
    // Timers leave without telling the wheel: the bit is stale.
    of.occupied &= ~(uint64_t{1} << slot);
  }
  return kNoTick;
}

}  // namespace ringpost::io
