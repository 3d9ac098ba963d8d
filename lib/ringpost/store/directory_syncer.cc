#include "ringpost/store/directory_syncer.h"

#include <utility>

#include "ringpost/io/file.h"

namespace ringpost::store {
namespace {

bool EndedByItsWait(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
}

bool HasEnded(io::Shard& shard, const io::Wait& wait) {
  return wait.cancel.requested() || wait.deadline <= shard.Now();
}

}  // namespace

Task<absl::Status> DirectorySyncer::Sync(io::Shard& shard, std::string folder, io::Wait wait) {
  for (;;) {
    absl::Status status = co_await SyncInOneRound(shard, folder, wait);
    // The caller that ran the round had less time than this one, or its client left.
    if (!EndedByItsWait(status) || HasEnded(shard, wait)) co_return status;
  }
}

Task<absl::Status> DirectorySyncer::SyncInOneRound(io::Shard& shard, const std::string& folder,
                                                   io::Wait wait) {
  Folder& rounds = folders_[folder];
  if (rounds.next == nullptr) rounds.next = std::make_shared<Round>();
  const std::shared_ptr<Round> mine = rounds.next;
  while (!mine->started && rounds.running != nullptr) {
    const std::shared_ptr<Round> running = rounds.running;
    co_await running->ended;
  }
  if (!mine->started) {
    mine->started = true;
    co_return co_await RunRound(shard, folder, wait);
  }
  co_await mine->ended;
  co_return mine->status;
}

// The folder's entry goes with the last round, when nobody waits for another.
Task<absl::Status> DirectorySyncer::RunRound(io::Shard& shard, const std::string& folder,
                                             io::Wait wait) {
  Folder& rounds = folders_[folder];
  const std::shared_ptr<Round> round = std::exchange(rounds.next, nullptr);
  rounds.running = round;
  absl::Status status = co_await io::SyncDirectory(shard, folder, wait);
  round->status = status;
  rounds.running = nullptr;
  round->ended.Set();
  if (rounds.next == nullptr) folders_.erase(folder);
  co_return status;
}

}  // namespace ringpost::store
