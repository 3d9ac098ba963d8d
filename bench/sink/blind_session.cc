#include "sink/blind_session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sink/end_of_data.h"

namespace ringpost::sink {
namespace {

constexpr std::string_view kHello =
    "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 SIZE 0\r\n";
constexpr std::string_view kYes = "250 OK\r\n";
constexpr std::string_view kGoAhead = "354 go\r\n";
constexpr std::string_view kGoodbye = "221 bye\r\n";

// The octets of "BDAT 123 LAST"; what is no number counts as 0.
uint64_t ChunkSize(std::string_view line) {
  constexpr size_t kVerbOctets = 5;
  uint64_t size = 0;
  for (size_t i = kVerbOctets; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i) {
    size = size * 10 + static_cast<uint64_t>(line[i] - '0');
  }
  return size;
}

}  // namespace

void BlindSession::Take(std::string_view octets, std::string& replies) {
  while (!octets.empty()) {
    switch (state_) {
      case State::kCommand:
        TakeCommand(octets, replies);
        break;
      case State::kData:
        TakeData(octets, replies);
        break;
      case State::kChunk:
        TakeChunk(octets, replies);
        break;
      case State::kQuit:
        return;
    }
  }
}

void BlindSession::TakeCommand(std::string_view& octets, std::string& replies) {
  const size_t line_feed = octets.find('\n');
  const bool is_whole = line_feed != std::string_view::npos;
  const std::string_view line = octets.substr(0, line_feed);
  octets.remove_prefix(is_whole ? line_feed + 1 : octets.size());
  if (is_whole && kept_octets_ == 0) [[likely]] {
    Answer(line, replies);
    return;
  }
  KeepLine(line);
  if (!is_whole) return;
  Answer({kept_, std::exchange(kept_octets_, 0)}, replies);
}

void BlindSession::KeepLine(std::string_view part) {
  const size_t count = std::min(part.size(), kKeptOctets - kept_octets_);
  std::memcpy(kept_ + kept_octets_, part.data(), count);
  kept_octets_ += count;
}

void BlindSession::Answer(std::string_view line, std::string& replies) {
  switch (line.empty() ? '\0' : line[0]) {
    case 'D':
    case 'd':
      // The first line of a body may be its end.
      std::memcpy(tail_, "\r\n\r\n", kTailOctets);
      state_ = State::kData;
      replies += kGoAhead;
      return;
    case 'B':
    case 'b':
      StartChunk(line, replies);
      return;
    case 'E':
    case 'e':
      replies += kHello;
      return;
    case 'Q':
    case 'q':
      state_ = State::kQuit;
      replies += kGoodbye;
      return;
    default:
      replies += kYes;
  }
}

void BlindSession::TakeData(std::string_view& octets, std::string& replies) {
  size_t end = FindStraddlingEnd(octets);
  if (end == std::string_view::npos) end = FindEndOfData(octets);
  if (end == std::string_view::npos) {
    KeepTail(octets);
    octets = {};
    return;
  }
  octets.remove_prefix(end);
  state_ = State::kCommand;
  ++message_count_;
  replies += kYes;
}

size_t BlindSession::FindStraddlingEnd(std::string_view octets) const {
  char around[2 * kTailOctets];
  const size_t count = std::min(octets.size(), kTailOctets);
  std::memcpy(around, tail_, kTailOctets);
  std::memcpy(around + kTailOctets, octets.data(), count);
  for (size_t end = kTailOctets + 1; end <= kTailOctets + count; ++end) {
    if (std::memcmp(around + end - kEndOfData.size(), kEndOfData.data(), kEndOfData.size()) == 0) {
      return end - kTailOctets;
    }
  }
  return std::string_view::npos;
}

void BlindSession::KeepTail(std::string_view octets) {
  if (octets.size() < kTailOctets) {
    std::memmove(tail_, tail_ + octets.size(), kTailOctets - octets.size());
  }
  const size_t count = std::min(octets.size(), kTailOctets);
  std::memcpy(tail_ + kTailOctets - count, octets.data() + octets.size() - count, count);
}

void BlindSession::StartChunk(std::string_view line, std::string& replies) {
  state_ = State::kChunk;
  chunk_octets_left_ = ChunkSize(line);
  is_last_chunk_ = line.find_first_of("Ll") != std::string_view::npos;
  if (chunk_octets_left_ == 0) EndChunk(replies);
}

void BlindSession::TakeChunk(std::string_view& octets, std::string& replies) {
  const uint64_t count = std::min<uint64_t>(octets.size(), chunk_octets_left_);
  octets.remove_prefix(count);
  chunk_octets_left_ -= count;
  if (chunk_octets_left_ == 0) EndChunk(replies);
}

void BlindSession::EndChunk(std::string& replies) {
  state_ = State::kCommand;
  if (is_last_chunk_) ++message_count_;
  replies += kYes;
}

}  // namespace ringpost::sink
