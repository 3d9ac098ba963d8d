// LineDecoder: cuts command lines out of what arrives.
//
//   std::string_view input = ...;
//   const LineDecoder::Line line = decoder.Next(input, limits.command_line_octets);
//
// A line is a view into the input; only one that a buffer's end cuts is copied, into a carry. CRLF
// ends a line and nothing else does (RFC 5321 §2.3.8): a line with a bare LF must not be run, nor
// what follows in it. It is told at that LF, for clients that never send a CRLF, and then skipped.
// Ownership: a line is valid until the next Next(), or until its input goes. Limits: the carry
// never holds more than the limit; a longer line is skipped to its CRLF, unbuffered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost::smtp {

class LineDecoder {
 public:
  enum class Kind : uint8_t {
    kIncomplete,    // the input is used up
    kLine,          // ended by CRLF
    kBareLineFeed,  // up to an LF without CR; the rest of the line is skipped
    kSkipped,       // the end of such a rest
    kTooLong,       // over the limit, and skipped
  };
  struct Line {
    Kind kind = Kind::kIncomplete;
    std::string_view text;  // without its line end; of one that is too long, the start
  };

  // Takes the next line off `input`. `limit_octets` counts the line end.
  Line Next(std::string_view& input, size_t limit_octets);

  // The whole line at the start of `input`, which is advanced only when there is one. A flawed one
  // is told, and left to Next(). Not to be called between a kIncomplete and the line that ends it.
  static Line TakeWhole(std::string_view& input, size_t limit_octets);

  // What has come of the line that is not complete; of one that is too long, the first octets.
  std::string_view start() const {
    return carry_is_used_ || skipping_ == Skipping::kTold ? std::string_view() : carry_;
  }
  // Nothing has come of the next line.
  bool is_at_line_start() const { return start().empty() && skipping_ == Skipping::kNothing; }
  // Octets thrown away of the line that was skipped last, or is being skipped; its LF is none of
  // them.
  uint64_t skipped_octets() const { return skipped_octets_; }

  // Gives the carry's memory back where it holds nothing; for a session that goes idle.
  void ReleaseSpareMemory();

 private:
  enum class Skipping : uint8_t { kNothing, kTooLong, kTold };

  Line EndLine(std::string_view& input, std::string_view piece);
  Line EndSkipping(std::string_view& input);
  void StartSkippingTooLong(std::string_view input, size_t limit_octets);
  bool SkipToLineEnd(std::string_view& input);

  std::string carry_;  // of a line that is too long, its start
  uint64_t skipped_octets_ = 0;
  Skipping skipping_ = Skipping::kNothing;
  bool skipped_carriage_return_ = false;  // as the last octet so far
  bool carry_is_used_ = false;            // the last line lives there
};

}  // namespace ringpost::smtp
