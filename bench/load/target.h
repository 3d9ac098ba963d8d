// The server under load, as it is given on the command line.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "load/options.h"

namespace ringpost::load {

// "SCHEME://HOST[:PORT]" or "SCHEME://unix:PATH"; HOST is an address ("[::1]" for IPv6) or a name,
// which is resolved here and now. Schemes, and their ports where none is given: smtp 25, lmtp 24,
// submission 587; and with TLS from the start (RFC 8314) smtps and submissions 465.
absl::StatusOr<Target> ParseTarget(std::string_view url);

// Of this machine alone: load is not to be put on somebody else's server by a slip of the hand.
bool IsLoopback(const Target& target);

}  // namespace ringpost::load
