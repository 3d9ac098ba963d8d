#include "ringpost/smtp/bdat_decoder.h"

#include <algorithm>
#include <limits>

#include "ringpost/base/check.h"

namespace ringpost::smtp {
namespace {

TextRules ChunkRules(BdatDecoder::Content content, TextRules rules) {
  if (content == BdatDecoder::Content::kBinary) return TextRules::AllowAll();
  rules.line_octets = std::numeric_limits<size_t>::max();
  return rules;
}

}  // namespace

BdatDecoder::BdatDecoder(Content content, TextRules rules)
    : text_(ChunkRules(content, rules), DotRule::kPlain) {}

void BdatDecoder::StartChunk(BdatCommand chunk) {
  Check(remaining_octets_ == 0, "a chunk inside a chunk");
  chunk_ = chunk;
  remaining_octets_ = chunk.octets;
}

DataDecoder::Piece BdatDecoder::Next(std::string_view& input) {
  std::string_view rest = input.substr(0, std::min<uint64_t>(remaining_octets_, input.size()));
  const size_t offered_octets = rest.size();
  const DataDecoder::Piece piece = text_.Next(rest);
  const size_t taken_octets = offered_octets - rest.size();
  input.remove_prefix(taken_octets);
  remaining_octets_ -= taken_octets;
  if (piece.kind != DataDecoder::Kind::kNeedInput || remaining_octets_ > 0) return piece;
  return chunk_.is_last ? text_.Finish() : DataDecoder::Piece{DataDecoder::Kind::kEnd, {}};
}

}  // namespace ringpost::smtp
