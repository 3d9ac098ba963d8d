#include "ringpost/smtp/data_decoder.h"

#include "ringpost/smtp/internal/text_scan.h"

namespace ringpost::smtp {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

}  // namespace

// `kept` octets at the front of the input belong to the body. They are given out before anything
// that is not simply one more of them.
DataDecoder::Piece DataDecoder::Next(std::string_view& input) {
  size_t kept = 0;
  const auto give_out_kept = [&] {
    const Piece piece{Kind::kOctets, input.substr(0, kept)};
    input.remove_prefix(kept);
    return piece;
  };
  while (kept < input.size()) {
    kept += TakePlainText(input.substr(kept));
    if (kept == input.size()) break;
    const Step step = StepFor(input[kept]);
    if (step.effect == Effect::kReconsider) {
      state_ = step.next;
      continue;
    }
    if (step.effect == Effect::kKeep) {
      CountOctet(step.next);
      ++kept;
      continue;
    }
    if (kept > 0) return give_out_kept();
    state_ = step.next;
    switch (step.effect) {
      case Effect::kKeep:
      case Effect::kReconsider:
        break;
      case Effect::kDrop:
        input.remove_prefix(1);
        break;
      case Effect::kInsertCr:
        CountOctet(step.next);
        return {Kind::kOctets, kLineEnd.substr(0, 1)};
      case Effect::kInsertLf:
        line_octets_ = 0;
        return {Kind::kOctets, kLineEnd.substr(1)};
      case Effect::kReplaceByEnd:
        line_octets_ = 0;
        input.remove_prefix(1);
        return {Kind::kOctets, kLineEnd};
      case Effect::kEnd:
        input.remove_prefix(1);
        return {Kind::kEnd, {}};
      case Effect::kBareCr:
        return {Kind::kBareCr, {}};
      case Effect::kBareLf:
        return {Kind::kBareLf, {}};
      case Effect::kNul:
        return {Kind::kNul, {}};
      case Effect::kLineTooLong:
        return {Kind::kLineTooLong, {}};
    }
  }
  if (kept > 0) return give_out_kept();
  return {Kind::kNeedInput, {}};
}

DataDecoder::Piece DataDecoder::Finish() {
  if (state_ != State::kAfterCr) return {Kind::kEnd, {}};
  state_ = State::kInLine;
  switch (rules_.bare_cr) {
    case Leniency::kReject:
      return {Kind::kBareCr, {}};
    case Leniency::kNormalise:
      return {Kind::kOctets, kLineEnd.substr(1)};
    case Leniency::kAllow:
      break;
  }
  return {Kind::kEnd, {}};
}

// Octets at the front of `text` that need no thought; the state is then where they end.
size_t DataDecoder::TakePlainText(std::string_view text) {
  const bool may_start =
      state_ == State::kInLine || (state_ == State::kLineStart && text[0] != '.');
  if (!may_start) return 0;
  const internal::TextScan scan =
      internal::ScanPlainText(text, line_octets_,
                              {.bare_cr = rules_.bare_cr != Leniency::kAllow,
                               .bare_lf = rules_.bare_lf != Leniency::kAllow,
                               .nul = rules_.nul != Leniency::kAllow,
                               .longest_line_octets = rules_.line_octets});
  if (scan.plain_octets == 0) return 0;
  line_octets_ = scan.line_octets;
  state_ = line_octets_ == 0 ? State::kLineStart : State::kInLine;
  return scan.plain_octets;
}

DataDecoder::Step DataDecoder::StepFor(char octet) const {
  switch (state_) {
    case State::kLineStart:
      if (octet == '.' && dots_ == DotRule::kTransparent) return {Effect::kDrop, State::kAfterDot};
      return StepInText(octet);
    case State::kInLine:
      return StepInText(octet);
    case State::kAfterCr:
      if (octet == '\n') {
        if (line_octets_ >= rules_.line_octets) return {Effect::kLineTooLong, State::kAfterCr};
        return {Effect::kKeep, State::kLineStart};
      }
      switch (rules_.bare_cr) {
        case Leniency::kReject:
          return {Effect::kBareCr, State::kInLine};
        case Leniency::kNormalise:
          return {Effect::kInsertLf, State::kInLine};
        case Leniency::kAllow:
          return {Effect::kReconsider, State::kInLine};
      }
      break;
    case State::kAfterDot:
      if (octet == '\r') return {Effect::kDrop, State::kAfterDotCr};
      return {Effect::kReconsider, State::kInLine};
    case State::kAfterDotCr:
      if (octet == '\n') return {Effect::kEnd, State::kLineStart};
      return {Effect::kInsertCr, State::kAfterCr};
  }
  return {Effect::kEnd, State::kLineStart};
}

DataDecoder::Step DataDecoder::StepInText(char octet) const {
  switch (octet) {
    case '\n':
      switch (rules_.bare_lf) {
        case Leniency::kReject:
          return {Effect::kBareLf, State::kInLine};
        case Leniency::kNormalise:
          return {Effect::kReplaceByEnd, State::kInLine};
        case Leniency::kAllow:
          break;
      }
      break;
    case '\0':
      switch (rules_.nul) {
        case Leniency::kReject:
          return {Effect::kNul, State::kInLine};
        case Leniency::kNormalise:
          return {Effect::kDrop, State::kInLine};
        case Leniency::kAllow:
          break;
      }
      break;
    default:
      break;
  }
  if (line_octets_ >= rules_.line_octets) return {Effect::kLineTooLong, State::kInLine};
  return {Effect::kKeep, octet == '\r' ? State::kAfterCr : State::kInLine};
}

void DataDecoder::CountOctet(State next) {
  state_ = next;
  line_octets_ = next == State::kLineStart ? 0 : line_octets_ + 1;
}

}  // namespace ringpost::smtp
