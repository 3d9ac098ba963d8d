#include "ringpost/io/offload.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace ringpost::io {

struct OffloadPool::State {
  size_t queue_limit = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> waiting;
  bool closing = false;
  std::vector<std::thread> threads;

  void RunCalls() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return closing || !waiting.empty(); });
      if (waiting.empty()) return;
      const std::function<void()> call = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      call();
      lock.lock();
    }
  }
};

OffloadPool::OffloadPool(Options options) : state_(std::make_unique<State>()) {
  state_->queue_limit = options.queue_limit;
  for (size_t i = 0; i < options.thread_count; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->RunCalls(); });
  }
}

OffloadPool::~OffloadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

bool OffloadPool::TryRun(std::function<void()> call) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->waiting.size() >= state_->queue_limit) return false;
    state_->waiting.push_back(std::move(call));
  }
  state_->changed.notify_one();
  return true;
}

bool OffloadPool::runs_in_place() const { return state_->threads.empty(); }

}  // namespace ringpost::io
