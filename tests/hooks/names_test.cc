#include <gtest/gtest.h>

#include "ringpost/hooks/message_store.h"
#include "ringpost/hooks/observer.h"

namespace ringpost::hooks {
namespace {

// They stand in configuration files and in logs that programs read.
TEST(Names, OfDurability) {
  EXPECT_EQ(DurabilityName(Durability::kMemory), "memory");
  EXPECT_EQ(DurabilityName(Durability::kWritten), "written");
  EXPECT_EQ(DurabilityName(Durability::kSynced), "synced");
  EXPECT_EQ(DurabilityName(Durability::kReplicated), "replicated");
}

TEST(Names, OfMessageFate) {
  EXPECT_EQ(MessageFateName(MessageFate::kStored), "stored");
  EXPECT_EQ(MessageFateName(MessageFate::kDiscarded), "discarded");
  EXPECT_EQ(MessageFateName(MessageFate::kRefused), "refused");
  EXPECT_EQ(MessageFateName(MessageFate::kAborted), "aborted");
}

}  // namespace
}  // namespace ringpost::hooks
