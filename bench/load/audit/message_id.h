// The id that a message of the load generator carries in its first header line:
//
//   X-Ringpost-Load-Id: 00c0ffee12345678-42
//
// The run is a random number, so that what an earlier run left behind is told apart; the number
// counts the messages of the run from 0, densely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringpost::load {

struct MessageId {
  uint64_t run = 0;
  uint64_t number = 0;

  friend bool operator==(const MessageId&, const MessageId&) = default;
};

inline constexpr std::string_view kIdFieldStart = "X-Ringpost-Load-Id: ";
// No id line is longer, without its line end.
inline constexpr size_t kLongestIdLine = kIdFieldStart.size() + 16 + 1 + 20;

// 16 hexadecimal digits.
std::string FormatRun(uint64_t run);
// The header line, with CRLF.
std::string FormatIdLine(const MessageId& id);
// `line` has no line end. nullopt unless it is exactly what FormatIdLine() makes.
std::optional<MessageId> ParseIdLine(std::string_view line);

}  // namespace ringpost::load
