// Asking somebody at a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ringpost::daemon {

// A password from standard input: from a terminal without echo, asked for twice, from anything else
// the first line. `prompt` stands on standard error. InvalidArgument when the two differ, or the
// line is longer than kLongestAnswer.
inline constexpr size_t kLongestAnswer = 4096;
absl::StatusOr<std::string> AskPassword(std::string_view prompt);

}  // namespace ringpost::daemon
