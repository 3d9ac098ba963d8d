#include "ringpost/server/session_id.h"

namespace ringpost::server {

SessionId::SessionId(absl::Time now, uint64_t random) {
  // Crockford's base 32: no letters that are taken for digits. 55 bits of microseconds last until
  // 3111.
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr size_t kRandomDigits = 4;
  auto microseconds = static_cast<uint64_t>(absl::ToUnixMicros(now));
  for (size_t i = text_.size(); i-- > 0;) {
    uint64_t& source = i >= text_.size() - kRandomDigits ? random : microseconds;
    text_[i] = kDigits[source % kDigits.size()];
    source /= kDigits.size();
  }
}

}  // namespace ringpost::server
