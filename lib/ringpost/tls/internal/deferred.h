// Deferred: work that only pays when its owner lives long.
//
//   deferred.emplace([this] { GiveBackMemory(); });
//
// It waits until kWaiting others of the thread have been deferred after it, and never runs when its
// owner is gone by then: a session of one message does not give back what the next one needs, and
// of thousands that idle all but the last few have.
//
// Threads: one for each object, from its beginning to its end.
#pragma once

#include <cstddef>
#include <functional>
#include <list>

namespace ringpost::tls::internal {

class Deferred {
 public:
  static constexpr size_t kWaiting = 64;

  explicit Deferred(std::function<void()> work);
  ~Deferred();
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

 private:
  using Queue = std::list<Deferred*>;
  static Queue& QueueOfThread();

  std::function<void()> work_;  // empty once it has run
  Queue::iterator place_;
};

}  // namespace ringpost::tls::internal
