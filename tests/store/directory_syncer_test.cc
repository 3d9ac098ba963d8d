#include "ringpost/store/directory_syncer.h"

#include <deque>

#include "store_fixture.h"

namespace ringpost::store {
namespace {

bool IsDirectorySync(const io::Request& request) {
  const auto* const sync = std::get_if<io::Sync>(&request);
  return sync != nullptr && sync->is_directory;
}

class DirectorySyncerTest : public StoreTest {
 protected:
  ~DirectorySyncerTest() override { RunTask(shard_, scope_.Join()); }

  struct Call {
    bool ended = false;
    absl::Status status;
  };

  // Asks for a sync in the background, up to its first wait.
  Call& Ask(std::string_view name = "", io::Wait wait = {}) {
    Call& call = calls_.emplace_back();
    const ScopedRunQueue scoped(shard_.run_queue());
    scope_.Spawn(AskAndNote(folder_ / name, wait, call));
    shard_.Turn(shard_.Now());
    return call;
  }
  void HoldSyncs() { reactor_.hold = IsDirectorySync; }
  void AwaitHeldSyncs(size_t count) {
    RunUntil(shard_, [&] { return reactor_.held_count() == count; });
  }
  void ReleaseAll() {
    reactor_.Release();
    RunUntil(shard_, [this] {
      return std::all_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.ended; });
    });
  }

  DirectorySyncer syncer_;

 private:
  Task<void> AskAndNote(std::string folder, io::Wait wait, Call& call) {
    call.status = co_await syncer_.Sync(shard_, folder, wait);
    call.ended = true;
  }

  TaskScope scope_;
  std::deque<Call> calls_;
};

TEST_F(DirectorySyncerTest, SyncsTheFolder) {
  EXPECT_TRUE(RunTask(shard_, syncer_.Sync(shard_, folder_, {})).ok());
  EXPECT_EQ(reactor_.count_of<io::Sync>(), 1u);
}

TEST_F(DirectorySyncerTest, TellsWhyItCannot) {
  EXPECT_TRUE(absl::IsNotFound(RunTask(shard_, syncer_.Sync(shard_, folder_ / "missing", {}))));
}

TEST_F(DirectorySyncerTest, ServesAllWhoAskMeanwhileWithOneMoreSync) {
  HoldSyncs();
  for (int i = 0; i < 10; ++i) Ask();
  AwaitHeldSyncs(1);
  EXPECT_EQ(reactor_.count_of<io::Sync>(), 1u);
  ReleaseAll();
  EXPECT_EQ(reactor_.count_of<io::Sync>(), 2u);
}

TEST_F(DirectorySyncerTest, LetsNobodyRelyOnASyncThatRanBeforeTheyAsked) {
  HoldSyncs();
  const Call& first = Ask();
  const Call& second = Ask();
  AwaitHeldSyncs(1);
  // The first sync ends, the one of the second caller starts and hangs.
  reactor_.Release();
  HoldSyncs();
  RunUntil(shard_, [&] { return first.ended; });
  AwaitHeldSyncs(1);
  EXPECT_FALSE(second.ended);
  ReleaseAll();
  EXPECT_TRUE(second.status.ok());
}

TEST_F(DirectorySyncerTest, KeepsFoldersApart) {
  std::filesystem::create_directory(folder_ / "a");
  std::filesystem::create_directory(folder_ / "b");
  HoldSyncs();
  Ask("a");
  Ask("b");
  AwaitHeldSyncs(2);
  ReleaseAll();
}

TEST_F(DirectorySyncerTest, TellsAllOfARoundOfItsFailure) {
  HoldSyncs();
  const Call& first = Ask();
  const Call& second = Ask();
  const Call& third = Ask();
  AwaitHeldSyncs(1);
  reactor_.fault = [](const io::Request& request) {
    return IsDirectorySync(request) ? std::optional(-EIO) : std::nullopt;
  };
  ReleaseAll();
  EXPECT_TRUE(first.status.ok());
  EXPECT_FALSE(second.status.ok());
  EXPECT_FALSE(third.status.ok());
}

TEST_F(DirectorySyncerTest, OutlivesACallerThatIsCancelled) {
  CancelSource cancel;
  HoldSyncs();
  Ask();
  const Call& cancelled = Ask("", {.cancel = cancel.token()});
  const Call& patient = Ask();
  AwaitHeldSyncs(1);
  cancel.Request();
  ReleaseAll();
  EXPECT_TRUE(absl::IsCancelled(cancelled.status));
  EXPECT_TRUE(patient.status.ok());
}

}  // namespace
}  // namespace ringpost::store
