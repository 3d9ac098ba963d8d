#include "ringpost/coro/frame_allocator.h"

#include <cstdlib>
#include <new>

namespace ringpost {
namespace internal {

constinit thread_local ThreadFrames frames_of_thread = {};

namespace {

struct TrimAtThreadEnd {
  ~TrimAtThreadEnd() { TrimFrames(); }
};

}  // namespace

void* FrameFromMalloc(size_t bytes) {
  static thread_local const TrimAtThreadEnd trim_at_thread_end;
  ++frames_of_thread.statistics.allocated_count;
  void* const frame = std::malloc(bytes);
  if (frame == nullptr) throw std::bad_alloc();
  return frame;
}

void FrameToMalloc(void* frame) { std::free(frame); }

}  // namespace internal

void TrimFrames() {
  for (internal::FreeFrameNode*& head : internal::frames_of_thread.free) {
    while (head != nullptr) std::free(std::exchange(head, head->next));
  }
}

FrameStatistics FrameStatisticsOfThread() { return internal::frames_of_thread.statistics; }

}  // namespace ringpost
