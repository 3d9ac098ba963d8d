#include "ringpost/io/shared_counts.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace ringpost::io {
namespace {

const IpAddress kAlice = *ParseIpAddress("192.0.2.1");
const IpAddress kBob = *ParseIpAddress("2001:db8::1");

TEST(SharedCounts, CountsToItsLimit) {
  SharedCounts counts;
  EXPECT_TRUE(counts.TryAdd(kAlice, 2));
  EXPECT_TRUE(counts.TryAdd(kAlice, 2));
  EXPECT_FALSE(counts.TryAdd(kAlice, 2));
  counts.Remove(kAlice);
  EXPECT_TRUE(counts.TryAdd(kAlice, 2));
}

TEST(SharedCounts, KeepsKeysApart) {
  SharedCounts counts;
  EXPECT_TRUE(counts.TryAdd(kAlice, 1));
  EXPECT_TRUE(counts.TryAdd(kBob, 1));
  EXPECT_FALSE(counts.TryAdd(kAlice, 1));
}

TEST(SharedCounts, ALimitOfZeroIsNone) {
  SharedCounts counts;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(counts.TryAdd(kAlice, 0));
}

TEST(SharedCounts, ThreadsTogetherGetNoMoreThanTheLimit) {
  SharedCounts counts;
  std::atomic<int> added_count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int tries = 0; tries < 1000; ++tries) {
        if (counts.TryAdd(kAlice, 1500)) ++added_count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(added_count, 1500);
}

}  // namespace
}  // namespace ringpost::io
