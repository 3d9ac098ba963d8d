#include "ringpost/testing/internal/receive_buffers.h"

#include <cstring>
#include <utility>

#include "ringpost/base/check.h"

namespace ringpost::testing::internal {

class ReceiveBuffers::Piece final : public io::Buffer {
 public:
  Piece(ReceiveBuffers& pool, BlockPtr block, std::string_view octets)
      : pool_(pool),
        block_(std::move(block)),
        octets_(std::make_unique_for_overwrite<char[]>(octets.size())),
        size_bytes_(octets.size()) {
    std::memcpy(octets_.get(), octets.data(), octets.size());
  }

  std::string_view octets() const { return {octets_.get(), size_bytes_}; }

 private:
  void OnUnleased() override {
    // Seen by who reads on without AddressSanitizer.
    std::memset(octets_.get(), 0xdd, size_bytes_);
    ReceiveBuffers& pool = pool_;
    const BlockPtr block = block_;
    delete this;
    pool.OnPieceUnleased(block);
  }

  ReceiveBuffers& pool_;
  const BlockPtr block_;
  const std::unique_ptr<char[]> octets_;
  const size_t size_bytes_;
};

ReceiveBuffers::~ReceiveBuffers() {
  Check(leased_count_ == 0, "a received chunk outlives its reactor");
}

size_t ReceiveBuffers::Room() {
  if (current_ != nullptr && current_->used_bytes == block_bytes_) {
    if (current_->leased_count > 0) ++pinned_block_count_;
    current_ = nullptr;
  }
  if (current_ == nullptr) {
    if ((pinned_block_count_ + 1) * block_bytes_ > limit_bytes_) {
      ++starved_count_;
      somebody_is_starved_ = true;
      return 0;
    }
    current_ = std::make_shared<Block>();
  }
  return block_bytes_ - current_->used_bytes;
}

io::Chunk ReceiveBuffers::Fill(std::string_view octets) {
  current_->used_bytes += octets.size();
  ++current_->leased_count;
  ++leased_count_;
  auto* const piece = new Piece(*this, current_, octets);
  return {piece->octets(), io::BufferLease(*piece)};
}

void ReceiveBuffers::OnPieceUnleased(const BlockPtr& block) {
  --leased_count_;
  if (--block->leased_count > 0 || block == current_) return;
  --pinned_block_count_;
  if (std::exchange(somebody_is_starved_, false)) on_room_();
}

io::BufferStatistics ReceiveBuffers::statistics() const {
  const size_t block_count = pinned_block_count_ + (current_ != nullptr ? 1 : 0);
  return {.held_bytes = block_count * block_bytes_,
          .limit_bytes = limit_bytes_,
          .pinned_bytes = pinned_block_count_ * block_bytes_,
          .starved_count = starved_count_};
}

}  // namespace ringpost::testing::internal
