#include "ringpost/testing/internal/receive_buffers.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost::testing::internal {
namespace {

TEST(ReceiveBuffers, FillsOneBlockAfterAnother) {
  ReceiveBuffers buffers(/*block_bytes=*/10, /*limit_bytes=*/100);
  EXPECT_EQ(buffers.Room(), 10u);
  const io::Chunk first = buffers.Fill("abcd");
  EXPECT_EQ(first.octets, "abcd");
  EXPECT_EQ(buffers.Room(), 6u);
  const io::Chunk second = buffers.Fill("efghij");
  EXPECT_EQ(buffers.Room(), 10u);
  EXPECT_EQ(buffers.leased_count(), 2u);
}

TEST(ReceiveBuffers, OneLeasePinsItsWholeBlock) {
  ReceiveBuffers buffers(10, 100);
  EXPECT_EQ(buffers.Room(), 10u);
  io::Chunk kept = buffers.Fill("k");
  buffers.Fill("dropped..");
  EXPECT_EQ(buffers.statistics().pinned_bytes, 0u);
  EXPECT_EQ(buffers.Room(), 10u);  // the block is full: the next one begins
  EXPECT_EQ(buffers.statistics().pinned_bytes, 10u);
  kept = {};
  EXPECT_EQ(buffers.statistics().pinned_bytes, 0u);
  EXPECT_EQ(buffers.leased_count(), 0u);
}

TEST(ReceiveBuffers, StarvesAtItsLimitAndTellsWhenThereIsRoom) {
  ReceiveBuffers buffers(10, 20);
  int room_count = 0;
  buffers.set_on_room([&room_count] { ++room_count; });
  std::vector<io::Chunk> chunks;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(buffers.Room(), 10u);
    chunks.push_back(buffers.Fill("0123456789"));
  }
  EXPECT_EQ(buffers.Room(), 0u);
  EXPECT_EQ(buffers.statistics().starved_count, 1u);
  EXPECT_TRUE(buffers.statistics().under_pressure());
  EXPECT_EQ(room_count, 0);
  chunks.pop_back();
  EXPECT_EQ(room_count, 1);
  EXPECT_EQ(buffers.Room(), 10u);
}

TEST(ReceiveBuffersDeathTest, AChunkMustNotOutliveThem) {
  EXPECT_DEATH(
      {
        io::Chunk kept;
        ReceiveBuffers buffers(10, 20);
        buffers.Room();
        kept = buffers.Fill("x");
      },
      "outlives its reactor");
}

}  // namespace
}  // namespace ringpost::testing::internal
