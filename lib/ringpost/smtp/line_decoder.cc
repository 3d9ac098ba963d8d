#include "ringpost/smtp/line_decoder.h"

#include <algorithm>
#include <utility>

namespace ringpost::smtp {
namespace {

// What is kept of a line that is too long: enough to know its verb.
constexpr size_t kStartOctets = 8;

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
  if (skipping_ != Skipping::kNothing) return EndSkipping(input);
  skipped_octets_ = 0;
  const std::string_view piece = FirstLine(input);
  // A line that is not whole needs room for its LF.
  const size_t octets = carry_.size() + (piece.empty() ? input.size() + 1 : piece.size());
  if (octets > limit_octets) {
    StartSkippingTooLong(input, limit_octets);
    return EndSkipping(input);
  }
  if (!piece.empty()) return EndLine(input, piece);
  carry_.append(input);
  input = {};
  return {};
}

LineDecoder::Line LineDecoder::TakeWhole(std::string_view& input, size_t limit_octets) {
  const std::string_view piece = FirstLine(input);
  if (piece.empty()) return {};
  if (piece.size() > limit_octets) return {Kind::kTooLong, {}};
  const Line line = CutLineEnd(piece);
  if (line.kind == Kind::kLine) input.remove_prefix(piece.size());
  return line;
}

// `piece` is what ends the line, at the start of `input`.
LineDecoder::Line LineDecoder::EndLine(std::string_view& input, std::string_view piece) {
  input.remove_prefix(piece.size());
  if (!carry_.empty()) {
    carry_.append(piece);
    carry_is_used_ = true;
    piece = carry_;
  }
  const Line line = CutLineEnd(piece);
  if (line.kind == Kind::kBareLineFeed) skipping_ = Skipping::kTold;
  return line;
}

void LineDecoder::StartSkippingTooLong(std::string_view input, size_t limit_octets) {
  skipping_ = Skipping::kTooLong;
  skipped_octets_ = carry_.size();
  skipped_carriage_return_ = carry_.ends_with('\r');
  // The same however the line was cut.
  const size_t start_octets = std::min(kStartOctets, limit_octets - 1);
  std::string start = carry_.substr(0, start_octets);
  start += input.substr(0, start_octets - start.size());
  carry_.swap(start);
}

LineDecoder::Line LineDecoder::EndSkipping(std::string_view& input) {
  if (!SkipToLineEnd(input)) return {};
  if (std::exchange(skipping_, Skipping::kNothing) == Skipping::kTold) return {Kind::kSkipped, {}};
  carry_is_used_ = true;
  return {Kind::kTooLong, carry_};
}

// False when the input has no CRLF, and is used up.
bool LineDecoder::SkipToLineEnd(std::string_view& input) {
  const bool starts_with_end = skipped_carriage_return_ && input.starts_with('\n');
  const size_t line_end = starts_with_end ? 0 : input.find("\r\n");
  if (line_end == std::string_view::npos) {
    skipped_octets_ += input.size();
    if (!input.empty()) skipped_carriage_return_ = input.ends_with('\r');
    input = {};
    return false;
  }
  const size_t skipped = line_end + (starts_with_end ? 1 : 2);
  input.remove_prefix(skipped);
  skipped_octets_ += skipped - 1;
  skipped_carriage_return_ = false;
  return true;
}

void LineDecoder::ReleaseSpareMemory() {
  if (carry_.empty() || carry_is_used_) std::string().swap(carry_);
  carry_is_used_ = false;
}

}  // namespace ringpost::smtp
