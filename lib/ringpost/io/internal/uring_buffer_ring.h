// UringBufferRing: the buffers that the kernel fills, as a provided-buffer ring.
//
// Each buffer has 64 KiB. On Linux 6.12 and later the ring is incremental: the kernel fills a
// buffer piece by piece, for whichever connection has data, and is done with it when it is full.
// Before 6.12 it is done after one piece. A buffer that the kernel is done with goes back to it as
// soon as no lease is left; while too many are pinned by leases, new ones are added, up to the
// limit. Of those that are too many afterwards some are kept: with each burst the memory would be
// taken from the system again, page by page.
//
// Ownership: outlives its leases; CHECKs. Threads: one.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "ringpost/io/buffer.h"

namespace ringpost::io::internal {

class UringBufferRing {
 public:
  static constexpr uint16_t kGroup = 0;
  static constexpr size_t kBufferBytes = 64 * 1024;
  // Kept with the kernel: large rings run cold.
  static constexpr size_t kReadyCount = 16;
  // With fewer, the pool grows.
  static constexpr size_t kFewestReady = kReadyCount / 2;
  // Kept for a burst.
  static constexpr size_t kMostSpare = kReadyCount;

  UringBufferRing() = default;
  ~UringBufferRing();
  UringBufferRing(const UringBufferRing&) = delete;
  UringBufferRing& operator=(const UringBufferRing&) = delete;

  // Registers the ring with `uring`, which must outlive this object.
  absl::Status Open(io_uring& uring, size_t limit_bytes);

  // The chunk of a completion with IORING_CQE_F_BUFFER.
  Chunk Take(uint32_t octets, uint32_t completion_flags);
  // Makes returned buffers known to the kernel. True when the kernel has any.
  bool Publish();

  bool is_incremental() const { return incremental_; }
  BufferStatistics statistics() const;
  void CountStarved() { ++starved_count_; }

 private:
  class RingBuffer final : public Buffer {
   public:
    UringBufferRing* ring = nullptr;
    std::unique_ptr<char[]> octets;
    uint32_t used_bytes = 0;
    uint16_t id = 0;
    bool with_kernel = false;

   private:
    void OnUnleased() override {
      if (!with_kernel) ring->OnFree(*this);
    }
  };

  void Provide(RingBuffer& buffer);
  void OnKernelDone(RingBuffer& buffer);
  void OnFree(RingBuffer& buffer);
  // A buffer that is nowhere, spare or made when the limit allows; nullptr otherwise.
  RingBuffer* NewBuffer();

  io_uring* uring_ = nullptr;
  io_uring_buf_ring* entries_ = nullptr;
  size_t entry_count_ = 0;
  bool incremental_ = false;
  std::vector<std::unique_ptr<RingBuffer>> buffers_;  // by id
  std::vector<RingBuffer*> spare_;                    // with memory, and of no use now
  std::vector<uint16_t> idle_ids_;                    // known, without memory
  size_t limit_count_ = 0;
  size_t with_memory_count_ = 0;
  size_t with_kernel_count_ = 0;
  int unpublished_count_ = 0;
  uint64_t starved_count_ = 0;
};

}  // namespace ringpost::io::internal
