#include "ringpost/store/internal/maildir_folder.h"

#include <algorithm>

#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"

namespace ringpost::store::internal {
namespace {

std::string ParentOf(const std::string& folder) {
  const size_t slash = folder.rfind('/');
  if (slash == folder.npos) return ".";
  return folder.substr(0, std::max<size_t>(slash, 1));
}

}  // namespace

std::string MaildirFolder::PathInTmp(std::string_view name) const {
  return Concat(path_, "/tmp/", name);
}

std::string MaildirFolder::PathInNew(std::string_view name) const {
  return Concat(path_, "/new/", name);
}

Task<absl::StatusOr<io::File>> MaildirFolder::CreateInTmp(io::Shard& shard, std::string_view name,
                                                          io::Wait wait) const {
  absl::StatusOr<io::File> file = co_await io::CreateFile(shard, PathInTmp(name), wait);
  if (!absl::IsNotFound(file.status())) co_return file;
  CO_RETURN_IF_ERROR(co_await Make(shard, wait));
  co_return co_await io::CreateFile(shard, PathInTmp(name), wait);
}

Task<absl::Status> MaildirFolder::LinkIntoTmp(io::Shard& shard, const std::string& source,
                                              std::string_view name, io::Wait wait) const {
  const std::string path = PathInTmp(name);
  const absl::Status linked = co_await io::LinkFile(shard, source, path, wait);
  if (!absl::IsNotFound(linked)) co_return linked;
  CO_RETURN_IF_ERROR(co_await Make(shard, wait));
  co_return co_await io::LinkFile(shard, source, path, wait);
}

// tmp comes last, when all that leads to it is on the disk: who finds a tmp (be it another shard's
// or another process's) may rely on the folders above it.
Task<absl::Status> MaildirFolder::Make(io::Shard& shard, io::Wait wait) const {
  CO_RETURN_IF_ERROR(co_await io::MakeDirectories(shard, path_ + "/cur", wait));
  CO_RETURN_IF_ERROR(co_await io::MakeDirectories(shard, new_path(), wait));
  // MakeDirectories() synced what it made, but another may be about to sync what it found.
  std::string above = path_;
  for (;; above = ParentOf(above)) {
    CO_RETURN_IF_ERROR(co_await io::SyncDirectory(shard, above, wait));
    if (above.size() <= root_.size()) break;
  }
  // Above the mail's own root we may not read, and then did not make it either.
  const absl::Status root = co_await io::SyncDirectory(shard, ParentOf(above), wait);
  if (!root.ok() && !absl::IsPermissionDenied(root)) co_return root;
  co_return co_await io::MakeDirectories(shard, path_ + "/tmp", wait);
}

io::Wait CleanupWait(io::Shard& shard) { return {.deadline = shard.Now() + absl::Seconds(10)}; }

}  // namespace ringpost::store::internal
