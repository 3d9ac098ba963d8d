// What this kernel's io_uring offers, found out by asking it, and in words what to do where it is
// missing.
#pragma once

#include "absl/status/status.h"

namespace ringpost::io {

// OK when UringReactor can run here. Otherwise which thing is missing or forbidden (no io_uring in
// the kernel, the sysctl kernel.io_uring_disabled, a seccomp filter, the locked-memory limit, an
// operation that came with a later kernel) and what to do.
absl::Status ProbeKernel();

}  // namespace ringpost::io
