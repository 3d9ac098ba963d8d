// RunControl: how a run is ended from outside its shards.
//
// Threads: any.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

namespace ringpost::load {

class RunControl {
 public:
  // The window ends now; what is under way is finished, and there are results.
  void Stop() { stopping_.store(true, std::memory_order_release); }
  // Stops, and the run is a failure. The first reason counts.
  void Fail(absl::Status reason) {
    {
      const std::lock_guard lock(mutex_);
      if (status_.ok()) status_ = std::move(reason);
    }
    Stop();
  }

  bool is_stopping() const { return stopping_.load(std::memory_order_acquire); }
  absl::Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  absl::Status status_;
};

}  // namespace ringpost::load
