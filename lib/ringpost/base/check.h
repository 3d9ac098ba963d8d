// Contracts: Check() ends the process when our own code is wrong.
//
//   Check(head_ != nullptr, "pop of an empty list");
//
// Only for what a bug of ours can cause. What a peer, a disk or a network can cause is a typed
// error.
#pragma once

#include <source_location>

namespace ringpost {

// Prints `message` with its source line to stderr and aborts.
[[noreturn]] void FailCheck(const char* message, std::source_location where);

inline void Check(bool holds, const char* message,
                  std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    FailCheck(message, where);
}

}  // namespace ringpost
