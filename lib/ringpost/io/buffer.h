// Buffer, BufferLease, Chunk: received octets and what keeps them alive.
//
// The kernel fills a buffer, many connections share it; each piece handed out is a Chunk: a view
// and a lease. When the last lease is dropped the buffer goes back to where it came from.
//
// Ownership: a lease keeps the *whole* buffer (64 KiB in the ring). What is kept long is to be
// copied out with CopyOfChunk(). Threads: that of the buffer's shard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace ringpost::io {

class Buffer {
 public:
  virtual ~Buffer() = default;

  bool is_leased() const { return lease_count_ > 0; }

 private:
  friend class BufferLease;
  // The last lease is gone.
  virtual void OnUnleased() = 0;

  uint32_t lease_count_ = 0;
};

class BufferLease {
 public:
  BufferLease() = default;
  explicit BufferLease(Buffer& buffer) : buffer_(&buffer) { ++buffer.lease_count_; }
  BufferLease(const BufferLease& other) : buffer_(other.buffer_) {
    if (buffer_ != nullptr) ++buffer_->lease_count_;
  }
  BufferLease(BufferLease&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferLease& operator=(BufferLease other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferLease() { Drop(); }

  // False: whoever handed out the octets keeps them alive, and not for long.
  bool holds_buffer() const { return buffer_ != nullptr; }

  void Drop() {
    if (buffer_ == nullptr) return;
    Buffer* const buffer = std::exchange(buffer_, nullptr);
    if (--buffer->lease_count_ == 0) buffer->OnUnleased();
  }

 private:
  Buffer* buffer_ = nullptr;
};

// The octets are its holder's alone, who may write over them (TLS decrypts them in their place).
struct Chunk {
  std::string_view octets;
  BufferLease lease;

  std::span<char> writable() const { return {const_cast<char*>(octets.data()), octets.size()}; }
};

// A chunk with a private copy of `octets`, freed with its last lease.
Chunk CopyOfChunk(std::string_view octets);

// How the pool of a reactor stands; for metrics and for deciding when to copy out.
struct BufferStatistics {
  size_t held_bytes = 0;   // memory of the pool
  size_t limit_bytes = 0;  // what it may grow to
  size_t pinned_bytes =
      0;  // in buffers that are kept by leases though the kernel is done with them
  uint64_t starved_count = 0;  // receives that found no buffer, ever

  // Over half of the limit is pinned: chunks should be copied out rather than kept.
  bool under_pressure() const { return pinned_bytes * 2 > limit_bytes; }
};

}  // namespace ringpost::io
