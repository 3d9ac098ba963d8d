#include "ringpost/coro/frame_allocator.h"

#include <array>
#include <cstdlib>
#include <new>
#include <utility>

namespace ringpost {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RINGPOST_FRAMES_BY_MALLOC 1
#endif
#endif
#ifdef RINGPOST_FRAMES_BY_MALLOC
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr size_t kClassBytes = 64;
constexpr size_t kClassCount = kLargestRecycledBytes / kClassBytes + 1;

struct FreeFrameNode {
  FreeFrameNode* next;
};

struct ThreadFrames {
  std::array<FreeFrameNode*, kClassCount> free = {};
  FrameStatistics statistics = {};

  ~ThreadFrames() { Trim(); }

  void Trim() {
    for (FreeFrameNode*& head : free) {
      while (head != nullptr) std::free(std::exchange(head, head->next));
    }
  }
};

thread_local ThreadFrames frames_of_thread;

constexpr size_t ClassOf(size_t bytes) { return (bytes + kClassBytes - 1) / kClassBytes; }

}  // namespace

void* AllocateFrame(size_t bytes) {
  ThreadFrames& frames = frames_of_thread;
  ++frames.statistics.live_count;
  const size_t size_class = ClassOf(bytes);
  if (kRecycle && size_class < kClassCount) {
    FreeFrameNode*& head = frames.free[size_class];
    if (head != nullptr) {
      ++frames.statistics.recycled_count;
      return std::exchange(head, head->next);
    }
    bytes = size_class * kClassBytes;
  }
  ++frames.statistics.allocated_count;
  void* const frame = std::malloc(bytes);
  if (frame == nullptr) throw std::bad_alloc();
  return frame;
}

void FreeFrame(void* frame, size_t bytes) {
  --frames_of_thread.statistics.live_count;
  const size_t size_class = ClassOf(bytes);
  if (!kRecycle || size_class >= kClassCount) {
    std::free(frame);
    return;
  }
  auto* const node = static_cast<FreeFrameNode*>(frame);
  FreeFrameNode*& head = frames_of_thread.free[size_class];
  node->next = head;
  head = node;
}

void TrimFrames() { frames_of_thread.Trim(); }

FrameStatistics FrameStatisticsOfThread() { return frames_of_thread.statistics; }

}  // namespace ringpost
