// Real messages for a run: a folder of .eml files (a Maildir will do), an mbox, or one message.
//
// They are made fit to send once, when they are read: line ends become CRLF, whatever they were,
// and an mbox gives back its ">From " lines. Limits: MessageFileLimits; over them reading fails
// rather than taking some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "load/corpus.h"

namespace ringpost::load {

struct MessageFileLimits {
  uint64_t octets = uint64_t{256} << 20;
  size_t messages = 100'000;
};

// Errors: NotFound, InvalidArgument (no message in it), ResourceExhausted (over the limits).
absl::StatusOr<std::vector<Message>> ReadMessages(const std::string& path,
                                                  const MessageFileLimits& limits = {});

// The messages of an mbox, in the form in which it quotes (mboxrd).
std::vector<std::string> SplitMbox(std::string_view text);
// CRLF for each CRLF, LF and CR.
std::string WithCrlf(std::string_view text);

}  // namespace ringpost::load
