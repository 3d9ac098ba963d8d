#include "ringpost/tls/internal/deferred.h"

#include <utility>

namespace ringpost::tls::internal {

Deferred::Queue& Deferred::QueueOfThread() {
  thread_local Queue queue;
  return queue;
}

Deferred::Deferred(std::function<void()> work) : work_(std::move(work)) {
  Queue& queue = QueueOfThread();
  place_ = queue.insert(queue.end(), this);
  if (queue.size() <= kWaiting) return;
  Deferred& oldest = *queue.front();
  queue.pop_front();
  std::exchange(oldest.work_, nullptr)();
}

Deferred::~Deferred() {
  if (work_) QueueOfThread().erase(place_);
}

}  // namespace ringpost::tls::internal
