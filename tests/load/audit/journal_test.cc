#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "load/audit/journal_reader.h"
#include "load/audit/journal_writer.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

constexpr JournalRun kRun = {.run = 0xabcdef, .seed = 7, .started_seconds = 1'795'000'000};

class Journal : public ::testing::Test {
 protected:
  std::unique_ptr<JournalWriter> Create(size_t index = 0) {
    auto journal = JournalWriter::Create(folder_.path(), index, kRun);
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }
  absl::StatusOr<JournalSummary> Read() {
    records_.clear();
    return ReadJournals(folder_.path(),
                        [this](const JournalRecord& record) { records_.push_back(record); });
  }
  std::string Path(size_t index = 0) const { return JournalPath(folder_.path(), index); }
  // The file as a crash leaves it, with `octets` changed at `offset`.
  void Overwrite(size_t offset, std::string_view octets) {
    std::fstream file(Path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << octets;
  }

  TemporaryFolder folder_;
  std::vector<JournalRecord> records_;
};

TEST_F(Journal, GivesBackWhatWasWritten) {
  auto journal = Create();
  EXPECT_TRUE(journal->Sent(3, {.length_octets = 100, .digest = 0x1122334455667788},
                            absl::Milliseconds(15)));
  journal->Accepted(3, 2, absl::Milliseconds(17));
  EXPECT_TRUE(journal->Sent(4, {.length_octets = 5, .digest = 9}, absl::Milliseconds(18)));
  journal->Refused(4, 452, absl::Milliseconds(20));
  EXPECT_TRUE(journal->Close().ok());

  const auto summary = Read();
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->run, kRun);
  EXPECT_TRUE(summary->has_ended);
  EXPECT_EQ(summary->torn_record_count, 0u);
  const std::vector<JournalRecord> expected = {
      {RecordKind::kSent, 3, 0, {100, 0x1122334455667788}, 15},
      {RecordKind::kAccepted, 3, 2, {}, 17},
      {RecordKind::kSent, 4, 0, {5, 9}, 18},
      {RecordKind::kRefused, 4, 452, {}, 20},
      {RecordKind::kEnd, 0, 0, {}, 0}};
  EXPECT_EQ(records_, expected);
}

TEST_F(Journal, IsNoLongerThanItsRecords) {
  auto journal = Create();
  journal->Sent(0, {}, {});
  EXPECT_TRUE(journal->Close().ok());
  EXPECT_EQ(std::filesystem::file_size(Path()), 3 * kRecordOctets);
}

TEST_F(Journal, GoesOnBeyondOneWindow) {
  constexpr uint64_t kMessages = 100'000;  // 200,000 records, of which a window holds 131,072
  auto journal = Create();
  for (uint64_t number = 0; number < kMessages; ++number) {
    ASSERT_TRUE(journal->Sent(number, {}, {}));
    journal->Accepted(number, 1, {});
  }
  EXPECT_TRUE(journal->Close().ok());
  ASSERT_TRUE(Read().ok());
  ASSERT_EQ(records_.size(), 2 * kMessages + 1);
  for (uint64_t number = 0; number < kMessages; ++number) {
    ASSERT_EQ(records_[2 * number].number, number);
    ASSERT_EQ(records_[2 * number + 1].number, number);
  }
}

TEST_F(Journal, OfAnEarlierRunIsNotOverwritten) {
  EXPECT_TRUE(Create()->Close().ok());
  EXPECT_EQ(JournalWriter::Create(folder_.path(), 0, kRun).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(Journal, OfSeveralThreadsIsReadAsOne) {
  auto first = Create(0), second = Create(1);
  first->Sent(0, {}, {});
  second->Sent(1, {}, {});
  EXPECT_TRUE(first->Close().ok());
  second.reset();  // this one was cut short
  const auto summary = Read();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->journal_count, 2u);
  EXPECT_FALSE(summary->has_ended);
  EXPECT_EQ(records_.size(), 3u);
}

TEST_F(Journal, HasWhatWasWrittenBeforeTheProcessWasKilled) {
  const pid_t child = fork();
  if (child == 0) {
    auto journal = JournalWriter::Create(folder_.path(), 0, kRun);
    for (uint64_t number = 0; number < 1000; ++number) {
      (*journal)->Sent(number, {}, {});
      (*journal)->Accepted(number, 1, {});
    }
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto summary = Read();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(records_.size(), 2000u);
  EXPECT_EQ(summary->torn_record_count, 0u);
  EXPECT_FALSE(summary->has_ended);
}

TEST_F(Journal, PassesOverATornRecord) {
  auto journal = Create();
  for (uint64_t number = 0; number < 3; ++number) journal->Sent(number, {}, {});
  journal.reset();
  Overwrite(2 * kRecordOctets + 10, "torn");  // the second message's
  const auto summary = Read();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->torn_record_count, 1u);
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].number, 0u);
  EXPECT_EQ(records_[1].number, 2u);
}

TEST_F(Journal, PassesOverAGapThatALossOfPowerLeft) {
  auto journal = Create();
  for (uint64_t number = 0; number < 3; ++number) journal->Sent(number, {}, {});
  journal.reset();
  Overwrite(2 * kRecordOctets, std::string(kRecordOctets, '\0'));
  const auto summary = Read();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->torn_record_count, 0u);
  EXPECT_EQ(records_.size(), 2u);
}

TEST_F(Journal, CutInsideARecordEndsThere) {
  auto journal = Create();
  journal->Sent(0, {}, {});
  journal->Sent(1, {}, {});
  EXPECT_TRUE(journal->Close().ok());
  std::filesystem::resize_file(Path(), 2 * kRecordOctets + 7);
  const auto summary = Read();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(records_.size(), 1u);
  EXPECT_FALSE(summary->has_ended);
}

TEST_F(Journal, OfAnotherRunOrNoneIsRefused) {
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Create(0)->Close().ok());
  auto other = JournalWriter::Create(folder_.path(), 1, {.run = 1});
  EXPECT_TRUE((*other)->Close().ok());
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kInvalidArgument);
  Overwrite(8, "x");
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Journal, WithoutAFolderToBeInIsAnError) {
  EXPECT_FALSE(JournalWriter::Create("/proc/nowhere", 0, kRun).ok());
}

TEST(JournalRecord, IsRefusedWhenAnyBitIsWrong) {
  const RecordOctets good = EncodeRecord({RecordKind::kAccepted, 12345, 3, {}, 77});
  ASSERT_TRUE(DecodeRecord(good).has_value());
  for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
    RecordOctets bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(DecodeRecord(bad).has_value()) << bit;
  }
}

}  // namespace
}  // namespace ringpost::load
