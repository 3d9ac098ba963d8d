// A body is what the reference decoder makes of it, however the input is cut.
#include "../smtp/text_reference.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringpost::smtp;
  using ringpost::Check;
  ringpost::fuzz::FuzzInput input(data, size);
  constexpr Leniency kLeniencies[] = {Leniency::kReject, Leniency::kNormalise, Leniency::kAllow};
  TextRules rules;
  rules.bare_cr = kLeniencies[input.TakeBelow(3)];
  rules.bare_lf = kLeniencies[input.TakeBelow(3)];
  rules.nul = kLeniencies[input.TakeBelow(3)];
  if (const size_t limit = input.TakeOctet(); limit != 0) rules.line_octets = limit;
  const DotRule dots = input.TakeBool() ? DotRule::kPlain : DotRule::kTransparent;
  const uint8_t seed = input.TakeOctet();
  const std::string_view text = input.Rest();

  const DecodedText expected = DecodeByReference(text, rules, dots);
  const DataDecoder decoder(rules, dots);
  Check(Decode(decoder, text, [&] { return text.size(); }) == expected, "whole");
  Check(Decode(decoder, text, [] { return size_t{1}; }) == expected, "octet by octet");
  Check(Decode(decoder, text, ringpost::fuzz::Cuts(seed)) == expected, "cut");
  return 0;
}
