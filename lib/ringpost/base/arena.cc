#include "ringpost/base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace ringpost {
namespace {

constexpr size_t kHeaderBytes = 16;

}  // namespace

Arena::~Arena() { Release(); }

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(do_allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

void Arena::Reset() {
  if (first_ == nullptr) return;
  FreeBlocksAfter(first_);
  current_ = first_;
  used_bytes_ = 0;
}

void Arena::Release() {
  if (first_ == nullptr) return;
  FreeBlocksAfter(first_);
  std::free(first_);
  first_ = current_ = nullptr;
  used_bytes_ = held_bytes_ = 0;
}

void* Arena::do_allocate(size_t bytes, size_t alignment) {
  for (;;) {
    if (current_ != nullptr) {
      char* const payload = reinterpret_cast<char*>(current_) + kHeaderBytes;
      const auto address = reinterpret_cast<uintptr_t>(payload + used_bytes_);
      const size_t padding = -address & (alignment - 1);  // alignments are powers of two
      if (used_bytes_ + padding + bytes <= current_->size_bytes - kHeaderBytes) {
        used_bytes_ += padding;
        char* const result = payload + used_bytes_;
        used_bytes_ += bytes;
        return result;
      }
    }
    AddBlock(bytes + alignment);
  }
}

void Arena::AddBlock(size_t payload_bytes) {
  static_assert(sizeof(Block) <= kHeaderBytes);
  // Blocks double, so that a transaction of many recipients takes few of them.
  const size_t grown_bytes = current_ == nullptr ? kBlockBytes : current_->size_bytes * 2;
  const size_t size_bytes = std::max(grown_bytes, payload_bytes + kHeaderBytes);
  auto* const block = static_cast<Block*>(std::malloc(size_bytes));
  if (block == nullptr) throw std::bad_alloc();
  *block = {nullptr, size_bytes};
  held_bytes_ += size_bytes;
  if (current_ == nullptr) {
    first_ = block;
  } else {
    current_->next = block;
  }
  current_ = block;
  used_bytes_ = 0;
}

void Arena::FreeBlocksAfter(Block* last) {
  Block* block = last->next;
  last->next = nullptr;
  while (block != nullptr) {
    Block* const next = block->next;
    held_bytes_ -= block->size_bytes;
    std::free(block);
    block = next;
  }
}

}  // namespace ringpost
