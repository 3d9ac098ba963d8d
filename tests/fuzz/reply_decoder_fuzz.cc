// Replies are the same however the input is cut, and the carry is bounded by the limit.
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/reply_decoder.h"

namespace {

using ringpost::Append;
using ringpost::Check;
using ringpost::smtp::ReplyDecoder;
using ringpost::smtp::ReplyLimits;

// Every line in a form that tells them apart, and the flaw that ends them.
template <typename NextLength>
std::string Lines(std::string_view text, const ReplyLimits& limits, NextLength next_length) {
  ReplyDecoder decoder(limits);
  std::string lines;
  while (!text.empty()) {
    // A copy of its own, so that a view which outlives its input is found.
    const std::string piece(text.substr(0, next_length()));
    text.remove_prefix(piece.size());
    std::string_view input = piece;
    for (;;) {
      const ReplyDecoder::Line line = decoder.Next(input);
      if (line.kind == ReplyDecoder::Kind::kIncomplete) break;
      if (line.kind == ReplyDecoder::Kind::kMalformed) {
        Append(lines, "flaw ", static_cast<int>(line.flaw));
        return lines;
      }
      Check(line.text.size() + 4 <= limits.line_octets, "a line over the limit");
      Check(line.code >= 200 && line.code <= 599, "no code");
      Check(line.text.find_first_of("\r\n") == std::string_view::npos, "a line end in a line");
      Append(lines, line.code, line.is_last ? ' ' : '-', line.text.size(), ':', line.text);
    }
    Check(input.empty(), "input left over");
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const ReplyLimits limits = {.line_octets = 6 + size_t{input.TakeOctet()},
                              .lines = 1 + input.TakeBelow(16),
                              .takes_bare_line_feed = input.TakeBool()};
  const uint8_t seed = input.TakeOctet();
  const std::string_view text = input.Rest();

  const std::string expected = Lines(text, limits, [&] { return text.size(); });
  Check(Lines(text, limits, [] { return size_t{1}; }) == expected, "octet by octet");
  Check(Lines(text, limits, ringpost::fuzz::Cuts(seed)) == expected, "cut");
  return 0;
}
