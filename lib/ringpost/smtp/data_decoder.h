// DataDecoder: takes the body of a message out of what arrives, as views, never as copies.
//
//   DataDecoder decoder({.rules = ..., .dots = DotRule::kTransparent});
//   while (input is not used up) {
//     const DataDecoder::Piece piece = decoder.Next(input);
//     ...
//   }
//
// After DATA: CRLF "." CRLF ends the body, and nothing else does; a dot at the start of a line
// (after CRLF, or first of all) is dropped (RFC 5321 §4.5.2), which splits a view and copies
// nothing. With DotRule::kPlain (the text of a BDAT) the same rules for CR, LF and NUL hold, and
// dots are octets.
//
// Bare CR, bare LF and NUL each follow their Leniency: reported, made CRLF (NUL: dropped), or
// passed on. What is inserted is a view of a constant. Whatever is chosen, a bare LF or CR never
// ends a line in the sense of the dot rules. After a violation, call PassEverything() and go on:
// only the end is looked for from then on. Limits: holds no octets at all; the result does not
// depend on how the input is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "ringpost/smtp/limits.h"

namespace ringpost::smtp {

struct TextRules {
  Leniency bare_cr = Leniency::kReject;
  Leniency bare_lf = Leniency::kReject;
  Leniency nul = Leniency::kReject;
  // A longer line, CRLF counted and the dropped dot not, is a violation (RFC 5321 §4.5.3.1.6).
  size_t line_octets = std::numeric_limits<size_t>::max();

  static constexpr TextRules Of(const Strictness& strictness, const Limits& limits) {
    return {strictness.bare_cr, strictness.bare_lf, strictness.nul, limits.text_line_octets};
  }
  static constexpr TextRules AllowAll() {
    return {Leniency::kAllow, Leniency::kAllow, Leniency::kAllow};
  }
};

enum class DotRule : uint8_t { kTransparent, kPlain };

class DataDecoder {
 public:
  enum class Kind : uint8_t {
    kNeedInput,  // the input is used up
    kOctets,     // a part of the body, never empty
    kEnd,        // CRLF.CRLF was taken off the input
    kBareCr,     // violations; the octets before them have been given out
    kBareLf,
    kNul,
    kLineTooLong,
  };
  struct Piece {
    Kind kind;
    std::string_view octets;  // of the input, or of a constant
  };

  DataDecoder() = default;
  DataDecoder(TextRules rules, DotRule dots) : rules_(rules), dots_(dots) {}

  // Takes octets off the front of `input`.
  Piece Next(std::string_view& input);

  // The text ends here without an end mark (a BDAT's): a CR at its very end is a bare one. kEnd, or
  // what is still to be said before it.
  Piece Finish();

  // From now on nothing is a violation.
  void PassEverything() { rules_ = TextRules::AllowAll(); }

 private:
  // What has been seen of a line.
  enum class State : uint8_t {
    kLineStart,
    kInLine,
    kAfterCr,     // a CR that has been given out
    kAfterDot,    // a dot at the start of a line, dropped
    kAfterDotCr,  // and a CR, held back
  };
  enum class Effect : uint8_t {
    kKeep,          // the octet belongs to the body
    kDrop,          // it does not
    kReconsider,    // it is to be looked at again in the new state
    kInsertCr,      // the CR that was held back comes first
    kInsertLf,      // the LF that a bare CR lacks comes first
    kReplaceByEnd,  // CRLF stands for it
    kEnd,
    kBareCr,
    kBareLf,
    kNul,
    kLineTooLong,
  };
  struct Step {
    Effect effect;
    State next;
  };

  Step StepFor(char octet) const;
  Step StepInText(char octet) const;
  size_t TakePlainText(std::string_view text);
  void CountOctet(State next);

  size_t line_octets_ = 0;
  TextRules rules_;
  DotRule dots_ = DotRule::kTransparent;
  State state_ = State::kLineStart;
};

}  // namespace ringpost::smtp
