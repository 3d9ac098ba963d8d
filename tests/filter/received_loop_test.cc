#include "ringpost/filter/received_loop.h"

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <vector>

#include "../hooks/hook_fixture.h"
#include "ringpost/testing/run_task.h"

namespace ringpost::filter {
namespace {

class ReceivedLoopTest : public hooks::HookTest {
 protected:
  hooks::Verdict VerdictOf(const ReceivedLoopFilter& configured, size_t received_count) {
    ReceivedLoopFilter filter = configured;
    std::string header = "Subject: x\r\n";
    for (size_t i = 0; i < received_count; ++i)
      header += i % 2 == 0 ? "Received: a\r\n" : "RECEIVED : b\r\n";
    std::vector<hooks::HeaderField> fields;
    message::SplitHeader(header, fields);
    const auto message = filter.NewMessage(context_, envelope_);
    hooks::HeaderEdits edits;
    hooks::Verdict verdict = testing::RunTask(shard_, message->OnHeader(context_, fields, edits));
    EXPECT_TRUE(edits.empty());
    return verdict;
  }

 private:
  smtp::Envelope envelope_{std::pmr::get_default_resource()};
};

TEST_F(ReceivedLoopTest, LetsAHundredHopsPass) {
  const ReceivedLoopFilter filter;
  EXPECT_FALSE(VerdictOf(filter, 0).is_decisive());
  EXPECT_FALSE(VerdictOf(filter, 100).is_decisive());
}

TEST_F(ReceivedLoopTest, RefusesMore) {
  const hooks::Verdict verdict = VerdictOf(ReceivedLoopFilter(), 101);
  ASSERT_EQ(verdict.decision(), hooks::Decision::kReject);
  EXPECT_EQ(verdict.reply()->code(), 554);
  EXPECT_EQ(verdict.reply()->enhanced_status(), (smtp::EnhancedStatus{5, 4, 6}));
}

TEST_F(ReceivedLoopTest, HasALimitOfOnesChoice) {
  EXPECT_FALSE(VerdictOf(ReceivedLoopFilter(3), 3).is_decisive());
  EXPECT_TRUE(VerdictOf(ReceivedLoopFilter(3), 4).is_refusal());
}

}  // namespace
}  // namespace ringpost::filter
