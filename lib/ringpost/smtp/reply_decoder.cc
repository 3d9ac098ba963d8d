#include "ringpost/smtp/reply_decoder.h"

namespace ringpost::smtp {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The code at the start of `line`; 0 when there is none.
uint16_t CodeOf(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !IsDigit(line[1]) || !IsDigit(line[2])) {
    return 0;
  }
  return static_cast<uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
}

}  // namespace

std::string_view Describe(ReplyFlaw flaw) {
  switch (flaw) {
    case ReplyFlaw::kNone:
      return "nothing is wrong";
    case ReplyFlaw::kBadCode:
      return "a line without a reply code";
    case ReplyFlaw::kBadSeparator:
      return "neither a blank nor '-' behind the code";
    case ReplyFlaw::kCodeChanged:
      return "lines of one reply with different codes";
    case ReplyFlaw::kLineTooLong:
      return "a line that is too long";
    case ReplyFlaw::kTooManyLines:
      return "a reply of too many lines";
    case ReplyFlaw::kBareLineFeed:
      return "a line that ends with LF alone";
    case ReplyFlaw::kBareCarriageReturn:
      return "a CR in the middle of a line";
  }
  return "";
}

ReplyDecoder::Line ReplyDecoder::Next(std::string_view& input) {
  if (flaw_ != ReplyFlaw::kNone) {
    input = {};
    return Fail(flaw_);
  }
  if (carry_is_used_) {
    carry_.clear();
    carry_is_used_ = false;
  }
  const size_t line_feed = input.find('\n');
  const bool is_whole = line_feed != std::string_view::npos;
  const std::string_view piece = is_whole ? input.substr(0, line_feed + 1) : input;
  // A line that is not whole needs room for its LF.
  if (carry_.size() + piece.size() + (is_whole ? 0 : 1) > limits_.line_octets) {
    input = {};
    return Fail(ReplyFlaw::kLineTooLong);
  }
  input.remove_prefix(piece.size());
  if (is_whole && carry_.empty()) return Read(piece);
  carry_.append(piece);
  if (!is_whole) return {};
  carry_is_used_ = true;
  return Read(carry_);
}

// `line` ends with LF.
ReplyDecoder::Line ReplyDecoder::Read(std::string_view line) {
  line.remove_suffix(1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else if (!limits_.takes_bare_line_feed) {
    return Fail(ReplyFlaw::kBareLineFeed);
  }
  if (line.find('\r') != std::string_view::npos) return Fail(ReplyFlaw::kBareCarriageReturn);
  const uint16_t code = CodeOf(line);
  if (code == 0) return Fail(ReplyFlaw::kBadCode);
  // RFC 5321 §4.2: a code alone is a line, too.
  const char separator = line.size() > 3 ? line[3] : ' ';
  if (separator != ' ' && separator != '-') return Fail(ReplyFlaw::kBadSeparator);
  if (line_count_ > 0 && code != code_) return Fail(ReplyFlaw::kCodeChanged);
  if (line_count_ == limits_.lines) return Fail(ReplyFlaw::kTooManyLines);
  const bool is_last = separator == ' ';
  code_ = code;
  line_count_ = is_last ? 0 : line_count_ + 1;
  return {.kind = Kind::kLine,
          .flaw = ReplyFlaw::kNone,
          .code = code,
          .is_last = is_last,
          .text = line.substr(line.size() > 3 ? 4 : 3)};
}

ReplyDecoder::Line ReplyDecoder::Fail(ReplyFlaw flaw) {
  flaw_ = flaw;
  return {.kind = Kind::kMalformed, .flaw = flaw, .code = 0, .is_last = false, .text = {}};
}

}  // namespace ringpost::smtp
