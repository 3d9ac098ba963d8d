// FuzzInput: takes an input of libFuzzer apart. What a target decides comes from its first octets,
// and the rest is the text, so that a seed can be written by hand.
//
//   FuzzInput input(data, size);
//   const size_t limit = 10 + input.TakeBelow(100);
//   Decode(input.Rest());
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ringpost/base/check.h"
#include "ringpost/base/random.h"

namespace ringpost::fuzz {

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  // The next octet; 0 when there is none.
  uint8_t TakeOctet() {
    if (rest_.empty()) return 0;
    const auto octet = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return octet;
  }
  // Less than `bound`, which is at most 256.
  size_t TakeBelow(size_t bound) { return TakeOctet() % bound; }
  bool TakeBool() { return (TakeOctet() & 1) != 0; }
  std::string_view Rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// Lengths to cut an input into: single octets, short pieces or long ones, by the seed.
class Cuts {
 public:
  explicit Cuts(uint64_t seed) : random_(seed), longest_(kLongest[seed % 4]) {}

  size_t operator()() { return 1 + random_.Below(longest_); }

 private:
  static constexpr uint64_t kLongest[] = {1, 5, 70, 1000};

  Random random_;
  uint64_t longest_;
};

}  // namespace ringpost::fuzz
