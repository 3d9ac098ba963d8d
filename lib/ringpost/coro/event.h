// Event and Semaphore: waiting for another coroutine of the same shard.
//
// Waiters are resumed through the shard's run queue, first come, first served. Neither takes a
// deadline: whoever sets an Event bounds the wait (see io/timers.h for Sleep and io::WaitUntil).
// Threads: one. No allocation: the waiter's link lives in its frame.
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "ringpost/base/intrusive_list.h"
#include "ringpost/coro/run_queue.h"

namespace ringpost {

namespace internal {

struct Waiter : ListLink {
  std::coroutine_handle<> waiting;
};

inline void ResumeAll(IntrusiveList<Waiter>& waiters) {
  while (!waiters.empty()) CurrentRunQueue().Push(waiters.PopFront().waiting);
}

}  // namespace internal

// Set once, seen by all: `co_await event` returns at once when set.
class Event {
 public:
  bool is_set() const { return set_; }
  void Set() {
    set_ = true;
    internal::ResumeAll(waiters_);
  }
  void Reset() { set_ = false; }

  class Awaiter : internal::Waiter {
   public:
    explicit Awaiter(Event& event) : event_(event) {}
    bool await_ready() const noexcept { return event_.set_; }
    void await_suspend(std::coroutine_handle<> waiting_coroutine) {
      waiting = waiting_coroutine;
      event_.waiters_.PushBack(*this);
    }
    void await_resume() const noexcept {}

   private:
    Event& event_;
  };
  Awaiter operator co_await() { return Awaiter(*this); }

 private:
  IntrusiveList<internal::Waiter> waiters_;
  bool set_ = false;
};

// A count of permits.
//
//   Semaphore::Permit permit = co_await semaphore.Acquire();
class Semaphore {
 public:
  explicit Semaphore(size_t permit_count) : free_count_(permit_count) {}

  // Gives its permit back when destroyed.
  class [[nodiscard]] Permit {
   public:
    explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (semaphore_ != nullptr) semaphore_->Release();
    }

   private:
    Semaphore* semaphore_;
  };

  class Awaiter : internal::Waiter {
   public:
    explicit Awaiter(Semaphore& semaphore) : semaphore_(semaphore) {}
    bool await_ready() const noexcept {
      if (semaphore_.free_count_ == 0) return false;
      --semaphore_.free_count_;
      return true;
    }
    void await_suspend(std::coroutine_handle<> waiting_coroutine) {
      waiting = waiting_coroutine;
      semaphore_.waiters_.PushBack(*this);
    }
    // A waiter that was queued is handed its permit by Release().
    Permit await_resume() const noexcept { return Permit(semaphore_); }

   private:
    Semaphore& semaphore_;
  };
  Awaiter Acquire() { return Awaiter(*this); }
  bool TryAcquire() { return free_count_ == 0 ? false : (--free_count_, true); }
  void Release() {
    if (waiters_.empty()) {
      ++free_count_;
    } else {
      CurrentRunQueue().Push(waiters_.PopFront().waiting);
    }
  }

  size_t free_count() const { return free_count_; }

 private:
  IntrusiveList<internal::Waiter> waiters_;
  size_t free_count_;
};

}  // namespace ringpost
