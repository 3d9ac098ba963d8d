// Files and directories, for stores and the spool. All waits are bounded; all errors are Statuses
// that name the path.
//
//   CO_ASSIGN_OR_RETURN(File file, co_await CreateFile(shard, path, wait));
//   CO_RETURN_IF_ERROR(co_await file.Append(octets, wait));
//   CO_RETURN_IF_ERROR(co_await file.SyncToDisk(wait));
//   CO_RETURN_IF_ERROR(co_await RenameFile(shard, path, final_path, wait));
//   CO_RETURN_IF_ERROR(co_await SyncDirectory(shard, folder, wait));
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"

namespace ringpost::io {

// Closes itself (at once) when destroyed open.
class File {
 public:
  File(Shard& shard, int descriptor, std::string path)
      : shard_(&shard), descriptor_(descriptor), path_(std::move(path)) {}
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  // Writes all of `pieces` (at most kMostPieces) behind what was written through this object.
  static constexpr size_t kMostPieces = 64;
  Task<absl::Status> Append(std::span<const std::string_view> pieces, Wait wait);
  Task<absl::Status> Append(std::string_view octets, Wait wait);
  // Octets read, 0 at the end.
  Task<absl::StatusOr<size_t>> ReadAt(uint64_t offset, std::span<char> into, Wait wait);
  // fdatasync: content and size are on the disk.
  Task<absl::Status> SyncToDisk(Wait wait);
  // fsync of a folder that was opened: its entries are on the disk.
  Task<absl::Status> SyncEntries(Wait wait);
  // Tells of write errors that come late (network file systems). Not bounded: a close cannot be
  // taken back.
  Task<absl::Status> CloseFile();

  // Octets written through this object.
  uint64_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }

 private:
  Shard* shard_;
  int descriptor_;
  uint64_t size_bytes_ = 0;
  std::string path_;
};

// Fails with AlreadyExists when there is one.
Task<absl::StatusOr<File>> CreateFile(Shard& shard, std::string path, Wait wait);
Task<absl::StatusOr<File>> OpenFile(Shard& shard, std::string path, Wait wait);
// The whole file, at most `limit_bytes` (ResourceExhausted beyond).
Task<absl::StatusOr<std::string>> ReadFile(Shard& shard, std::string path, size_t limit_bytes,
                                           Wait wait);
Task<absl::Status> RenameFile(Shard& shard, const std::string& from, const std::string& to,
                              Wait wait);
Task<absl::Status> LinkFile(Shard& shard, const std::string& from, const std::string& to,
                            Wait wait);
// OK when it was not there.
Task<absl::Status> RemoveFile(Shard& shard, const std::string& path, Wait wait);
// Makes the folder and its parents; OK when it is there. New entries are synced in their parents.
Task<absl::Status> MakeDirectories(Shard& shard, const std::string& path, Wait wait);
Task<absl::Status> SyncDirectory(Shard& shard, const std::string& path, Wait wait);

}  // namespace ringpost::io
