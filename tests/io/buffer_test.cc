#include "ringpost/io/buffer.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace ringpost::io {
namespace {

class CountingBuffer final : public Buffer {
 public:
  int unleased_count = 0;

 private:
  void OnUnleased() override { ++unleased_count; }
};

TEST(BufferLease, TheLastOneGivesTheBufferBack) {
  CountingBuffer buffer;
  BufferLease first(buffer);
  BufferLease second = first;
  first.Drop();
  EXPECT_TRUE(buffer.is_leased());
  EXPECT_EQ(buffer.unleased_count, 0);
  second.Drop();
  EXPECT_FALSE(buffer.is_leased());
  EXPECT_EQ(buffer.unleased_count, 1);
}

TEST(BufferLease, DroppingTwiceDropsOnce) {
  CountingBuffer buffer;
  BufferLease lease(buffer);
  lease.Drop();
  lease.Drop();
  EXPECT_EQ(buffer.unleased_count, 1);
}

TEST(BufferLease, AMovedOneHoldsNothing) {
  CountingBuffer buffer;
  BufferLease from(buffer);
  const BufferLease to = std::move(from);
  EXPECT_FALSE(from.holds_buffer());
  EXPECT_TRUE(to.holds_buffer());
  EXPECT_EQ(buffer.unleased_count, 0);
}

TEST(BufferLease, AssignmentDropsWhatWasHeld) {
  CountingBuffer old_buffer, new_buffer;
  BufferLease lease(old_buffer);
  lease = BufferLease(new_buffer);
  EXPECT_EQ(old_buffer.unleased_count, 1);
  EXPECT_EQ(new_buffer.unleased_count, 0);
}

TEST(CopyOfChunk, OwnsItsOctets) {
  std::string source = "octets";
  Chunk chunk = CopyOfChunk(source);
  source.assign(source.size(), 'x');
  EXPECT_EQ(chunk.octets, "octets");
  const BufferLease kept = chunk.lease;
  const std::string_view view = chunk.octets;
  chunk = {};
  EXPECT_EQ(view, "octets");
}

TEST(CopyOfChunk, OfNothingIsEmpty) { EXPECT_TRUE(CopyOfChunk("").octets.empty()); }

TEST(BufferStatistics, PressureIsOverHalfOfTheLimit) {
  EXPECT_FALSE((BufferStatistics{.limit_bytes = 100, .pinned_bytes = 50}.under_pressure()));
  EXPECT_TRUE((BufferStatistics{.limit_bytes = 100, .pinned_bytes = 51}.under_pressure()));
}

}  // namespace
}  // namespace ringpost::io
