#include "ringpost/message/header_scanner.h"

#include "ringpost/message/header_field.h"

namespace ringpost::message {

HeaderScanner::State HeaderScanner::Feed(std::string_view octets) {
  if (state_ != State::kMore) return state_;
  size_t next = 0;
  while (next < octets.size()) {
    if (position_ == Position::kValue) {
      const size_t line_feed = octets.find('\n', next);
      const size_t end = line_feed == octets.npos ? octets.size() : line_feed + 1;
      fed_octets_ += end - next;
      next = end;
      if (line_feed == octets.npos) break;
      line_start_octets_ = fed_octets_;
      position_ = Position::kLineStart;
      continue;
    }
    if (position_ == Position::kName) {
      const size_t name_octets = internal::FieldNameOctets(octets.substr(next));
      next += name_octets;
      fed_octets_ += name_octets;
      if (next == octets.size()) break;
    }
    if (!Step(octets[next])) return CompleteAt(line_start_octets_);
    ++next;
    ++fed_octets_;
    if (ends_with_empty_line_) return CompleteAt(fed_octets_);
  }
  if (fed_octets_ > limit_octets_) state_ = State::kTooLong;
  return state_;
}

bool HeaderScanner::Step(char octet) {
  const bool can_continue = position_ == Position::kLineStart;
  switch (position_) {
    case Position::kFirstLineStart:
    case Position::kLineStart:
      if (octet == '\n') {
        ends_with_empty_line_ = true;
      } else if (octet == '\r') {
        position_ = Position::kLineStartAfterCr;
      } else if (IsFieldNameOctet(octet)) {
        position_ = Position::kName;
      } else if (IsBlank(octet) && can_continue) {
        position_ = Position::kValue;
      } else {
        return false;
      }
      return true;
    case Position::kLineStartAfterCr:
      ends_with_empty_line_ = octet == '\n';
      return ends_with_empty_line_;
    case Position::kName:
      if (IsFieldNameOctet(octet)) return true;
      [[fallthrough]];
    case Position::kBlanksBeforeColon:
      position_ = octet == ':' ? Position::kValue : Position::kBlanksBeforeColon;
      return octet == ':' || IsBlank(octet);
    case Position::kValue:
      return true;
  }
  return true;
}

HeaderScanner::State HeaderScanner::End() {
  if (state_ != State::kMore) return state_;
  const bool line_is_in_doubt = position_ == Position::kName ||
                                position_ == Position::kBlanksBeforeColon ||
                                position_ == Position::kLineStartAfterCr;
  return CompleteAt(line_is_in_doubt ? line_start_octets_ : fed_octets_);
}

HeaderScanner::State HeaderScanner::CompleteAt(uint64_t octets) {
  header_octets_ = octets;
  state_ = octets > limit_octets_ ? State::kTooLong : State::kComplete;
  return state_;
}

}  // namespace ringpost::message
