// HeaderScanner: finds where the header of a message ends, while the message streams in.
//
//   HeaderScanner scanner(limit_octets);
//   for (each chunk) if (scanner.Feed(chunk) != HeaderScanner::State::kMore) break;
//   // The first scanner.header_octets() octets are the header; SplitHeader() has its fields.
//
// The block ends with the empty line, which belongs to it (RFC 5322 §2.1). It also ends before the
// first line that neither is a field nor continues one: a message may begin with its body. Nothing
// is kept of what was fed, so that the end may be found to lie in an earlier chunk. A line ends
// with LF, whether or not a CR stands before: what any reader of the message would take for a field
// is seen as one, and the end of the header is never further down than where a reader sees it.
// Limits: a block of more than `limit_octets` is kTooLong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringpost::message {

// Postfix has 100 KiB (header_size_limit), Exim 1 MiB.
inline constexpr size_t kDefaultHeaderLimitOctets = 256 * 1024;

class HeaderScanner {
 public:
  enum class State : uint8_t { kMore, kComplete, kTooLong };

  explicit HeaderScanner(size_t limit_octets = kDefaultHeaderLimitOctets)
      : limit_octets_(limit_octets) {}

  // The next octets of the message. Nothing happens any more once the state is not kMore.
  State Feed(std::string_view octets);
  // The message ended; what was fed is all of it.
  State End();

  State state() const { return state_; }
  // Of the header block, from the start of the message. Only when kComplete.
  uint64_t header_octets() const { return header_octets_; }
  // False when the header ended in another way; who puts a field at its end must add the empty
  // line.
  bool ends_with_empty_line() const { return ends_with_empty_line_; }

 private:
  enum class Position : uint8_t {
    kFirstLineStart,  // no field yet: nothing to continue
    kLineStart,
    kLineStartAfterCr,  // CR at the start of a line: the empty line, or none of the header
    kName,
    kBlanksBeforeColon,
    kValue,
  };

  // Takes one octet outside of a value. False: the block ended before the current line.
  bool Step(char octet);
  State CompleteAt(uint64_t octets);

  size_t limit_octets_;
  uint64_t fed_octets_ = 0;         // up to the current position
  uint64_t line_start_octets_ = 0;  // where the current line starts
  uint64_t header_octets_ = 0;
  Position position_ = Position::kFirstLineStart;
  State state_ = State::kMore;
  bool ends_with_empty_line_ = false;
};

}  // namespace ringpost::message
