// GatheringFile: the file of one message in the tmp/ of a Maildir, while the message comes in. What
// is appended is gathered and written in few writes: a small message costs one.
//
// Ownership: of the file until Remove(), or until somebody renamed it. Limits: gather_octets in
// memory, less when the reactor is short of buffers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/buffer.h"
#include "ringpost/io/file.h"
#include "ringpost/store/internal/maildir_folder.h"

namespace ringpost::store::internal {

class GatheringFile {
 public:
  // `head` comes before what is appended. `folder` outlives this.
  GatheringFile(io::Shard& shard, const MaildirFolder& folder, std::string name, std::string head,
                size_t gather_octets);

  Task<absl::Status> Append(io::Chunk chunk, io::Wait wait);
  // The first `old_octets` of what was appended become `header`.
  Task<absl::Status> ReplaceHeader(uint64_t old_octets, std::string_view header, io::Wait wait);
  // Writes the rest and closes; `synced`: the content is on the disk.
  Task<absl::Status> Finish(bool synced, io::Wait wait);
  // Closes and removes it. What cannot be removed is found by maildir_cleanup.h.
  Task<void> Remove(io::Wait wait);

  // Where it lies in tmp/.
  std::string path() const { return folder_.PathInTmp(name_); }
  // After Finish(): of the whole file.
  uint64_t size_octets() const { return size_octets_; }
  // False: nothing came to the disk yet.
  bool touched_disk() const { return touched_disk_; }

 private:
  Task<absl::Status> WriteGathered(io::Wait wait);
  Task<absl::Status> Create(io::Wait wait);
  void DropGathered(uint64_t octets);
  Task<absl::Status> RewriteFile(uint64_t old_octets, std::string_view header, io::Wait wait);

  io::Shard& shard_;
  const MaildirFolder& folder_;
  std::string name_;
  const std::string head_;
  const size_t gather_octets_;

  std::vector<io::Chunk> gathered_;
  size_t gathered_octets_ = 0;
  std::optional<io::File> file_;  // while it is written
  uint64_t size_octets_ = 0;
  bool touched_disk_ = false;
};

// The octets of `source` from `offset` to its end, behind what `destination` has.
Task<absl::Status> CopyOctets(io::File& source, uint64_t offset, io::File& destination,
                              io::Wait wait);

}  // namespace ringpost::store::internal
