#include "ringpost/server/log_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace ringpost::server {
namespace {

constexpr size_t kFilePieceOctets = 256 * 1024;

// The longest piece of whole lines of up to `limit` octets; of a line that is longer, a part.
std::string_view FirstPiece(std::string_view lines, size_t limit) {
  if (lines.size() <= limit) return lines;
  const size_t end = lines.rfind('\n', limit - 1);
  return lines.substr(0, end == lines.npos ? limit : end + 1);
}

// A pipe takes PIPE_BUF octets as one; of a longer write the parts may mix with those of other
// writers.
size_t LongestWriteTo(int descriptor) {
  struct stat status = {};
  const bool is_file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? kFilePieceOctets : PIPE_BUF;
}

}  // namespace

std::shared_ptr<LogWriter> LogWriter::Start(io::Shard& shard, Options options) {
  std::shared_ptr<LogWriter> writer(new LogWriter(shard, std::move(options)));
  shard.scope().Spawn(Run(writer));
  return writer;
}

LogWriter::LogWriter(io::Shard& shard, Options options)
    : shard_(shard), options_(std::move(options)) {
  if (options_.path.empty()) descriptor_ = STDERR_FILENO;
  piece_octets_ = options_.path.empty() ? LongestWriteTo(descriptor_) : kFilePieceOctets;
}

std::string* LogWriter::NewLine() {
  if (has_ended_ || gathered_.size() >= kMostOctets) {
    ++lost_count_;
    return nullptr;
  }
  line_start_ = gathered_.size();
  return &gathered_;
}

void LogWriter::EndLine() {
  if (gathered_.size() > kMostOctets) {
    gathered_.resize(line_start_);
    ++lost_count_;
  }
  if (gathered_.size() >= kFlushOctets) {
    due_.Raise();
  } else if (!is_set()) {
    shard_.timers().Set(*this, shard_.Now() + kLongestDelay);
  }
}

Task<void> LogWriter::Run(std::shared_ptr<LogWriter> self) {
  LogWriter& writer = *self;
  io::Shard& shard = writer.shard_;
  const CancelToken cancel = shard.scope().token();
  while ((co_await writer.due_.WaitFor(shard, {.cancel = cancel})).ok()) {
    co_await writer.WriteGathered({.deadline = shard.Now() + kLongestWrite, .cancel = cancel});
  }
  co_await writer.WriteGathered({.deadline = shard.Now() + kLongestFarewell});
  writer.has_ended_ = true;
  writer.Clear();
  writer.CloseFile();
}

Task<void> LogWriter::WriteGathered(io::Wait wait) {
  due_.Lower();
  Clear();
  AppendLoss();
  if (gathered_.empty()) co_return;
  TakeGathered();
  co_await OpenWhereNeeded(wait);
  const std::string_view left = co_await WriteInFlight(wait);
  if (!left.empty()) is_torn_ = false;  // its rest comes next
  gathered_.insert(0, left);
  in_flight_.clear();
}

void LogWriter::AppendLoss() {
  if (lost_count_ == told_lost_count_) return;
  TimestampCache timestamps;
  LogLine line(options_.format, gathered_, timestamps.Format(shard_.WallNow()), "log_lost");
  line.Number("lines", lost_count_ - told_lost_count_);
  line.End();
  told_lost_count_ = lost_count_;
}

void LogWriter::TakeGathered() {
  if (is_torn_) in_flight_.push_back('\n');
  is_torn_ = false;
  if (in_flight_.empty()) {
    std::swap(in_flight_, gathered_);
  } else {
    in_flight_.append(gathered_);
    gathered_.clear();
  }
}

Task<void> LogWriter::OpenWhereNeeded(io::Wait wait) {
  const bool is_open = descriptor_ >= 0 && !std::exchange(wants_reopen_, false);
  if (options_.path.empty() || is_open) co_return;
  const int32_t result = co_await io::Perform(
      shard_, io::Open{options_.path.c_str(), io::OpenMode::kCreateAppend}, wait);
  // While a new one cannot be opened, the old one is better than nothing.
  if (result < 0) co_return;
  CloseFile();
  descriptor_ = result;
}

Task<std::string_view> LogWriter::WriteInFlight(io::Wait wait) {
  std::string_view lines = in_flight_;
  while (!lines.empty()) {
    const std::string_view piece = FirstPiece(lines, piece_octets_);
    const iovec vector = {const_cast<char*>(piece.data()), piece.size()};
    const int32_t result =
        co_await io::Perform(shard_, io::Write{descriptor_, {&vector, 1}, io::kAppend}, wait);
    if (result == -ECANCELED) co_return lines;
    if (result <= 0) {
      GiveUp(lines);
      co_return std::string_view();
    }
    is_torn_ = piece[static_cast<size_t>(result) - 1] != '\n';
    lines.remove_prefix(static_cast<size_t>(result));
  }
  co_return lines;
}

void LogWriter::GiveUp(std::string_view lines) {
  lost_count_ += static_cast<uint64_t>(std::ranges::count(lines, '\n'));
}

void LogWriter::CloseFile() {
  if (!options_.path.empty() && descriptor_ >= 0) shard_.reactor().CloseNow(descriptor_);
  descriptor_ = -1;
}

}  // namespace ringpost::server
