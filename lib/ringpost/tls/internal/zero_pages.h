// GiveBackZeroPages: memory that a library holds for what never came.
#pragma once

#include <cstddef>

namespace ringpost::tls::internal {

// Gives the whole pages of a block back to the kernel that hold zeros alone; they read as zeros
// again when anyone looks, so the block is the same as before. Of the heap or of mmap(), and nobody
// else's meanwhile. Returns how many octets that were.
size_t GiveBackZeroPages(void* block, size_t octets);

}  // namespace ringpost::tls::internal
