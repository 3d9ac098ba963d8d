// DirectorySyncer: makes the entries of folders durable, many callers with one sync.
//
//   CO_RETURN_IF_ERROR(co_await io::RenameFile(shard, from, to, wait));
//   CO_RETURN_IF_ERROR(co_await syncer.Sync(shard, folder, wait));
//
// A sync covers what was done in the folder before it started. So who asks while one is running
// waits for the next, and all who ask meanwhile share that one. The first of them runs it. Threads:
// that of its shard. Limits: one entry for each folder that is being synced.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "ringpost/coro/event.h"
#include "ringpost/coro/task.h"
#include "ringpost/io/operations.h"
#include "ringpost/io/shard.h"

namespace ringpost::store {

class DirectorySyncer {
 public:
  DirectorySyncer() = default;
  DirectorySyncer(const DirectorySyncer&) = delete;
  DirectorySyncer& operator=(const DirectorySyncer&) = delete;

  // OK: every rename, link and unlink in `folder` that had ended before the call is on the disk.
  Task<absl::Status> Sync(io::Shard& shard, std::string folder, io::Wait wait);

 private:
  struct Round {
    bool started = false;
    Event ended;
    absl::Status status;
  };
  struct Folder {
    std::shared_ptr<Round> running;
    std::shared_ptr<Round> next;  // whose callers wait for the running one to end
  };

  Task<absl::Status> SyncInOneRound(io::Shard& shard, const std::string& folder, io::Wait wait);
  Task<absl::Status> RunRound(io::Shard& shard, const std::string& folder, io::Wait wait);

  std::unordered_map<std::string, Folder> folders_;
};

}  // namespace ringpost::store
