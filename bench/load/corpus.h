// Corpus: the messages that a run sends, made or read before it begins.
//
//   Corpus corpus = Corpus::OfSizes(*ParseSizes("1KiB..100KiB"), {.seed = 1});
//   const Message& message = corpus.Pick(random);
//
// A run draws from few messages, each of them whole in memory. Ownership: messages live as long as
// the corpus. Threads: any, once it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "load/size_distribution.h"
#include "ringpost/base/random.h"

namespace ringpost::load {

struct Message {
  std::string content = {};     // with CRLF line ends, and one at its end
  uint64_t content_digest = 0;  // ContentDigest()
};

// `content` has CRLF line ends; where the last line has none, it is given one.
Message MakeMessage(std::string content);

struct MadeMessageOptions {
  uint64_t seed = 1;
  std::string from = {};
  std::string to = {};
  absl::Time date = {};
};

class Corpus {
 public:
  // Made messages: a header and lines of text that differ by seed. One too small for the header is
  // lines alone; of one or two octets, an empty line.
  static Corpus OfSizes(const std::vector<WeightedSize>& sizes, const MadeMessageOptions& options);
  // Each as often as another.
  static Corpus OfMessages(std::vector<Message> messages);

  const Message& Pick(Random& random) const;

  std::span<const Message> messages() const { return messages_; }
  double mean_content_octets() const;

 private:
  std::vector<Message> messages_;
  std::vector<double> shares_;  // ascending, up to 1: of a message and all before it; empty: alike
};

}  // namespace ringpost::load
