// DovecotLines and what is in them: the same lines however the stream was cut, none of them too
// long, and no user name that could do harm.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ringpost/auth/internal/dovecot_protocol.h"
#include "ringpost/base/ascii.h"
#include "ringpost/base/check.h"

using ringpost::Check;
using ringpost::auth::internal::DovecotAnswer;
using ringpost::auth::internal::DovecotHandshake;
using ringpost::auth::internal::DovecotLines;
using ringpost::auth::internal::kLongestDovecotLine;
using ringpost::auth::internal::ParseDovecotAnswer;

namespace {

// All lines of the stream, taken in pieces of so many octets.
std::vector<std::string> LinesOf(std::string_view stream, size_t piece) {
  DovecotLines lines;
  std::vector<std::string> found;
  while (!stream.empty()) {
    const std::string_view octets = stream.substr(0, piece);
    stream.remove_prefix(octets.size());
    if (!lines.Add(octets)) return found;
    while (const auto line = lines.Next()) {
      Check(line->size() < kLongestDovecotLine, "a line over the limit");
      found.emplace_back(*line);
    }
  }
  return found;
}

void Read(std::string_view line) {
  const auto answer = ParseDovecotAnswer(line);
  if (!answer.ok() || !answer->has_value()) return;
  const bool is_accepted = (*answer)->kind == DovecotAnswer::Kind::kAccepted;
  Check(is_accepted != (*answer)->user.empty(), "accepted is who has a name");
  Check(std::ranges::none_of((*answer)->user, ringpost::IsAsciiControl), "a name with controls");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = data[0] + size_t{1};
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> lines = LinesOf(stream, piece);
  // What follows too long a line is nobody's; before it all is the same.
  const std::vector<std::string> others = LinesOf(stream, 1);
  for (size_t i = 0; i < std::min(lines.size(), others.size()); ++i) {
    Check(lines[i] == others[i], "lines depend on where the stream was cut");
  }
  DovecotHandshake handshake;
  for (const std::string& line : lines) {
    if (!handshake.is_complete() && !handshake.Take(line).ok()) break;
  }
  for (const std::string& line : lines) Read(line);
  return 0;
}
