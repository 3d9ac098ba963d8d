// The text of a message by BDAT is what the reference decoder makes of it, however it is cut into
// chunks and the chunks into pieces, and no octet behind a chunk is taken.
#include <algorithm>
#include <string>

#include "../smtp/text_reference.h"
#include "fuzz_input.h"
#include "ringpost/smtp/bdat_decoder.h"

namespace {

using ringpost::Check;
using namespace ringpost::smtp;
using Kind = DataDecoder::Kind;

// One chunk, with something behind it; how it ended.
Kind DecodeChunk(BdatDecoder& decoder, std::string_view chunk, bool is_last,
                 ringpost::fuzz::Cuts& cuts, std::string& octets) {
  decoder.StartChunk({chunk.size(), is_last});
  const std::string sent = std::string(chunk) + "NOOP\r\n";
  for (size_t at = 0;;) {
    const std::string_view offered = std::string_view(sent).substr(at, cuts());
    std::string_view rest = offered;
    const DataDecoder::Piece piece = decoder.Next(rest);
    at += offered.size() - rest.size();
    Check(at <= chunk.size(), "octets behind the chunk were taken");
    octets += piece.octets;
    if (piece.kind == Kind::kOctets || piece.kind == Kind::kNeedInput) continue;
    Check(piece.kind != Kind::kEnd || at == chunk.size(), "octets of the chunk were left");
    return piece.kind;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringpost::fuzz::FuzzInput input(data, size);
  constexpr Leniency kLeniencies[] = {Leniency::kReject, Leniency::kNormalise, Leniency::kAllow};
  const bool is_binary = input.TakeBool();
  TextRules rules;
  rules.bare_cr = kLeniencies[input.TakeBelow(3)];
  rules.bare_lf = kLeniencies[input.TakeBelow(3)];
  rules.nul = kLeniencies[input.TakeBelow(3)];
  ringpost::fuzz::Cuts chunk_lengths(input.TakeOctet());
  ringpost::fuzz::Cuts cuts(input.TakeOctet());
  const std::string_view text = input.Rest();

  const DecodedText expected =
      DecodeByReference(text, is_binary ? TextRules::AllowAll() : rules, DotRule::kPlain, true);
  BdatDecoder decoder(is_binary ? BdatDecoder::Content::kBinary : BdatDecoder::Content::kText,
                      rules);
  std::string octets;
  Kind end = Kind::kEnd;
  for (size_t at = 0; end == Kind::kEnd;) {
    const std::string_view chunk = text.substr(at, chunk_lengths());
    at += chunk.size();
    const bool is_last = at == text.size();
    end = DecodeChunk(decoder, chunk, is_last, cuts, octets);
    if (is_last) break;
  }
  Check(end == expected.end, "another end");
  Check(octets == expected.octets, "other octets");
  return 0;
}
