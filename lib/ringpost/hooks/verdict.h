// Verdict: what a hook decides (the blueprint's seven), with the reply that tells the client.
//
//   co_return Verdict::Reject(smtp::Reply::Fixed(550, {5, 1, 1}, "no such mailbox"));
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "ringpost/smtp/reply.h"

namespace ringpost::hooks {

enum class Decision : uint8_t {
  kContinue,    // no opinion: the next in the chain decides
  kAccept,      // yes, and nobody after me is asked
  kReject,      // permanently no (5xx)
  kDefer,       // not now (4xx)
  kDiscard,     // a message: the client is told 250, and it is dropped on purpose
  kQuarantine,  // a message: kept, but marked (see Filter)
  kDisconnect,  // the reply, then the end of the session
};

class [[nodiscard]] Verdict {
 public:
  Verdict() = default;  // Continue

  static Verdict Continue() { return Verdict(); }
  static Verdict Accept() { return Verdict(Decision::kAccept, std::nullopt); }
  // The usual positive reply is replaced by `reply`.
  static Verdict Accept(smtp::Reply reply) { return Verdict(Decision::kAccept, std::move(reply)); }
  // CHECKs a 5xx reply.
  static Verdict Reject(smtp::Reply reply);
  // CHECKs a 4xx reply.
  static Verdict Defer(smtp::Reply reply);
  static Verdict Discard() { return Verdict(Decision::kDiscard, std::nullopt); }
  static Verdict Quarantine() { return Verdict(Decision::kQuarantine, std::nullopt); }
  // CHECKs a 4xx or 5xx reply.
  static Verdict Disconnect(smtp::Reply reply);

  Decision decision() const { return decision_; }
  // Always there for Reject, Defer and Disconnect.
  const std::optional<smtp::Reply>& reply() const { return reply_; }

  // Reject, Defer or Disconnect.
  bool is_refusal() const;
  // Anything but Continue ends a chain.
  bool is_decisive() const { return decision_ != Decision::kContinue; }

 private:
  Verdict(Decision decision, std::optional<smtp::Reply> reply)
      : decision_(decision), reply_(std::move(reply)) {}

  Decision decision_ = Decision::kContinue;
  std::optional<smtp::Reply> reply_;
};

}  // namespace ringpost::hooks
