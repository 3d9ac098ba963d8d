// LineDecoder: cuts command lines out of what arrives.
//
//   std::string_view input = ...;
//   const LineDecoder::Line line = decoder.Next(input, limits.command_line_octets);
//
// A line is a view into the input; only one that a buffer's end cuts is copied, into a carry. Every
// LF ends a line, so that the reader stays in step with any writer, but a line that ended without
// CR is told apart and must not be run (RFC 5321 §2.3.8). Ownership: a line is valid until the next
// Next(), or until its input goes. Limits: the carry never holds more than the limit; a longer line
// is skipped to its end, unbuffered.
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
    kBareLineFeed,  // ended by LF alone
    kTooLong,       // over the limit; skipped, whatever ended it
  };
  struct Line {
    Kind kind = Kind::kIncomplete;
    std::string_view text;  // without its line end
  };

  // Takes the next line off `input`. `limit_octets` counts the line end.
  Line Next(std::string_view& input, size_t limit_octets);

  // The whole line at the start of `input`, which is advanced only when there is one. Not to be
  // called between a kIncomplete and the line that ends it.
  static Line TakeWhole(std::string_view& input, size_t limit_octets);

  // What has come of the line that is not complete.
  std::string_view partial() const { return carry_is_used_ ? std::string_view() : carry_; }
  // Nothing has come of the next line.
  bool is_at_line_start() const { return partial().empty() && !is_skipping_; }
  // Octets thrown away of the over-long line that was the last, or has not ended yet; its LF is
  // none of them.
  uint64_t skipped_octets() const { return skipped_octets_; }

  // Gives the carry's memory back where it holds nothing; for a session that goes idle.
  void ReleaseSpareMemory();

 private:
  void KeepPartial(std::string_view piece, size_t limit_octets);

  std::string carry_;
  uint64_t skipped_octets_ = 0;
  bool is_skipping_ = false;
  bool carry_is_used_ = false;  // the last line lives there
};

}  // namespace ringpost::smtp
