#include "load/audit/acceptance_journal.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <vector>

#include "load/audit/journal_reader.h"
#include "ringpost/testing/manual_clock.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

class AcceptanceJournalTest : public ::testing::Test {
 protected:
  std::vector<JournalRecord> Records() {
    std::vector<JournalRecord> records;
    EXPECT_TRUE(ReadJournals(folder_.path(), [&records](const JournalRecord& record) {
                  records.push_back(record);
                }).ok());
    return records;
  }

  TemporaryFolder folder_;
  testing::ManualClock clock_;
  std::unique_ptr<JournalWriter> writer_ = *JournalWriter::Create(folder_.path(), 0, {.run = 5});
  std::vector<absl::Status> failures_;
  AcceptanceJournal journal_{*writer_, clock_,
                             [this](const absl::Status& status) { failures_.push_back(status); }};
};

TEST_F(AcceptanceJournalTest, WritesWhatItIsTold) {
  clock_.Advance(absl::Milliseconds(30));
  journal_.OnSent({.number = 1, .content_octets = 10, .content_digest = 11});
  journal_.OnSent({.number = 2, .content_octets = 20, .content_digest = 22});
  journal_.OnSent({.number = 3});
  clock_.Advance(absl::Milliseconds(5));
  journal_.OnRefused(2, 452);
  journal_.OnAccepted(1, 3, "2.0.0 queued");
  journal_.OnUnknown(3);
  EXPECT_TRUE(writer_->Close().ok());
  const std::vector<JournalRecord> expected = {
      {RecordKind::kSent, 1, 0, {10, 11}, 30}, {RecordKind::kSent, 2, 0, {20, 22}, 30},
      {RecordKind::kSent, 3, 0, {0, 0}, 30},   {RecordKind::kRefused, 2, 452, {}, 35},
      {RecordKind::kAccepted, 1, 3, {}, 35},   {RecordKind::kEnd, 0, 0, {}, 0}};
  EXPECT_EQ(Records(), expected);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(AcceptanceJournalTest, RefusesWhatIsTooLongForARecord) {
  journal_.OnSent({.number = 1, .content_octets = uint64_t{1} << 32});
  ASSERT_EQ(failures_.size(), 1u);
  journal_.OnAccepted(1, 1, "");
  EXPECT_TRUE(writer_->Close().ok());
  EXPECT_EQ(Records().size(), 1u);
}

TEST_F(AcceptanceJournalTest, KeepsTheAnswersWhenThereIsNoMoreRoom) {
  // No file may grow beyond the first step of the journal: the disk is full.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit = {};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit limit = {4 << 20, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  uint64_t number = 0;
  while (failures_.empty() && number < 1'000'000) journal_.OnSent({.number = ++number});
  setrlimit(RLIMIT_FSIZE, &old_limit);
  ASSERT_EQ(failures_.size(), 1u);
  journal_.OnSent({.number = number + 1});
  EXPECT_EQ(failures_.size(), 1u);

  for (uint64_t answered = 1; answered <= number + 1; ++answered) {
    journal_.OnAccepted(answered, 1, "");
  }
  EXPECT_FALSE(writer_->Close().ok());
  EXPECT_EQ(Records().size(), 2 * (number - 1) + 1);
}

}  // namespace
}  // namespace ringpost::load
