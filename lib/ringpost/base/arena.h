// Arena: memory for one transaction, given back all at once.
//
//   Arena arena;
//   std::string_view kept = arena.Copy(view_into_a_buffer);
//   std::pmr::vector<Recipient> recipients(&arena);
//   arena.Reset();   // every view into it is dead
//
// Reset() keeps the first block, so a session that sends message after message allocates nothing
// per command. Nothing is allocated before the first use: an idle session pays for two pointers.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

namespace ringpost {

class Arena final : public std::pmr::memory_resource {
 public:
  static constexpr size_t kBlockBytes = 1024;

  Arena() = default;
  ~Arena() override;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // A copy of `text`, valid until Reset().
  std::string_view Copy(std::string_view text);
  // Frees all but the first block.
  void Reset();
  // Frees everything.
  void Release();

  // Bytes held from the system, blocks' headers included.
  size_t held_bytes() const { return held_bytes_; }

 private:
  struct Block {
    Block* next;
    size_t size_bytes;
  };

  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void*, size_t, size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  void AddBlock(size_t payload_bytes);
  void FreeBlocksAfter(Block* last);

  Block* first_ = nullptr;    // kept by Reset()
  Block* current_ = nullptr;  // the newest
  size_t used_bytes_ = 0;     // of current_'s payload
  size_t held_bytes_ = 0;
};

}  // namespace ringpost
