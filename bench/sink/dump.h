// Dump: where a sink puts the messages that it accepts.
//
//   absl::StatusOr<DumpTarget> target = ParseDumpTarget("maildir:/tmp/mail");
//   std::unique_ptr<Dump> dump = OpenDump(shard, *target, /*with_envelope=*/false);
//   absl::Status status = co_await dump->Add(envelope, message, wait);
//
// When Add() returns OK, the kernel has the whole message: it survives the end of the process, not
// that of the machine. Nothing is synced. A Maildir has a message whole or not at all; an mbox file
// may end in a part of one when the disk was full.
// Threads: that of the shard. Shards may share a target.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/smtp/envelope.h"

namespace ringpost::sink {

struct DumpTarget {
  enum class Kind : uint8_t { kMaildir, kMbox };
  Kind kind;
  std::string path;
};

// "maildir:FOLDER" or "mbox:FILE".
absl::StatusOr<DumpTarget> ParseDumpTarget(std::string_view text);
// Makes the folders that are missing.
absl::Status PrepareDump(const DumpTarget& target);

class Dump {
 public:
  virtual ~Dump() = default;

  // `message` has CRLF line ends, and is written as it is into a Maildir; into an mbox with LF, and
  // lines that begin with "From " (behind any number of '>') get a '>' in front.
  virtual Task<absl::Status> Add(const smtp::Envelope& envelope, std::string_view message,
                                 io::Wait wait) = 0;
};

// With `with_envelope` each message begins with Return-Path and one Delivered-To for each
// recipient.
std::unique_ptr<Dump> OpenDump(io::Shard& shard, const DumpTarget& target, bool with_envelope);

namespace internal {

// The text of a message in an mbox file.
std::string MboxEntry(std::string_view sender, absl::Time when, std::string_view message);

}  // namespace internal
}  // namespace ringpost::sink
