#include "server/edited_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "ringpost/auth/secret_file.h"
#include "ringpost/base/text.h"
#include "ringpost/io/reactor.h"

namespace ringpost::daemon {
namespace {

constexpr mode_t kNewFileMode = 0600;
constexpr mode_t kAllowedMode = 0640;

absl::Status LastError(std::string_view what) { return io::StatusFromErrno(-errno, what); }

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

// The file that a symbolic link leads to: that one is to be replaced, not the link.
std::string Resolve(const std::string& path) {
  char* const resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string result(resolved);
  std::free(resolved);
  return result;
}

// Opens and locks the file that `path` names at this moment, and not one that another edit has
// taken out of its place meanwhile.
absl::StatusOr<Descriptor> LockCurrent(const std::string& path, MissingFile missing) {
  for (;;) {
    const int create = missing == MissingFile::kIsCreated ? O_CREAT : 0;
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | create, kNewFileMode));
    struct stat opened = {};
    struct stat named = {};
    if (!file.is_open() || flock(file.get(), LOCK_EX) != 0 || fstat(file.get(), &opened) != 0) {
      return LastError(path);
    }
    const bool is_there = stat(path.c_str(), &named) == 0;
    if (is_there && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) return file;
  }
}

absl::Status WriteWhole(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return LastError(path);
    text.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status FillLike(int file, std::string_view text, const struct stat& model,
                      const std::string& path) {
  if (absl::Status status = WriteWhole(file, text, path); !status.ok()) return status;
  if (fchown(file, model.st_uid, model.st_gid) != 0) return LastError(path);
  if (fchmod(file, model.st_mode & kAllowedMode) != 0) return LastError(path);
  return fsync(file) == 0 ? absl::OkStatus() : LastError(path);
}

absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || fsync(opened.get()) != 0) return LastError(folder);
  return absl::OkStatus();
}

absl::Status Replace(const std::string& path, std::string_view text, const struct stat& model) {
  std::string temporary = Concat(path, ".XXXXXX");
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) return LastError(temporary);
  absl::Status status = FillLike(file.get(), text, model, temporary);
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) status = LastError(path);
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return SyncFolderOf(path);
}

}  // namespace

absl::Status EditFile(const std::string& path, MissingFile missing,
                      const std::function<absl::Status(std::string& text)>& edit) {
  const std::string resolved = Resolve(path);
  const absl::StatusOr<Descriptor> locked = LockCurrent(resolved, missing);
  if (!locked.ok()) return locked.status();
  struct stat facts = {};
  if (fstat(locked->get(), &facts) != 0) return LastError(resolved);
  absl::StatusOr<std::string> text = auth::ReadSecretFile(resolved);
  if (!text.ok()) return text.status();
  if (absl::Status status = edit(*text); !status.ok()) return status;
  return Replace(resolved, *text, facts);
}

}  // namespace ringpost::daemon
