// What DataDecoder must do, written so that one can see that it is right: one octet after the
// other, over the whole input at once. For the tests and the fuzz target that compare the two.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ringpost/smtp/data_decoder.h"

namespace ringpost::smtp {

struct DecodedText {
  std::string octets;
  DataDecoder::Kind end;  // kNeedInput, kEnd or a violation
  size_t taken_octets;    // of the input, when `end` is kEnd

  bool operator==(const DecodedText&) const = default;
};

// `is_whole`: the input is all there is (a BDAT's text), so that a CR at its end is a bare one.
inline DecodedText DecodeByReference(std::string_view in, TextRules rules, DotRule dots,
                                     bool is_whole = false) {
  using Kind = DataDecoder::Kind;
  DecodedText text{"", Kind::kNeedInput, 0};
  size_t line_octets = 0;
  bool is_line_start = true;
  size_t i = 0;
  const auto fail = [&](Kind kind) {
    text.end = kind;
    return text;
  };
  while (i < in.size()) {
    const std::string_view rest = in.substr(i);
    if (dots == DotRule::kTransparent && is_line_start && rest[0] == '.') {
      if (rest.starts_with(".\r\n")) return {text.octets, Kind::kEnd, i + 3};
      if (rest == ".\r") return text;
      is_line_start = false;
      ++i;
      continue;
    }
    is_line_start = false;
    if (rest.starts_with("\r\n")) {
      if (line_octets + 1 > rules.line_octets) return fail(Kind::kLineTooLong);
      text.octets += '\r';
      if (line_octets + 2 > rules.line_octets) return fail(Kind::kLineTooLong);
      text.octets += '\n';
      line_octets = 0;
      is_line_start = true;
      i += 2;
      continue;
    }
    const char octet = rest[0];
    if (octet == '\n' && rules.bare_lf == Leniency::kReject) return fail(Kind::kBareLf);
    if (octet == '\0' && rules.nul == Leniency::kReject) return fail(Kind::kNul);
    if (octet == '\n' && rules.bare_lf == Leniency::kNormalise) {
      text.octets += "\r\n";
      line_octets = 0;
    } else if (octet == '\0' && rules.nul == Leniency::kNormalise) {
      // dropped
    } else {
      if (line_octets + 1 > rules.line_octets) return fail(Kind::kLineTooLong);
      text.octets += octet;
      ++line_octets;
      const bool is_bare_cr = octet == '\r' && (rest.size() > 1 || is_whole);
      if (is_bare_cr && rules.bare_cr == Leniency::kReject) return fail(Kind::kBareCr);
      if (is_bare_cr && rules.bare_cr == Leniency::kNormalise) {
        text.octets += '\n';
        line_octets = 0;
      }
    }
    ++i;
  }
  if (is_whole) text.end = Kind::kEnd;
  text.taken_octets = is_whole ? in.size() : 0;
  return text;
}

// Runs `decoder` over `in`, cut into pieces of the lengths that `next_length` gives.
template <typename NextLength>
DecodedText Decode(DataDecoder decoder, std::string_view in, NextLength next_length) {
  DecodedText text{"", DataDecoder::Kind::kNeedInput, 0};
  size_t at = 0;
  while (at < in.size()) {
    const std::string_view offered = in.substr(at, next_length());
    std::string_view piece = offered;
    for (;;) {
      const DataDecoder::Piece decoded = decoder.Next(piece);
      text.octets += decoded.octets;
      if (decoded.kind == DataDecoder::Kind::kOctets) continue;
      text.end = decoded.kind;
      break;
    }
    at += offered.size() - piece.size();
    if (text.end == DataDecoder::Kind::kNeedInput) continue;
    text.taken_octets = text.end == DataDecoder::Kind::kEnd ? at : 0;
    return text;
  }
  return text;
}

}  // namespace ringpost::smtp
