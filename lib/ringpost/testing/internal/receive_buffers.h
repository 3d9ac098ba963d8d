// ReceiveBuffers: a pool that behaves like the kernel's ring of shared buffers (pieces of many
// connections in one block, which a single lease keeps) and catches who keeps a view longer than
// its lease: each piece has memory of its own, overwritten and freed with its last lease.
//
// Ownership: outlives its leases; CHECKs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "ringpost/io/buffer.h"

namespace ringpost::testing::internal {

class ReceiveBuffers {
 public:
  ReceiveBuffers(size_t block_bytes, size_t limit_bytes)
      : block_bytes_(block_bytes), limit_bytes_(limit_bytes) {}
  ~ReceiveBuffers();
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;

  // Called when a block comes back while somebody was starved.
  void set_on_room(std::function<void()> on_room) { on_room_ = std::move(on_room); }

  // Octets that the next piece can have; 0: none, which counts as starved.
  size_t Room();
  // At most Room() octets.
  io::Chunk Fill(std::string_view octets);

  size_t leased_count() const { return leased_count_; }
  io::BufferStatistics statistics() const;

 private:
  class Piece;
  struct Block {
    size_t used_bytes = 0;
    size_t leased_count = 0;
  };
  using BlockPtr = std::shared_ptr<Block>;

  void OnPieceUnleased(const BlockPtr& block);

  const size_t block_bytes_;
  const size_t limit_bytes_;
  std::function<void()> on_room_;
  BlockPtr current_;
  size_t pinned_block_count_ = 0;  // full, and leased
  size_t leased_count_ = 0;
  uint64_t starved_count_ = 0;
  bool somebody_is_starved_ = false;
};

}  // namespace ringpost::testing::internal
