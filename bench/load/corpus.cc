#include "load/corpus.h"

#include <algorithm>
#include <utility>

#include "load/acceptance.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr size_t kLineOctets = 76;  // without the line end

std::string MakeHeader(const MadeMessageOptions& options) {
  const std::string date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", options.date, absl::UTCTimeZone());
  return Concat("From: <", options.from, ">\r\nTo: <", options.to, ">\r\nDate: ", date,
                "\r\nSubject: a message of ringpost-load\r\n\r\n");
}

// Lines of letters, digits and blanks: nothing that needs a dot, and nothing that a compressor or
// a deduplicating store would find twice.
void AppendText(std::string& out, uint64_t octets, Random& random) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  static_assert(kLetters.size() == 64);
  uint64_t letters = 0;
  int letters_left = 0;
  const uint64_t end = out.size() + octets;
  while (out.size() < end) {
    const uint64_t rest = end - out.size();
    // A line never leaves less than a line end behind it.
    uint64_t line = std::min<uint64_t>(rest, kLineOctets + 2) - 2;
    if (rest - line - 2 == 1) --line;
    for (; line > 0; --line) {
      if (letters_left-- == 0) {
        letters = random.Next();
        letters_left = 9;
      }
      out.push_back(kLetters[letters % 64]);
      letters /= 64;
    }
    out.append("\r\n");
  }
}

std::string MakeContent(uint64_t octets, const std::string& header, Random& random) {
  std::string content;
  content.reserve(octets + 2);
  if (octets >= header.size() + 2) content = header;
  AppendText(content, std::max<uint64_t>(octets, 2) - content.size(), random);
  return content;
}

}  // namespace

Message MakeMessage(std::string content) {
  if (!content.ends_with("\r\n")) content.append("\r\n");
  Message message;
  message.content = std::move(content);
  message.content_digest = ContentDigest(message.content);
  return message;
}

Corpus Corpus::OfSizes(const std::vector<WeightedSize>& sizes, const MadeMessageOptions& options) {
  Check(!sizes.empty(), "a corpus of no size");
  Corpus corpus;
  Random random(options.seed);
  const std::string header = MakeHeader(options);
  double total = 0;
  for (const WeightedSize& size : sizes) total += size.weight;
  double share = 0;
  bool alike = true;
  for (const WeightedSize& size : sizes) {
    corpus.messages_.push_back(MakeMessage(MakeContent(size.octets, header, random)));
    share += size.weight / total;
    corpus.shares_.push_back(share);
    alike = alike && size.weight == sizes.front().weight;
  }
  if (alike) corpus.shares_.clear();
  return corpus;
}

Corpus Corpus::OfMessages(std::vector<Message> messages) {
  Check(!messages.empty(), "a corpus of no message");
  Corpus corpus;
  corpus.messages_ = std::move(messages);
  return corpus;
}

const Message& Corpus::Pick(Random& random) const {
  if (messages_.size() == 1) return messages_.front();
  if (shares_.empty()) return messages_[random.Below(messages_.size())];
  constexpr double kSteps = 1ull << 53;
  const double drawn = static_cast<double>(random.Next() >> 11) / kSteps;
  const auto found = std::upper_bound(shares_.begin(), shares_.end() - 1, drawn);
  return messages_[static_cast<size_t>(found - shares_.begin())];
}

double Corpus::mean_content_octets() const {
  double mean = 0;
  double before = 0;
  for (size_t i = 0; i < messages_.size(); ++i) {
    const double share = shares_.empty() ? 1.0 / static_cast<double>(messages_.size())
                                         : shares_[i] - std::exchange(before, shares_[i]);
    mean += share * static_cast<double>(messages_[i].content.size());
  }
  return mean;
}

}  // namespace ringpost::load
