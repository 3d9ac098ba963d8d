#include "ringpost/io/internal/uring_buffer_ring.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "ringpost/base/check.h"
#include "ringpost/io/internal/uring_abi.h"
#include "ringpost/io/reactor.h"

namespace ringpost::io::internal {
namespace {

constexpr size_t kLargestRing = 32768;  // the kernel's limit

int RegisterRing(io_uring& uring, io_uring_buf_ring* entries, size_t entry_count, uint16_t flags) {
  io_uring_buf_reg registration = {};
  registration.ring_addr = reinterpret_cast<uintptr_t>(entries);
  registration.ring_entries = static_cast<uint32_t>(entry_count);
  registration.bgid = UringBufferRing::kGroup;
  static_assert(sizeof registration.pad == sizeof flags);
  std::memcpy(&registration.pad, &flags, sizeof flags);
  return io_uring_register_buf_ring(&uring, &registration, 0);
}

}  // namespace

UringBufferRing::~UringBufferRing() {
  for (const auto& buffer : buffers_) {
    Check(!buffer->is_leased(), "a received chunk outlives its reactor");
  }
  if (entries_ != nullptr) munmap(entries_, entry_count_ * sizeof(io_uring_buf));
}

absl::Status UringBufferRing::Open(io_uring& uring, size_t limit_bytes) {
  uring_ = &uring;
  limit_count_ = std::clamp(limit_bytes / kBufferBytes, kReadyCount, kLargestRing);
  entry_count_ = std::bit_ceil(limit_count_);
  void* const memory = mmap(nullptr, entry_count_ * sizeof(io_uring_buf), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return StatusFromErrno(-errno, "memory for the buffer ring");
  entries_ = static_cast<io_uring_buf_ring*>(memory);

  incremental_ = RegisterRing(uring, entries_, entry_count_, kBufferRingIncremental) == 0;
  if (!incremental_) {
    const int result = RegisterRing(uring, entries_, entry_count_, 0);
    if (result < 0) {
      return StatusFromErrno(result, "registering a ring of receive buffers (needs Linux 5.19)");
    }
  }
  io_uring_buf_ring_init(entries_);
  for (size_t i = 0; i < kReadyCount; ++i) Provide(*NewBuffer());
  Publish();
  return absl::OkStatus();
}

Chunk UringBufferRing::Take(uint32_t octets, uint32_t completion_flags) {
  RingBuffer& buffer = *buffers_[completion_flags >> IORING_CQE_BUFFER_SHIFT];
  const char* const start = buffer.octets.get() + buffer.used_bytes;
  Chunk chunk = {{start, octets}, BufferLease(buffer)};
  buffer.used_bytes += octets;
  const bool kernel_goes_on = incremental_ && (completion_flags & kCompletionBufferMore) != 0;
  if (!kernel_goes_on) OnKernelDone(buffer);
  return chunk;
}

bool UringBufferRing::Publish() {
  if (unpublished_count_ > 0) {
    io_uring_buf_ring_advance(entries_, unpublished_count_);
    unpublished_count_ = 0;
  }
  return with_kernel_count_ > 0;
}

BufferStatistics UringBufferRing::statistics() const {
  return {.held_bytes = with_memory_count_ * kBufferBytes,
          .limit_bytes = limit_count_ * kBufferBytes,
          .pinned_bytes = (with_memory_count_ - with_kernel_count_ - spare_.size()) * kBufferBytes,
          .starved_count = starved_count_};
}

void UringBufferRing::Provide(RingBuffer& buffer) {
  buffer.used_bytes = 0;
  buffer.with_kernel = true;
  ++with_kernel_count_;
  io_uring_buf_ring_add(entries_, buffer.octets.get(), kBufferBytes, buffer.id,
                        io_uring_buf_ring_mask(static_cast<uint32_t>(entry_count_)),
                        unpublished_count_++);
}

void UringBufferRing::OnKernelDone(RingBuffer& buffer) {
  buffer.with_kernel = false;
  --with_kernel_count_;
  // The chunk that is being taken holds a lease; mostly it is dropped soon and the buffer, warm,
  // goes back. Only where many are kept are new ones added.
  if (with_kernel_count_ < kFewestReady) {
    if (RingBuffer* const fresh = NewBuffer()) Provide(*fresh);
  }
}

void UringBufferRing::OnFree(RingBuffer& buffer) {
  if (with_kernel_count_ < kReadyCount) {
    Provide(buffer);
    return;
  }
  if (spare_.size() < kMostSpare) {
    spare_.push_back(&buffer);
    return;
  }
  buffer.octets.reset();
  --with_memory_count_;
  idle_ids_.push_back(buffer.id);
}

UringBufferRing::RingBuffer* UringBufferRing::NewBuffer() {
  if (!spare_.empty()) {
    RingBuffer* const spare = spare_.back();
    spare_.pop_back();
    return spare;
  }
  if (with_memory_count_ == limit_count_) return nullptr;
  if (idle_ids_.empty()) {
    auto buffer = std::make_unique<RingBuffer>();
    buffer->ring = this;
    buffer->id = static_cast<uint16_t>(buffers_.size());
    idle_ids_.push_back(buffer->id);
    buffers_.push_back(std::move(buffer));
  }
  RingBuffer& buffer = *buffers_[idle_ids_.back()];
  idle_ids_.pop_back();
  buffer.octets = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  ++with_memory_count_;
  return &buffer;
}

}  // namespace ringpost::io::internal
