// SessionId: names a session in the log, in Received and in the 250. Unique among the servers of a
// site for all practical purposes: the time of the connection in microseconds and 20 random bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/time/time.h"

namespace ringpost::server {

class SessionId {
 public:
  SessionId(absl::Time now, uint64_t random);

  // 15 letters and digits; ids of later sessions sort behind those of earlier ones.
  std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 15> text_;
};

}  // namespace ringpost::server
