// The scan that the processor at hand gets, and the portable one, tell the same of any text, and
// both what one sees octet by octet.
#include <string>

#include "../smtp/text_scan_reference.h"
#include "fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringpost::smtp::internal;
  using ringpost::Check;
  ringpost::fuzz::FuzzInput input(data, size);
  TextScanStops stops;
  stops.bare_cr = input.TakeBool();
  stops.bare_lf = input.TakeBool();
  stops.nul = input.TakeBool();
  stops.longest_line_octets = 2 + input.TakeOctet() * size_t{input.TakeOctet()};
  const size_t before = input.TakeBelow(3) == 0 ? input.TakeOctet() : 0;
  // The text is made long by repetition, so that whole strides are plain.
  std::string text;
  const size_t repetitions = 1 + input.TakeBelow(40);
  const size_t flaw = input.TakeOctet() * size_t{16};
  for (size_t i = 0; i < repetitions; ++i) text += input.Rest();
  if (flaw < text.size()) text[flaw] = static_cast<char>(input.TakeOctet());

  const TextScan best = ScanPlainText(text, before, stops);
  const TextScan portable = ScanPlainTextPortably(text, before, stops);
  Check(best.plain_octets == portable.plain_octets && best.line_octets == portable.line_octets,
        "the two scans differ");
  if (before > stops.longest_line_octets) return 0;
  const TextScan expected = ScanByReference(text, before, stops);
  Check(best.plain_octets == expected.plain_octets, "octets");
  Check(best.line_octets == expected.line_octets, "the line they end in");
  return 0;
}
