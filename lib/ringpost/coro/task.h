// Task<T>: a lazy coroutine, awaited where it is created.
//
//   Task<absl::Status> Store(Message& message);
//   absl::Status status = co_await Store(message);
//
// A function that has its result at once need be no coroutine, and then costs no frame: it returns
// ReadyTask(result), or the task of another function that it was asked to call.
//
// Ownership: the caller's frame owns the task until it ends, so references and views are safe as
// parameters. A Task can be neither moved nor copied: what runs in the background belongs to a
// TaskScope, with owned arguments. Never write `co_await std::move(task)`.
// Threads: one. Errors: no exception crosses a coroutine; one that escapes ends the process.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "ringpost/coro/frame_allocator.h"

namespace ringpost {

template <typename T = void>
class Task;

namespace internal {

// Told when a task that nobody awaits (a TaskScope's child, SyncWait's root) has ended.
class TaskOwner {
 public:
  virtual void OnTaskEnd(std::coroutine_handle<> ended) noexcept = 0;

 protected:
  ~TaskOwner() = default;
};

class TaskPromiseBase {
 public:
  static void* operator new(size_t bytes) { return AllocateFrame(bytes); }
  static void operator delete(void* frame, size_t bytes) { FreeFrame(frame, bytes); }

  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      TaskPromiseBase& promise = ended.promise();
      if (promise.continuation_ != nullptr) return promise.continuation_;
      if (promise.owner_ != nullptr) promise.owner_->OnTaskEnd(ended);
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() const noexcept { return {}; }

  void unhandled_exception() const noexcept { std::terminate(); }

  void set_continuation(std::coroutine_handle<> continuation) { continuation_ = continuation; }
  void set_owner(TaskOwner* owner) { owner_ = owner; }

 private:
  std::coroutine_handle<> continuation_;
  TaskOwner* owner_ = nullptr;
};

template <typename T>
class TaskPromise final : public TaskPromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <typename Value>
  void return_value(Value&& value) {
    result_.emplace(std::forward<Value>(value));
  }
  T TakeResult() { return std::move(*result_); }

 private:
  std::optional<T> result_;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void TakeResult() const noexcept {}
};

// The result of a task that has no coroutine.
template <typename T>
class ReadyResult {
 public:
  ReadyResult() = default;
  explicit ReadyResult(T&& result) : result_(std::move(result)) {}
  T Take() { return std::move(*result_); }

 private:
  std::optional<T> result_;
};

template <>
class ReadyResult<void> {
 public:
  void Take() const noexcept {}
};

}  // namespace internal

template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_ != nullptr) handle_.destroy();
  }

  explicit Task(internal::ReadyResult<T> ready) : ready_(std::move(ready)) {}

  bool await_ready() const noexcept { return handle_ == nullptr; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> continuation) noexcept {
    handle_.promise().set_continuation(continuation);
    return handle_;
  }
  T await_resume() { return handle_ != nullptr ? handle_.promise().TakeResult() : ready_.Take(); }

  // Hands the coroutine to what runs it in the background. nullptr where there is none: the task is
  // over, and await_resume() has its result. For TaskScope and SyncWait.
  Handle Release() && { return std::exchange(handle_, nullptr); }

 private:
  friend promise_type;
  explicit Task(Handle handle) : handle_(handle) {}

  Handle handle_;
  [[no_unique_address]] internal::ReadyResult<T> ready_;
};

template <typename T>
Task<std::remove_cvref_t<T>> ReadyTask(T&& result) {
  using Result = std::remove_cvref_t<T>;
  return Task<Result>(internal::ReadyResult<Result>(Result(std::forward<T>(result))));
}
inline Task<void> ReadyTask() { return Task<void>(internal::ReadyResult<void>()); }

namespace internal {

template <typename T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace internal
}  // namespace ringpost
