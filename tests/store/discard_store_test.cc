#include "ringpost/store/discard_store.h"

#include "store_fixture.h"

namespace ringpost::store {
namespace {

using DiscardStoreTest = StoreTest;

TEST_F(DiscardStoreTest, TakesMessagesAndPromisesAnything) {
  DiscardStore store;
  const smtp::Envelope envelope(std::pmr::get_default_resource());
  EXPECT_EQ(store.strongest_durability(), hooks::Durability::kReplicated);
  auto writer = RunTask(shard_, store.Open(Context(), envelope));
  ASSERT_TRUE(writer.ok());
  EXPECT_TRUE(RunTask(shard_, (*writer)->Append(Context(), io::CopyOfChunk("octets"))).ok());
  EXPECT_TRUE(RunTask(shard_, (*writer)->header_rewriter()->RewriteHeader(Context(), 3, "x")).ok());
  EXPECT_TRUE(
      RunTask(shard_, (*writer)->Commit(Context(), hooks::Durability::kReplicated)).status.ok());
  EXPECT_TRUE(Files().empty());
}

TEST_F(DiscardStoreTest, SharesOneWriterAmongAllMessages) {
  DiscardStore store;
  const smtp::Envelope envelope(std::pmr::get_default_resource());
  auto first = RunTask(shard_, store.Open(Context(), envelope));
  auto second = RunTask(shard_, store.Open(Context(), envelope));
  EXPECT_EQ(first->get(), second->get());
  RunTask(shard_, (*first)->Abort(Context(), smtp::AbortReason::kReset));
  first->reset();
  EXPECT_TRUE(RunTask(shard_, (*second)->Append(Context(), io::CopyOfChunk("octets"))).ok());
}

}  // namespace
}  // namespace ringpost::store
