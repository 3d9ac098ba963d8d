#include "ringpost/auth/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "ringpost/base/text.h"
#include "ringpost/io/reactor.h"

namespace ringpost::auth {
namespace {

constexpr mode_t kForbiddenMode = 0027;

// Ends with its scope.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

std::string Octal(mode_t mode) {
  std::string digits = "0000";
  for (size_t i = 4; i-- > 0; mode >>= 3) digits[i] = static_cast<char>('0' + (mode & 7));
  return digits;
}

absl::Status CheckFile(const struct stat& file, const std::string& path) {
  if (!S_ISREG(file.st_mode)) return absl::InvalidArgumentError(Concat(path, ": is no file"));
  if ((file.st_mode & kForbiddenMode) != 0) {
    return absl::InvalidArgumentError(Concat(path, ": has secrets, but its mode is ",
                                             Octal(file.st_mode & 07777),
                                             "; it may be 0640 at most"));
  }
  if (static_cast<uint64_t>(file.st_size) > kLargestSecretFile) {
    return absl::InvalidArgumentError(Concat(path, ": is too large"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  // Not blocking: a FIFO would be opened when somebody writes to it, and never else.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts = {};
  if (file.get() < 0 || fstat(file.get(), &facts) != 0) return io::StatusFromErrno(-errno, path);
  if (absl::Status status = CheckFile(facts, path); !status.ok()) return status;
  std::string text(static_cast<size_t>(facts.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io::StatusFromErrno(-errno, path);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace ringpost::auth
