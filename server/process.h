// What ringpostd asks of the system for itself: descriptors, a user, a name, cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace ringpost::daemon {

// Raises RLIMIT_NOFILE to its hard limit; how many descriptors the process may have from then on.
uint64_t RaiseDescriptorLimit();

// Whether a user can be changed at all.
bool IsRoot();
// From root to `user`, and to `group`, else the user's own; for good. NotFound, PermissionDenied.
absl::Status BecomeUser(const std::string& user, const std::string& group);

// The system's, when it can stand in a greeting; else "localhost".
std::string SystemHostName();
// That this process may run on.
size_t CoreCount();

// Makes what is written to standard error go to its end when it is a file: several threads do so.
void AppendStandardError();

}  // namespace ringpost::daemon
