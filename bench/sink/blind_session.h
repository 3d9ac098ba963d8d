// BlindSession: the least that a receiver of mail can do. It finds the ends of lines and of data
// and answers each command by its first letter; it knows no order of commands and no address.
//
//   session.Take(octets, replies);
//
// Limits: of a line that comes in pieces the first kKeptOctets are kept, which is all that is
// looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringpost::sink {

class BlindSession {
 public:
  static constexpr std::string_view kGreeting = "220 sink ESMTP\r\n";

  // Reads what came, in pieces however small, and appends the replies.
  void Take(std::string_view octets, std::string& replies);

  uint64_t message_count() const { return message_count_; }

  bool has_quit() const { return state_ == State::kQuit; }

 private:
  static constexpr size_t kKeptOctets = 32;

  enum class State : uint8_t { kCommand, kData, kChunk, kQuit };

  // Each takes what is its own off the front of `octets`.
  void TakeCommand(std::string_view& octets, std::string& replies);
  void TakeData(std::string_view& octets, std::string& replies);
  void TakeChunk(std::string_view& octets, std::string& replies);

  void KeepLine(std::string_view part);
  void Answer(std::string_view line, std::string& replies);
  void StartChunk(std::string_view line, std::string& replies);
  void EndChunk(std::string& replies);
  // The end of data that began in the pieces before; npos when none did.
  size_t FindStraddlingEnd(std::string_view octets) const;
  void KeepTail(std::string_view octets);

  State state_ = State::kCommand;
  // The start of a line that came in pieces.
  size_t kept_octets_ = 0;
  char kept_[kKeptOctets];
  // The last octets of the body so far.
  static constexpr size_t kTailOctets = 4;
  char tail_[kTailOctets];
  uint64_t chunk_octets_left_ = 0;
  bool is_last_chunk_ = false;
  uint64_t message_count_ = 0;
};

}  // namespace ringpost::sink
