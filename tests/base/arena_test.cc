#include "ringpost/base/arena.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost {
namespace {

TEST(Arena, HoldsNothingBeforeTheFirstUse) { EXPECT_EQ(Arena().held_bytes(), 0u); }

TEST(Arena, CopiesText) {
  Arena arena;
  std::string source = "MAIL FROM:<a@example.org>";
  const std::string_view copy = arena.Copy(source);
  source.assign(source.size(), 'x');
  EXPECT_EQ(copy, "MAIL FROM:<a@example.org>");
}

TEST(Arena, CopyOfNothingTakesNothing) {
  Arena arena;
  EXPECT_TRUE(arena.Copy("").empty());
  EXPECT_EQ(arena.held_bytes(), 0u);
}

TEST(Arena, KeepsEveryCopyApart) {
  Arena arena;
  std::vector<std::string_view> copies;
  for (int i = 0; i < 2000; ++i) copies.push_back(arena.Copy(std::to_string(i)));
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(copies[static_cast<size_t>(i)], std::to_string(i));
}

TEST(Arena, AlignsWhatItAllocates) {
  Arena arena;
  for (const size_t alignment : {1u, 2u, 4u, 8u, 16u, 64u}) {
    arena.Copy("x");
    void* const memory = arena.allocate(3, alignment);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % alignment, 0u) << alignment;
  }
}

TEST(Arena, TakesAnAllocationLargerThanABlock) {
  Arena arena;
  const std::string large(10 * Arena::kBlockBytes, 'l');
  EXPECT_EQ(arena.Copy(large), large);
}

TEST(Arena, ResetKeepsTheFirstBlockAlone) {
  Arena arena;
  arena.Copy("first");
  const size_t first_block_bytes = arena.held_bytes();
  arena.Copy(std::string(8 * Arena::kBlockBytes, 'x'));
  EXPECT_GT(arena.held_bytes(), first_block_bytes);
  arena.Reset();
  EXPECT_EQ(arena.held_bytes(), first_block_bytes);
}

TEST(Arena, TakesNoMemoryForTheSameWorkAfterReset) {
  Arena arena;
  arena.Copy(std::string(100, 'x'));
  const size_t held_bytes = arena.held_bytes();
  for (int round = 0; round < 100; ++round) {
    arena.Reset();
    arena.Copy(std::string(100, 'x'));
    EXPECT_EQ(arena.held_bytes(), held_bytes);
  }
}

TEST(Arena, ReleaseGivesEverythingBackAndTheArenaCanBeUsedAgain) {
  Arena arena;
  arena.Copy("x");
  arena.Release();
  EXPECT_EQ(arena.held_bytes(), 0u);
  EXPECT_EQ(arena.Copy("again"), "again");
}

TEST(Arena, ServesPmrContainers) {
  Arena arena;
  std::pmr::vector<int> numbers(&arena);
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  EXPECT_EQ(numbers.back(), 999);
  EXPECT_GE(arena.held_bytes(), 1000 * sizeof(int));
}

}  // namespace
}  // namespace ringpost
