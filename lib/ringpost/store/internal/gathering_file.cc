#include "ringpost/store/internal/gathering_file.h"

#include <span>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/status_macros.h"

namespace ringpost::store::internal {
namespace {

// Under memory pressure buffers are given back early, but not for a write of a few octets.
constexpr size_t kLeastWriteOctets = 32 * 1024;
constexpr size_t kCopyStepOctets = 256 * 1024;

}  // namespace

GatheringFile::GatheringFile(io::Shard& shard, const MaildirFolder& folder, std::string name,
                             std::string head, size_t gather_octets)
    : shard_(shard),
      folder_(folder),
      name_(std::move(name)),
      head_(std::move(head)),
      gather_octets_(gather_octets) {}

Task<absl::Status> GatheringFile::Append(io::Chunk chunk, io::Wait wait) {
  const bool under_pressure = shard_.reactor().buffer_statistics().under_pressure();
  gathered_octets_ += chunk.octets.size();
  const bool must_write = gathered_octets_ >= gather_octets_ ||
                          (under_pressure && gathered_octets_ >= kLeastWriteOctets);
  const bool must_copy = !must_write && (under_pressure || !chunk.lease.holds_buffer());
  gathered_.push_back(must_copy ? io::CopyOfChunk(chunk.octets) : std::move(chunk));
  if (!must_write) co_return absl::OkStatus();
  co_return co_await WriteGathered(wait);
}

Task<absl::Status> GatheringFile::WriteGathered(io::Wait wait) {
  std::string_view pieces[io::File::kMostPieces];
  size_t count = 0;
  if (!file_.has_value()) {
    CO_RETURN_IF_ERROR(co_await Create(wait));
    pieces[count++] = head_;
  }
  for (const io::Chunk& chunk : gathered_) {
    if (count == io::File::kMostPieces) {
      CO_RETURN_IF_ERROR(co_await file_->Append(std::span(pieces, count), wait));
      count = 0;
    }
    pieces[count++] = chunk.octets;
  }
  CO_RETURN_IF_ERROR(co_await file_->Append(std::span(pieces, count), wait));
  gathered_.clear();
  gathered_octets_ = 0;
  co_return absl::OkStatus();
}

Task<absl::Status> GatheringFile::Create(io::Wait wait) {
  touched_disk_ = true;
  CO_ASSIGN_OR_RETURN(io::File file, co_await folder_.CreateInTmp(shard_, name_, wait));
  file_.emplace(std::move(file));
  co_return absl::OkStatus();
}

Task<absl::Status> GatheringFile::Finish(bool synced, io::Wait wait) {
  CO_RETURN_IF_ERROR(co_await WriteGathered(wait));
  size_octets_ = file_->size_bytes();
  if (synced) CO_RETURN_IF_ERROR(co_await file_->SyncToDisk(wait));
  const absl::Status closed = co_await file_->CloseFile();
  file_.reset();
  co_return closed;
}

Task<void> GatheringFile::Remove(io::Wait wait) {
  gathered_.clear();
  file_.reset();
  (void)co_await io::RemoveFile(shard_, path(), wait);
}

Task<absl::Status> GatheringFile::ReplaceHeader(uint64_t old_octets, std::string_view header,
                                                io::Wait wait) {
  if (file_.has_value()) co_return co_await RewriteFile(old_octets, header, wait);
  DropGathered(old_octets);
  gathered_.insert(gathered_.begin(), io::CopyOfChunk(header));
  gathered_octets_ += header.size();
  co_return absl::OkStatus();
}

void GatheringFile::DropGathered(uint64_t octets) {
  Check(octets <= gathered_octets_, "a header longer than what was appended");
  gathered_octets_ -= octets;
  auto first_kept = gathered_.begin();
  while (octets > 0 && octets >= first_kept->octets.size()) {
    octets -= first_kept->octets.size();
    ++first_kept;
  }
  gathered_.erase(gathered_.begin(), first_kept);
  if (octets > 0) gathered_.front().octets.remove_prefix(octets);
}

// The part of the message that is in the file already moves to a second file behind the new header.
Task<absl::Status> GatheringFile::RewriteFile(uint64_t old_octets, std::string_view header,
                                              io::Wait wait) {
  CO_RETURN_IF_ERROR(co_await WriteGathered(wait));
  const std::string old_path = path();
  CO_RETURN_IF_ERROR(co_await file_->CloseFile());
  file_.reset();
  CO_ASSIGN_OR_RETURN(io::File old_file, co_await io::OpenFile(shard_, old_path, wait));

  name_ += ",edited";
  absl::Status status = co_await Create(wait);
  if (status.ok()) {
    const std::string_view head[] = {head_, header};
    status = co_await file_->Append(head, wait);
  }
  if (status.ok()) {
    status = co_await CopyOctets(old_file, head_.size() + old_octets, *file_, wait);
  }
  const absl::Status removed = co_await io::RemoveFile(shard_, old_path, CleanupWait(shard_));
  co_return status.ok() ? removed : status;
}

Task<absl::Status> CopyOctets(io::File& source, uint64_t offset, io::File& destination,
                              io::Wait wait) {
  std::vector<char> step(kCopyStepOctets);
  for (;;) {
    CO_ASSIGN_OR_RETURN(const size_t octets, co_await source.ReadAt(offset, step, wait));
    if (octets == 0) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(co_await destination.Append(std::string_view(step.data(), octets), wait));
    offset += octets;
  }
}

}  // namespace ringpost::store::internal
