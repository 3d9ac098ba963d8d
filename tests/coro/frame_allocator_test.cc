#include "ringpost/coro/frame_allocator.h"

#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "ringpost/coro/sync_wait.h"

namespace ringpost {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RINGPOST_FRAMES_BY_MALLOC 1
#endif
#endif
#ifdef RINGPOST_FRAMES_BY_MALLOC
constexpr bool kRecycles = false;
#else
constexpr bool kRecycles = true;
#endif

Task<int> One() { co_return 1; }
Task<int> Sum(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await One();
  co_return sum;
}

class FrameAllocator : public testing::Test {
 protected:
  void SetUp() override {
    if (!kRecycles) GTEST_SKIP() << "AddressSanitizer builds take every frame from malloc";
    TrimFrames();
    before_ = FrameStatisticsOfThread();
  }
  size_t allocated_count() const {
    return FrameStatisticsOfThread().allocated_count - before_.allocated_count;
  }
  size_t recycled_count() const {
    return FrameStatisticsOfThread().recycled_count - before_.recycled_count;
  }

 private:
  FrameStatistics before_ = {};
};

TEST_F(FrameAllocator, RecyclesAFreedFrameOfItsSizeClass) {
  void* const first = AllocateFrame(100);
  FreeFrame(first, 100);
  void* const second = AllocateFrame(128);
  EXPECT_EQ(first, second);
  EXPECT_EQ(allocated_count(), 1u);
  EXPECT_EQ(recycled_count(), 1u);
  FreeFrame(second, 128);
}

TEST_F(FrameAllocator, AFrameHasRoomForAllOfItsClass) {
  void* const small = AllocateFrame(65);
  FreeFrame(small, 65);
  void* const large = AllocateFrame(128);
  std::memset(large, 0xab, 128);
  FreeFrame(large, 128);
}

TEST_F(FrameAllocator, KeepsSizeClassesApart) {
  void* const first = AllocateFrame(64);
  FreeFrame(first, 64);
  void* const other = AllocateFrame(65);
  EXPECT_EQ(recycled_count(), 0u);
  FreeFrame(other, 65);
}

TEST_F(FrameAllocator, DoesNotKeepLargeFrames) {
  for (int i = 0; i < 3; ++i)
    FreeFrame(AllocateFrame(kLargestRecycledBytes + 1), kLargestRecycledBytes + 1);
  EXPECT_EQ(allocated_count(), 3u);
  EXPECT_EQ(recycled_count(), 0u);
}

TEST_F(FrameAllocator, TrimGivesFramesBack) {
  FreeFrame(AllocateFrame(64), 64);
  TrimFrames();
  FreeFrame(AllocateFrame(64), 64);
  EXPECT_EQ(allocated_count(), 2u);
}

TEST_F(FrameAllocator, AThousandTasksTakeTwoFrames) {
  EXPECT_EQ(SyncWait(Sum(1000)), 1000);
  EXPECT_EQ(allocated_count(), 2u);
  EXPECT_EQ(recycled_count(), 999u);
}

TEST(FrameStatistics, CountsFramesInUse) {
  const size_t live_count_before = FrameStatisticsOfThread().live_count;
  void* const frame = AllocateFrame(64);
  EXPECT_EQ(FrameStatisticsOfThread().live_count, live_count_before + 1);
  FreeFrame(frame, 64);
  EXPECT_EQ(FrameStatisticsOfThread().live_count, live_count_before);
}

}  // namespace
}  // namespace ringpost
