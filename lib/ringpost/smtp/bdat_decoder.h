// BdatDecoder: the octets of one message's BDAT chunks (RFC 3030 §2), as views.
//
//   BdatDecoder decoder(BdatDecoder::Content::kText, rules);
//   decoder.StartChunk({.octets = 5, .is_last = true});
//   const DataDecoder::Piece piece = decoder.Next(input);   // kEnd: the chunk is over
//
// Takes exactly the octets that were announced, whatever they are. In a text (no BODY=BINARYMIME)
// CR, LF and NUL follow the same rules as after DATA, also across the border of two chunks: a store
// or a relay behind us must not see a bare line end only because it came by BDAT. Line length is
// free.
#pragma once

#include <cstdint>
#include <string_view>

#include "ringpost/smtp/command.h"
#include "ringpost/smtp/data_decoder.h"

namespace ringpost::smtp {

class BdatDecoder {
 public:
  enum class Content : uint8_t { kText, kBinary };

  BdatDecoder() = default;
  BdatDecoder(Content content, TextRules rules);

  // The chunk before must have ended.
  void StartChunk(BdatCommand chunk);
  // Takes octets of the chunk off the front of `input`. kEnd comes once all of them were taken.
  DataDecoder::Piece Next(std::string_view& input);
  // From now on nothing is a violation.
  void PassEverything() { text_.PassEverything(); }

  const BdatCommand& chunk() const { return chunk_; }
  // Octets of the chunk that are still to come.
  uint64_t remaining_octets() const { return remaining_octets_; }

 private:
  DataDecoder text_;
  BdatCommand chunk_{};
  uint64_t remaining_octets_ = 0;
};

}  // namespace ringpost::smtp
