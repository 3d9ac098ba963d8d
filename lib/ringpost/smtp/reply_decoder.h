// ReplyDecoder: a client's view of what a server says, cut into the lines of its replies (RFC 5321
// §4.2).
//
//   std::string_view input = ...;
//   for (;;) {
//     const ReplyDecoder::Line line = decoder.Next(input);
//     if (line.kind == ReplyDecoder::Kind::kIncomplete) break;   // the input is used up
//     ... line.code, line.text; the reply is whole when line.is_last
//   }
//
// A line is a view into the input; only one that a buffer's end cuts is copied, into a small carry.
// A server that breaks the grammar is no longer understood: every further Next() tells the same
// flaw. Ownership: a line is valid until the next Next(), or until its input goes. Limits: see
// ReplyLimits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost::smtp {

struct ReplyLimits {
  // With the line end. RFC 5321 §4.5.3.1.5 says 512; servers that quote a URL or a policy go over.
  size_t line_octets = 4096;
  // Of one reply. The longest greetings and EHLO replies seen have some thirty.
  size_t lines = 256;
  // LF alone ends a line, too. Off: servers that send it are broken, and the relay says so.
  bool takes_bare_line_feed = false;
};

enum class ReplyFlaw : uint8_t {
  kNone,
  kBadCode,             // not three digits of 200 to 599
  kBadSeparator,        // neither a blank nor '-' behind the code
  kCodeChanged,         // in the middle of a reply
  kLineTooLong,         // over the limit
  kTooManyLines,        // over the limit
  kBareLineFeed,        // not behind a CR
  kBareCarriageReturn,  // not before an LF
};
// "a line that is too long", to stand behind "malformed reply: ".
std::string_view Describe(ReplyFlaw flaw);

class ReplyDecoder {
 public:
  enum class Kind : uint8_t {
    kIncomplete,  // the input is used up
    kLine,
    kMalformed,
  };
  struct Line {
    Kind kind = Kind::kIncomplete;
    ReplyFlaw flaw = ReplyFlaw::kNone;
    uint16_t code = 0;
    bool is_last = false;        // of its reply
    std::string_view text = {};  // behind code and separator, without the line end; any octet but
                                 // CR and LF
  };

  explicit ReplyDecoder(const ReplyLimits& limits = {}) : limits_(limits) {}

  // Takes the next line off `input`.
  Line Next(std::string_view& input);

  // Nothing has come of the next reply.
  bool is_between_replies() const { return carry_is_used_or_empty() && line_count_ == 0; }

 private:
  bool carry_is_used_or_empty() const { return carry_is_used_ || carry_.empty(); }
  Line Read(std::string_view line);
  Line Fail(ReplyFlaw flaw);

  ReplyLimits limits_;
  std::string carry_;
  size_t line_count_ = 0;  // of the reply that is not whole
  uint16_t code_ = 0;      // of that
  ReplyFlaw flaw_ = ReplyFlaw::kNone;
  bool carry_is_used_ = false;  // the last line lives there
};

}  // namespace ringpost::smtp
