// Cancellation: a request, then an await. A CancelSource asks; whoever waits holds a CancelToken
// and hears it through a CancelCallback; the wait then ends early, with an error, and its frames
// unwind in order. A frame with an operation in flight is never destroyed.
//
//   CancelSource source;
//   co_await Sleep(shard, length, source.token());   // elsewhere: source.Request()
//
// Ownership: the source outlives its tokens' callbacks. Threads: one. No allocation.
#pragma once

#include "ringpost/base/intrusive_list.h"

namespace ringpost {

class CancelSource;

// Cheap to copy. An empty token is never cancelled.
class CancelToken {
 public:
  CancelToken() = default;

  bool requested() const;

 private:
  friend class CancelSource;
  friend class CancelCallback;
  explicit CancelToken(CancelSource* source) : source_(source) {}

  CancelSource* source_ = nullptr;
};

// Derive from it to hear of a request. OnCancel() runs inside Request() and must not destroy the
// source; it may unlink any callback.
class CancelCallback : public ListLink {
 public:
  CancelCallback() = default;
  virtual void OnCancel() = 0;

 protected:
  ~CancelCallback() = default;

  // Registers with `token`; when cancellation was requested already, registers nothing: ask first.
  void Listen(CancelToken token);
  void StopListening() { Unlink(); }

 private:
  friend class CancelSource;
};

class CancelSource {
 public:
  CancelSource() = default;
  CancelSource(const CancelSource&) = delete;
  CancelSource& operator=(const CancelSource&) = delete;

  CancelToken token() { return CancelToken(this); }
  bool requested() const { return requested_; }

  // Tells every callback, once. Later callbacks find requested() true.
  void Request();
  // Forgets an earlier request, for a source that serves one stage after another.
  void Rearm() { requested_ = false; }

 private:
  friend class CancelCallback;

  IntrusiveList<CancelCallback> callbacks_;
  bool requested_ = false;
};

// A source that also hears of its parent's request: a stage within a session.
class LinkedCancelSource final : public CancelSource, private CancelCallback {
 public:
  explicit LinkedCancelSource(CancelToken parent) {
    if (parent.requested()) {
      Request();
    } else {
      Listen(parent);
    }
  }

 private:
  void OnCancel() override { Request(); }
};

inline bool CancelToken::requested() const { return source_ != nullptr && source_->requested(); }

inline void CancelCallback::Listen(CancelToken token) {
  if (token.source_ != nullptr && !token.requested()) token.source_->callbacks_.PushBack(*this);
}

inline void CancelSource::Request() {
  if (requested_) return;
  requested_ = true;
  while (!callbacks_.empty()) callbacks_.PopFront().OnCancel();
}

}  // namespace ringpost
