// The reactor of the kernel: one io_uring, by the configuration that measured cheapest (single
// issuer, deferred task work, one submit-and-wait per turn, multishot accept and receive from one
// ring of shared buffers).
//
//   absl::StatusOr<std::unique_ptr<Reactor>> reactor = CreateUringReactor({});
//
// Threads: that which created it. Errors: see ProbeKernel() for why there may be none.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io {

struct UringOptions {
  unsigned submission_count = 1024;
  unsigned completion_count = 4096;
  // What the pool of receive buffers may grow to. It starts with 1 MiB.
  size_t buffer_limit_bytes = 64 << 20;
  // Every wait ends after 100 ms at most. valgrind cannot interrupt an endless one.
  bool bounded_waits = false;
};

absl::StatusOr<std::unique_ptr<Reactor>> CreateUringReactor(const UringOptions& options);

}  // namespace ringpost::io
