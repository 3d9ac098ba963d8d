// Faults: what a sink does wrong on purpose, where, and how often.
//
//   absl::StatusOr<std::vector<Fault>> faults = ParseFault("rcpt:delay=200ms:p=0.1");
//
// A fault reads POINT:ACTION[:p=PROBABILITY][:times=COUNT]; see docs/sink.md for points and
// actions. "provider=NAME[:p=PROBABILITY]" stands for a number of replies that NAME is known for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ringpost/base/random.h"
#include "ringpost/smtp/reply.h"

namespace ringpost::sink {

// Before what is it?
enum class FaultPoint : uint8_t {
  kConnect,  // the greeting
  kHello,    // the reply to HELO, EHLO, LHLO
  kMail,     // the reply to MAIL
  kRcpt,     // the reply to a RCPT
  kData,     // the reply to DATA; with BDAT, the first chunk is taken
  kBody,     // octets of the body are taken
  kEnd,      // the reply to a whole message; it was stored
  kQuit,     // the reply to QUIT
};
inline constexpr size_t kFaultPointCount = 8;

struct DelayReply {
  absl::Duration length;
};
struct SayInstead {
  smtp::Reply reply;
};
// What becomes of the connection in place of a reply.
struct BreakOff {
  enum class Way : uint8_t {
    kClose,      // FIN
    kReset,      // RST
    kHalfClose,  // FIN, and what still comes is read
    kSilence,    // nothing, and what still comes is read
  };
  Way way;
  uint64_t after_octets = 0;  // of the body
};
struct ReadSlowly {
  uint64_t octets_per_second;
};
using FaultAction = std::variant<DelayReply, SayInstead, BreakOff, ReadSlowly>;

struct Fault {
  FaultPoint point;
  FaultAction action;
  double probability = 1;
  uint64_t times = std::numeric_limits<uint64_t>::max();  // on each shard
  std::string text = {};                                  // as it was written
};

absl::StatusOr<std::vector<Fault>> ParseFault(std::string_view text);

// All faults of a sink.
class FaultPlan {
 public:
  FaultPlan() = default;
  explicit FaultPlan(std::vector<Fault> faults);

  const std::vector<Fault>& faults() const { return faults_; }
  // Indices of those at `point`, in order.
  const std::vector<size_t>& At(FaultPoint point) const {
    return at_point_[static_cast<size_t>(point)];
  }
  // Whether one of them makes a session wait.
  bool waits() const;

 private:
  std::vector<Fault> faults_;
  std::array<std::vector<size_t>, kFaultPointCount> at_point_;
};

// What strikes at a point, all together.
struct Blow {
  absl::Duration delay = absl::ZeroDuration();
  const smtp::Reply* reply = nullptr;
  const BreakOff* break_off = nullptr;
  uint64_t octets_per_second = 0;  // 0: as fast as they come

  bool is_harmless() const {
    return delay == absl::ZeroDuration() && reply == nullptr && break_off == nullptr &&
           octets_per_second == 0;
  }
};

// Throws the dice for the faults at `point`. Those before the first that ends the matter (a reply,
// a break) add up. Each one that strikes counts in `struck`, which has a place for each of the
// plan.
Blow Strike(const FaultPlan& plan, FaultPoint point, Random& random, std::vector<uint64_t>& struck);

}  // namespace ringpost::sink
