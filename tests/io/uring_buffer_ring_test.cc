#include "ringpost/io/internal/uring_buffer_ring.h"

#include <liburing.h>

#include <vector>

#include "gtest/gtest.h"

namespace ringpost::io::internal {
namespace {

constexpr size_t kReady = UringBufferRing::kReadyCount;
constexpr size_t kBufferBytes = UringBufferRing::kBufferBytes;

class UringBufferRingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (io_uring_queue_init(8, &uring_, 0) != 0) GTEST_SKIP() << "no io_uring";
    is_open_ = true;
    ASSERT_TRUE(ring_.Open(uring_, 100 * kBufferBytes).ok());
  }
  ~UringBufferRingTest() override {
    if (is_open_) io_uring_queue_exit(&uring_);
  }

  // As when the kernel has filled the buffer; their numbers are in the order in which they are
  // made.
  Chunk Fill(uint32_t number) {
    return ring_.Take(kBufferBytes, IORING_CQE_F_BUFFER | number << IORING_CQE_BUFFER_SHIFT);
  }
  std::vector<Chunk> FillAll(uint32_t count) {
    std::vector<Chunk> chunks;
    for (uint32_t i = 0; i < count; ++i) chunks.push_back(Fill(i));
    return chunks;
  }
  size_t held_count() const { return ring_.statistics().held_bytes / kBufferBytes; }
  size_t pinned_count() const { return ring_.statistics().pinned_bytes / kBufferBytes; }

  io_uring uring_ = {};
  bool is_open_ = false;
  UringBufferRing ring_;
};

TEST_F(UringBufferRingTest, BeginsWithThoseThatAreReady) {
  EXPECT_EQ(held_count(), kReady);
  EXPECT_EQ(pinned_count(), 0u);
}

TEST_F(UringBufferRingTest, TakesBackWhatIsDropped) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Fill(0).octets.size(), kBufferBytes);
  EXPECT_EQ(held_count(), kReady);
}

TEST_F(UringBufferRingTest, GrowsWhileMuchIsPinned) {
  const std::vector<Chunk> chunks = FillAll(60);
  EXPECT_EQ(pinned_count(), 60u);
  EXPECT_EQ(held_count(), 60 + UringBufferRing::kFewestReady);
}

TEST_F(UringBufferRingTest, EndsAtItsLimit) {
  const std::vector<Chunk> chunks = FillAll(100);
  EXPECT_EQ(held_count(), 100u);
  EXPECT_EQ(pinned_count(), 100u);
}

TEST_F(UringBufferRingTest, KeepsSomeForTheNextBurstAndGivesTheOthersBack) {
  constexpr size_t kKept = kReady + UringBufferRing::kMostSpare;
  FillAll(60).clear();
  EXPECT_EQ(held_count(), kKept);
  EXPECT_EQ(pinned_count(), 0u);
  // The kernel has those that were ready last, and those that came back first.
  std::vector<Chunk> chunks = FillAll(kReady / 2);
  for (uint32_t i = 60; i < 60 + kReady / 2; ++i) chunks.push_back(Fill(i));
  EXPECT_EQ(pinned_count(), kReady);
  EXPECT_EQ(held_count(), kKept) << "those that were spare came first";
}

}  // namespace
}  // namespace ringpost::io::internal
