#include "ringpost/io/shared_records.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace ringpost::io {
namespace {

struct Count {
  int value = 0;
};

int Increment(SharedRecords<Count>& records, const RecordKey& key) {
  return records.Visit(key, [](Count& count) { return ++count.value; });
}

TEST(SharedRecords, KeepsARecordForEachKey) {
  SharedRecords<Count> records(64);
  EXPECT_EQ(Increment(records, {1, 1}), 1);
  EXPECT_EQ(Increment(records, {1, 1}), 2);
  EXPECT_EQ(Increment(records, {1, 2}), 1);
  EXPECT_EQ(Increment(records, {2, 1}), 1);
}

TEST(SharedRecords, VisitsExistingRecordsAlone) {
  SharedRecords<Count> records(64);
  int visit_count = 0;
  const auto visit = [&](Count&) { ++visit_count; };
  records.VisitExisting({1, 1}, visit);
  EXPECT_EQ(visit_count, 0);
  Increment(records, {1, 1});
  records.VisitExisting({1, 1}, visit);
  records.VisitExisting({1, 2}, visit);
  EXPECT_EQ(visit_count, 1);
}

// A set has eight places.
TEST(SharedRecords, ForgetsWhatWasVisitedLongestAgo) {
  SharedRecords<Count> records(8);
  for (uint64_t i = 0; i < 8; ++i) Increment(records, {i, i});
  EXPECT_EQ(Increment(records, {0, 0}), 2);
  EXPECT_EQ(Increment(records, {8, 8}), 1);  // in the place of 1
  EXPECT_EQ(Increment(records, {0, 0}), 3);
  EXPECT_EQ(Increment(records, {1, 1}), 1);  // in the place of 2
  EXPECT_EQ(Increment(records, {3, 3}), 2);
}

TEST(SharedRecords, ThreadsLoseNoVisit) {
  SharedRecords<Count> records(64);
  constexpr int kThreads = 4;
  constexpr int kVisits = 1000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&records] {
      for (int visit = 0; visit < kVisits; ++visit) Increment(records, {7, 7});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Increment(records, {7, 7}), kThreads * kVisits + 1);
}

}  // namespace
}  // namespace ringpost::io
