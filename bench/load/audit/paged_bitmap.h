// PagedBitmap: a set of message numbers that costs memory only where there are some, and is emptied
// in the time that filling it took.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ringpost::load {

class PagedBitmap {
 public:
  // False when it was there already.
  bool Insert(uint64_t number) {
    const size_t page = number / kPageBits;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == nullptr) {
      pages_[page] = std::make_unique<Page>();
      used_pages_.push_back(page);
    }
    uint64_t& word = (*pages_[page])[number % kPageBits / 64];
    const uint64_t bit = uint64_t{1} << (number % 64);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  }

  void Clear() {
    for (const size_t page : used_pages_) pages_[page].reset();
    used_pages_.clear();
  }

 private:
  static constexpr size_t kPageBits = 4096;
  using Page = std::array<uint64_t, kPageBits / 64>;

  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<size_t> used_pages_;
};

}  // namespace ringpost::load
