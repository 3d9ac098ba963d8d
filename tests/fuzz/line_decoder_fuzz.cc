// Lines are the same however the input is cut, and the carry is bounded.
#include <string>

#include "fuzz_input.h"
#include "ringpost/base/text.h"
#include "ringpost/smtp/line_decoder.h"

namespace {

using ringpost::Append;
using ringpost::Check;
using ringpost::smtp::LineDecoder;

// Every line in a form that tells them apart.
template <typename NextLength>
std::string Lines(std::string_view text, size_t limit, NextLength next_length) {
  LineDecoder decoder;
  std::string lines;
  while (!text.empty()) {
    // A copy of its own, so that a view which outlives its input is found.
    const std::string piece(text.substr(0, next_length()));
    text.remove_prefix(piece.size());
    std::string_view input = piece;
    for (;;) {
      const LineDecoder::Line line = decoder.Next(input, limit);
      if (line.kind == LineDecoder::Kind::kIncomplete) break;
      Check(line.text.size() + 1 <= limit, "a line over the limit");
      Append(lines, static_cast<int>(line.kind), line.text.size(), ':', line.text);
    }
    Check(input.empty(), "input left over");
    Check(decoder.partial().size() < limit, "a carry over the limit");
    decoder.ReleaseSpareMemory();
  }
  return lines;
}

std::string LinesOfReference(std::string_view text, size_t limit) {
  std::string lines;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    LineDecoder::Kind kind = LineDecoder::Kind::kBareLineFeed;
    if (line.size() + 1 > limit) {
      kind = LineDecoder::Kind::kTooLong;
      line = {};
    } else if (line.ends_with('\r')) {
      kind = LineDecoder::Kind::kLine;
      line.remove_suffix(1);
    }
    Append(lines, static_cast<int>(kind), line.size(), ':', line);
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  const size_t limit = 1 + input.TakeOctet();
  const uint8_t seed = input.TakeOctet();
  const std::string_view text = input.Rest();

  const std::string expected = LinesOfReference(text, limit);
  Check(Lines(text, limit, [&] { return text.size(); }) == expected, "whole");
  Check(Lines(text, limit, [] { return size_t{1}; }) == expected, "octet by octet");
  Check(Lines(text, limit, ringpost::fuzz::Cuts(seed)) == expected, "cut");
  return 0;
}
