// The server under load, as it is given on the command line.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "load/options.h"

namespace ringpost::load {

// "smtp://HOST[:PORT]", "lmtp://HOST[:PORT]", "smtp://unix:PATH", "lmtp://unix:PATH"; HOST is an
// address ("[::1]" for IPv6) or a name, which is resolved here and now. Ports are 25 and 24 where
// none is given.
absl::StatusOr<Target> ParseTarget(std::string_view url);

// Of this machine alone: load is not to be put on somebody else's server by a slip of the hand.
bool IsLoopback(const Target& target);

}  // namespace ringpost::load
