#include "load/audit/folder_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "load/audit/message_scanner.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

namespace fs = std::filesystem;

constexpr size_t kReadOctets = 256 * 1024;

class Walk {
 public:
  explicit Walk(MessageSink& sink) : sink_(sink), buffer_(kReadOctets) {}

  // All below `folder`, whatever it is called.
  absl::Status ReadMaildirsBelow(const fs::path& folder);
  absl::Status ReadFilesBelow(const fs::path& folder);
  bool found_maildir() const { return found_maildir_; }

 private:
  absl::Status ReadMaildir(const fs::path& folder);
  // The files of one folder; its folders are appended to `folders`, when that is not nullptr.
  absl::Status ReadFolder(const fs::path& folder, std::vector<fs::path>* folders);
  absl::Status ReadMessage(const fs::path& path);

  MessageSink& sink_;
  std::vector<char> buffer_;
  bool found_maildir_ = false;
};

absl::Status Unreadable(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(Concat(path.native(), ": ", error.message()));
}

absl::StatusOr<std::vector<fs::path>> FoldersIn(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->symlink_status(error).type() == fs::file_type::directory) {
      folders.push_back(entry->path());
    }
  }
  if (error) return Unreadable(folder, error);
  std::ranges::sort(folders);
  return folders;
}

bool IsPartOfMaildir(const fs::path& name) {
  return name == "cur" || name == "new" || name == "tmp";
}

absl::Status Walk::ReadMaildirsBelow(const fs::path& folder) {
  absl::StatusOr<std::vector<fs::path>> folders = FoldersIn(folder);
  if (!folders.ok()) return folders.status();
  const bool is_maildir =
      std::ranges::any_of(*folders, [](const fs::path& path) { return path.filename() == "new"; });
  if (is_maildir) {
    if (absl::Status read = ReadMaildir(folder); !read.ok()) return read;
  }
  for (const fs::path& below : *folders) {
    if (is_maildir && IsPartOfMaildir(below.filename())) continue;
    if (absl::Status read = ReadMaildirsBelow(below); !read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status Walk::ReadMaildir(const fs::path& folder) {
  found_maildir_ = true;
  sink_.OnMailbox(folder.native());
  for (const char* const part : {"new", "cur"}) {
    std::error_code ignored;
    if (!fs::exists(folder / part, ignored)) continue;
    if (absl::Status read = ReadFolder(folder / part, nullptr); !read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status Walk::ReadFilesBelow(const fs::path& folder) {
  std::vector<fs::path> folders;
  sink_.OnMailbox(folder.native());
  if (absl::Status read = ReadFolder(folder, &folders); !read.ok()) return read;
  for (const fs::path& below : folders) {
    if (absl::Status read = ReadFilesBelow(below); !read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status Walk::ReadFolder(const fs::path& folder, std::vector<fs::path>* folders) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::file_type type = entry->symlink_status(error).type();
    if (type == fs::file_type::regular) {
      if (absl::Status read = ReadMessage(entry->path()); !read.ok()) return read;
    } else if (type == fs::file_type::directory && folders != nullptr) {
      folders->push_back(entry->path());
    }
  }
  return error ? Unreadable(folder, error) : absl::OkStatus();
}

absl::Status Walk::ReadMessage(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return Unreadable(path, std::error_code(errno, std::generic_category()));
  MessageScanner scanner;
  ssize_t count = 0;
  while ((count = read(descriptor, buffer_.data(), buffer_.size())) > 0) {
    scanner.Append({buffer_.data(), static_cast<size_t>(count)});
  }
  const std::error_code error(errno, std::generic_category());
  close(descriptor);
  if (count < 0) return Unreadable(path, error);
  sink_.OnMessage(
      {.id = scanner.id(), .readings = {&scanner.content(), 1}, .place = path.native()});
  return absl::OkStatus();
}

}  // namespace

FolderSource::FolderSource(std::string path, Layout layout)
    : path_(std::move(path)), layout_(layout) {}

absl::Status FolderSource::Read(MessageSink& sink) {
  Walk walk(sink);
  if (layout_ == Layout::kFiles) return walk.ReadFilesBelow(path_);
  absl::Status read = walk.ReadMaildirsBelow(path_);
  if (read.ok() && !walk.found_maildir()) {
    return absl::NotFoundError(Concat(path_, ": there is no Maildir at or below it"));
  }
  return read;
}

}  // namespace ringpost::load
