#include "ringpost/io/file.h"

#include <cerrno>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"

namespace ringpost::io {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status StatusOf(int32_t result, std::string_view verb, std::string_view path) {
  return result >= 0 ? absl::OkStatus() : StatusFromErrno(result, Concat(verb, " ", path));
}

Task<absl::StatusOr<File>> Opened(Shard& shard, std::string path, OpenMode mode,
                                  std::string_view verb, Wait wait) {
  const int32_t result = co_await Perform(shard, Open{path.c_str(), mode}, wait);
  CO_RETURN_IF_ERROR(StatusOf(result, verb, path));
  co_return File(shard, result, std::move(path));
}

}  // namespace

File::File(File&& other) noexcept
    : shard_(other.shard_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_bytes_(other.size_bytes_),
      path_(std::move(other.path_)) {}

File::~File() {
  if (descriptor_ >= 0) shard_->reactor().CloseNow(descriptor_);
}

Task<absl::Status> File::Append(std::string_view octets, Wait wait) {
  const std::string_view pieces[] = {octets};
  co_return co_await Append(pieces, wait);
}

Task<absl::Status> File::Append(std::span<const std::string_view> pieces, Wait wait) {
  Check(pieces.size() <= kMostPieces, "too many pieces in one write");
  iovec vectors[kMostPieces];
  size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  for (std::span<iovec> left(vectors, count); !left.empty();) {
    const int32_t result = co_await Perform(*shard_, Write{descriptor_, left, size_bytes_}, wait);
    // A write that writes nothing would be tried forever.
    CO_RETURN_IF_ERROR(StatusOf(result == 0 ? -EIO : result, "write", path_));
    auto written = static_cast<size_t>(result);
    size_bytes_ += written;
    while (!left.empty() && written >= left.front().iov_len) {
      written -= left.front().iov_len;
      left = left.subspan(1);
    }
    if (written > 0) {
      left.front().iov_base = static_cast<char*>(left.front().iov_base) + written;
      left.front().iov_len -= written;
    }
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<size_t>> File::ReadAt(uint64_t offset, std::span<char> into, Wait wait) {
  const int32_t result = co_await Perform(*shard_, Read{descriptor_, into, offset}, wait);
  CO_RETURN_IF_ERROR(StatusOf(result, "read", path_));
  co_return static_cast<size_t>(result);
}

Task<absl::Status> File::SyncToDisk(Wait wait) {
  co_return StatusOf(co_await Perform(*shard_, Sync{descriptor_, false}, wait), "sync", path_);
}

Task<absl::Status> File::SyncEntries(Wait wait) {
  co_return StatusOf(co_await Perform(*shard_, Sync{descriptor_, true}, wait), "sync", path_);
}

Task<absl::Status> File::CloseFile() {
  Check(descriptor_ >= 0, "closing a closed file");
  const int descriptor = std::exchange(descriptor_, -1);
  co_return StatusOf(co_await Perform(*shard_, Close{descriptor}, {}), "close", path_);
}

Task<absl::StatusOr<File>> CreateFile(Shard& shard, std::string path, Wait wait) {
  co_return co_await Opened(shard, std::move(path), OpenMode::kCreateNew, "create", wait);
}

Task<absl::StatusOr<File>> OpenFile(Shard& shard, std::string path, Wait wait) {
  co_return co_await Opened(shard, std::move(path), OpenMode::kRead, "open", wait);
}

Task<absl::StatusOr<std::string>> ReadFile(Shard& shard, std::string path, size_t limit_bytes,
                                           Wait wait) {
  CO_ASSIGN_OR_RETURN(File file, co_await OpenFile(shard, std::move(path), wait));
  std::string content;
  for (;;) {
    constexpr size_t kStepBytes = 64 * 1024;
    const size_t size_before = content.size();
    content.resize(size_before + kStepBytes);
    CO_ASSIGN_OR_RETURN(
        const size_t read_bytes,
        co_await file.ReadAt(size_before, std::span(content).subspan(size_before), wait));
    content.resize(size_before + read_bytes);
    if (read_bytes == 0) co_return content;
    if (content.size() > limit_bytes) {
      co_return absl::ResourceExhaustedError(
          Concat(file.path(), " is larger than ", limit_bytes, " octets"));
    }
  }
}

Task<absl::Status> RenameFile(Shard& shard, const std::string& from, const std::string& to,
                              Wait wait) {
  const int32_t result = co_await Perform(shard, Rename{from.c_str(), to.c_str()}, wait);
  co_return StatusOf(result, "rename to", to);
}

Task<absl::Status> LinkFile(Shard& shard, const std::string& from, const std::string& to,
                            Wait wait) {
  const int32_t result = co_await Perform(shard, Link{from.c_str(), to.c_str()}, wait);
  co_return StatusOf(result, "link to", to);
}

Task<absl::Status> RemoveFile(Shard& shard, const std::string& path, Wait wait) {
  const int32_t result = co_await Perform(shard, Unlink{path.c_str()}, wait);
  co_return result == -ENOENT ? absl::OkStatus() : StatusOf(result, "remove", path);
}

Task<absl::Status> MakeDirectories(Shard& shard, const std::string& path, Wait wait) {
  if (path.empty() || path == "/" || path == ".") co_return absl::OkStatus();
  int32_t result = co_await Perform(shard, MakeDirectory{path.c_str()}, wait);
  if (result == -EEXIST) co_return absl::OkStatus();
  if (result == -ENOENT) {
    CO_RETURN_IF_ERROR(co_await MakeDirectories(shard, ParentOf(path), wait));
    result = co_await Perform(shard, MakeDirectory{path.c_str()}, wait);
    if (result == -EEXIST) co_return absl::OkStatus();
  }
  CO_RETURN_IF_ERROR(StatusOf(result, "make folder", path));
  co_return co_await SyncDirectory(shard, ParentOf(path), wait);
}

Task<absl::Status> SyncDirectory(Shard& shard, const std::string& path, Wait wait) {
  CO_ASSIGN_OR_RETURN(File folder,
                      co_await Opened(shard, path, OpenMode::kDirectory, "open", wait));
  co_return co_await folder.SyncEntries(wait);
}

}  // namespace ringpost::io
