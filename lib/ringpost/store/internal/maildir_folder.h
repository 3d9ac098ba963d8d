// MaildirFolder: one Maildir: where its files lie, and how it is made when it is not there.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/file.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"

namespace ringpost::store::internal {

class MaildirFolder {
 public:
  // `root` is the folder above all Maildirs, MailboxPath::fixed_folder(); it outlives this.
  MaildirFolder(std::string path, const std::string& root) : path_(std::move(path)), root_(root) {}

  const std::string& path() const { return path_; }
  std::string new_path() const { return path_ + "/new"; }
  std::string PathInTmp(std::string_view name) const;
  std::string PathInNew(std::string_view name) const;

  // Both make the Maildir where there is none.
  Task<absl::StatusOr<io::File>> CreateInTmp(io::Shard& shard, std::string_view name,
                                             io::Wait wait) const;
  Task<absl::Status> LinkIntoTmp(io::Shard& shard, const std::string& source, std::string_view name,
                                 io::Wait wait) const;

 private:
  Task<absl::Status> Make(io::Shard& shard, io::Wait wait) const;

  std::string path_;
  const std::string& root_;
};

// For tidying up after a failure, when the message's own deadline may be over, or its client gone.
io::Wait CleanupWait(io::Shard& shard);

}  // namespace ringpost::store::internal
