// Numbers of the kernel's io_uring interface that are newer than Debian 12's liburing 2.3. They are
// ABI: fixed for good. Whether the running kernel knows them is found out at run time.
#pragma once

#include <cstdint>

namespace ringpost::io::internal {

// io_uring_buf_reg.flags, which 2.3 still calls `pad`: a buffer is filled bit by bit (Linux 6.12).
inline constexpr uint16_t kBufferRingIncremental = 2;
// cqe->flags: the kernel will put more into the same buffer (Linux 6.12).
inline constexpr unsigned kCompletionBufferMore = 1u << 4;

}  // namespace ringpost::io::internal
