#include "ringpost/smtp/line_decoder.h"

#include "ringpost/base/check.h"

namespace ringpost::smtp {
namespace {

// `text` ends with LF.
LineDecoder::Line CutLineEnd(std::string_view text) {
  text.remove_suffix(1);
  if (!text.ends_with('\r')) return {LineDecoder::Kind::kBareLineFeed, text};
  text.remove_suffix(1);
  return {LineDecoder::Kind::kLine, text};
}

// The front of `input` up to its first LF; empty when it has none.
std::string_view FirstLine(std::string_view input) {
  const size_t line_feed = input.find('\n');
  return line_feed == std::string_view::npos ? std::string_view() : input.substr(0, line_feed + 1);
}

}  // namespace

LineDecoder::Line LineDecoder::Next(std::string_view& input, size_t limit_octets) {
  if (carry_is_used_) {
    carry_.clear();
    carry_is_used_ = false;
  }
  if (!is_skipping_) skipped_octets_ = 0;
  const std::string_view piece = FirstLine(input);
  if (piece.empty()) {
    KeepPartial(input, limit_octets);
    input = {};
    return {};
  }
  input.remove_prefix(piece.size());
  if (is_skipping_ || carry_.size() + piece.size() > limit_octets) {
    skipped_octets_ += carry_.size() + piece.size() - 1;
    is_skipping_ = false;
    carry_.clear();
    return {Kind::kTooLong, {}};
  }
  if (carry_.empty()) return CutLineEnd(piece);
  carry_.append(piece);
  carry_is_used_ = true;
  return CutLineEnd(carry_);
}

LineDecoder::Line LineDecoder::TakeWhole(std::string_view& input, size_t limit_octets) {
  const std::string_view line = FirstLine(input);
  if (line.empty()) return {};
  input.remove_prefix(line.size());
  if (line.size() > limit_octets) return {Kind::kTooLong, {}};
  return CutLineEnd(line);
}

void LineDecoder::KeepPartial(std::string_view piece, size_t limit_octets) {
  // At the limit there is no room left for the LF.
  if (!is_skipping_ && carry_.size() + piece.size() >= limit_octets) {
    is_skipping_ = true;
    skipped_octets_ = carry_.size();
    std::string().swap(carry_);
  }
  if (is_skipping_) {
    skipped_octets_ += piece.size();
  } else {
    carry_.append(piece);
  }
}

void LineDecoder::ReleaseSpareMemory() {
  if (carry_.empty() || carry_is_used_) std::string().swap(carry_);
  carry_is_used_ = false;
}

}  // namespace ringpost::smtp
