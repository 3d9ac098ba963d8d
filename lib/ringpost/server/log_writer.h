// LogWriter: lines on their way into a file, written by the shard's reactor, so that no session
// ever waits for a log.
//
//   std::shared_ptr<LogWriter> writer = LogWriter::Start(shard, {.path = "/var/log/mail.log"});
//   if (std::string* lines = writer->NewLine()) { ... append a line with its '\n' ...
//   writer->EndLine(); }
//
// Lines gather until kFlushOctets are there or kLongestDelay has passed; one write is in flight at
// a time. What is over kMostOctets, because the file is slower than the lines, is dropped, and so
// is what could not be written; the next write tells in a line of its own how many lines were lost.
//
// Several shards may write to one file or pipe: each write ends with the end of a line, and is
// short enough for a pipe to take it whole. Ownership: shared with its background task, which lives
// in the shard's scope: a request to cancel that scope makes it write what is left, for at most
// kLongestFarewell, and end. Threads: the shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"
#include "ringpost/io/timer_wheel.h"
#include "ringpost/server/log_line.h"

namespace ringpost::server {

class LogWriter final : private io::Timer {
 public:
  static constexpr size_t kFlushOctets = 32 * 1024;
  static constexpr size_t kMostOctets = 1024 * 1024;
  static constexpr absl::Duration kLongestDelay = absl::Milliseconds(50);
  static constexpr absl::Duration kLongestWrite = absl::Seconds(30);
  static constexpr absl::Duration kLongestFarewell = absl::Seconds(1);

  struct Options {
    // Of a file, made when it is missing (mode 0600). Empty: standard error.
    std::string path;
    LogFormat format = LogFormat::kText;
  };

  // On the shard's thread, in a turn of its loop.
  static std::shared_ptr<LogWriter> Start(io::Shard& shard, Options options);

  // Where to append the next line, to be followed by EndLine(); nullptr when the line is lost.
  std::string* NewLine();
  void EndLine();

  // Opens the path anew before the next write: the file was moved away.
  void Reopen() { wants_reopen_ = true; }

  LogFormat format() const { return options_.format; }
  // Lines, ever.
  uint64_t lost_count() const { return lost_count_; }

 private:
  LogWriter(io::Shard& shard, Options options);

  static Task<void> Run(std::shared_ptr<LogWriter> self);
  void OnTimer() override { due_.Raise(); }

  Task<void> WriteGathered(io::Wait wait);
  void TakeGathered();
  void AppendLoss();
  Task<void> OpenWhereNeeded(io::Wait wait);
  // What of in_flight_ was not written when `wait` was cancelled.
  Task<std::string_view> WriteInFlight(io::Wait wait);
  void GiveUp(std::string_view lines);
  void CloseFile();

  io::Shard& shard_;
  const Options options_;
  int descriptor_ = -1;
  size_t piece_octets_ = 0;  // the longest write
  bool wants_reopen_ = false;
  bool is_torn_ = false;  // the file ends inside a line
  bool has_ended_ = false;

  std::string gathered_;  // whole lines, but for the one that is being appended
  size_t line_start_ = 0;
  std::string in_flight_;
  io::Signal due_;
  uint64_t lost_count_ = 0;
  uint64_t told_lost_count_ = 0;
};

}  // namespace ringpost::server
