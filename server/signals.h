// Signals: what the process is told from outside, as values to wait for.
//
//   Signals signals;              // first thing in main(): threads inherit that they are blocked
//   switch (signals.Wait()) { ... }
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"

namespace ringpost::daemon {

enum class ToldTo : uint8_t {
  kStop,    // TERM, INT
  kReload,  // HUP
};

class Signals {
 public:
  // Blocks TERM, INT and HUP in this thread and those it starts; PIPE is ignored.
  Signals();

  ToldTo Wait();
  // nullopt after `length`.
  std::optional<ToldTo> WaitFor(absl::Duration length);
};

}  // namespace ringpost::daemon
