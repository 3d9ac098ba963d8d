// Comparing secrets: how long it takes tells nothing of where they differ.
#pragma once

#include <cstddef>
#include <string_view>

namespace ringpost {

// The time depends on the sizes alone, which are no secret (digests, tags, proofs).
inline bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Volatile: the compiler must not see that one difference decides.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace ringpost
