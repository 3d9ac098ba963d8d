#include "ringpost/store/maildir_cleanup.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>

namespace ringpost::store {
namespace {

namespace fs = std::filesystem;

bool IsMaildir(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "cur", ignored) && fs::is_directory(folder / "new", ignored) &&
         fs::is_directory(folder / "tmp", ignored);
}

bool IsStaleFile(const fs::path& path, absl::Time before) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         absl::TimeFromTimespec(status.st_mtim) < before;
}

size_t RemoveStaleFiles(const fs::path& folder, absl::Time before) {
  size_t removed_count = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (IsStaleFile(entry->path(), before) && fs::remove(entry->path(), ignored)) ++removed_count;
  }
  return removed_count;
}

bool IsPartOfMaildir(const fs::path& name) {
  return name == "cur" || name == "new" || name == "tmp";
}

}  // namespace

size_t RemoveStaleTemporaries(const std::string& folder, size_t depth, absl::Time before) {
  size_t removed_count = IsMaildir(folder) ? RemoveStaleFiles(fs::path(folder) / "tmp", before) : 0;
  if (depth == 0) return removed_count;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    // Links to folders are not followed: they may lead out of the mail, or around in a circle.
    if (fs::is_directory(entry->symlink_status(ignored)) &&
        !IsPartOfMaildir(entry->path().filename())) {
      removed_count += RemoveStaleTemporaries(entry->path(), depth - 1, before);
    }
  }
  return removed_count;
}

}  // namespace ringpost::store
