#include "load/audit/message_scanner.h"

#include <algorithm>

namespace ringpost::load {

void MessageScanner::Append(std::string_view octets) {
  if (!id_.has_value()) octets = SkipToContent(octets);
  if (id_.has_value()) digest_.Append(octets);
}

void MessageScanner::Reset() {
  id_.reset();
  is_behind_header_ = false;
  line_.clear();
  digest_ = CanonicalDigest();
}

std::string_view MessageScanner::SkipToContent(std::string_view octets) {
  while (!octets.empty() && !id_.has_value() && !is_behind_header_) {
    const size_t end = octets.find('\n');
    const std::string_view piece = octets.substr(0, end);
    // One octet more than the longest, and its CR, tell a line that is too long.
    const size_t room = kLongestIdLine + 2 - std::min(line_.size(), kLongestIdLine + 2);
    line_.append(piece.substr(0, room));
    if (end == octets.npos) return {};
    octets.remove_prefix(end + 1);
    EndHeaderLine();
  }
  return octets;
}

void MessageScanner::EndHeaderLine() {
  if (line_.ends_with('\r')) line_.pop_back();
  is_behind_header_ = line_.empty();
  id_ = ParseIdLine(line_);
  line_.clear();
}

}  // namespace ringpost::load
