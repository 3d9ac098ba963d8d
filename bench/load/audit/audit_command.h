// The command `ringpost-load audit`: its command line, and what it prints.
#pragma once

#include <string>
#include <vector>

namespace ringpost::load {

inline constexpr int kAuditFailedExitCode = 1;      // lost, duplicated or damaged
inline constexpr int kAuditImpossibleExitCode = 2;  // nothing is proven; or wrong usage

// `arguments` follow the word "audit". Prints to stdout and stderr; gives the exit code, 0 when the
// server kept its word.
int AuditMain(const std::vector<std::string>& arguments);

}  // namespace ringpost::load
