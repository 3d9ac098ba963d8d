// Lines are the same however the input is cut, and the carry is bounded.
#include <algorithm>
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
    Check(decoder.start().size() < limit, "a carry over the limit");
    decoder.ReleaseSpareMemory();
  }
  return lines;
}

std::string LinesOfReference(std::string_view text, size_t limit) {
  std::string lines;
  const auto add = [&lines](LineDecoder::Kind kind, std::string_view line) {
    Append(lines, static_cast<int>(kind), line.size(), ':', line);
  };
  for (;;) {
    const size_t line_feed = std::min(text.find('\n'), text.size());
    const size_t line_end = text.find("\r\n");
    const bool has_end = line_end != std::string_view::npos;
    if (line_feed >= limit) {
      if (!has_end) return lines;
      add(LineDecoder::Kind::kTooLong, text.substr(0, std::min<size_t>(8, limit - 1)));
      text.remove_prefix(line_end + 2);
    } else if (line_feed == text.size()) {
      return lines;
    } else if (has_end && line_end + 1 == line_feed) {
      add(LineDecoder::Kind::kLine, text.substr(0, line_end));
      text.remove_prefix(line_feed + 1);
    } else {
      add(LineDecoder::Kind::kBareLineFeed, text.substr(0, line_feed));
      if (!has_end) return lines;
      add(LineDecoder::Kind::kSkipped, {});
      text.remove_prefix(line_end + 2);
    }
  }
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
