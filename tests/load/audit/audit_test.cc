#include "load/audit/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "load/audit/folder_source.h"
#include "load/audit/journal_writer.h"
#include "load/audit/mbox_source.h"
#include "ringpost/base/random.h"
#include "ringpost/base/text.h"
#include "temporary_folder.h"

namespace ringpost::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr JournalRun kRun = {.run = 0x1234, .seed = 1, .started_seconds = 1'795'000'000};

std::string ContentFor(uint64_t number) {
  return Concat("Subject: ", number, "\r\n\r\nThis is message ", number, ".\r\n");
}

std::string MessageFor(uint64_t number) {
  return Concat(FormatIdLine({.run = kRun.run, .number = number}), ContentFor(number));
}

// A run and what a server kept of it, both as the test wants them.
class AuditTest : public ::testing::Test {
 protected:
  void Accept(uint64_t number, uint16_t copies = 1) {
    Send(number);
    journal_->Accepted(number, copies, absl::Milliseconds(1500));
  }
  void Send(uint64_t number) {
    ASSERT_TRUE(journal_->Sent(number, ContentOf(ContentFor(number)), absl::Milliseconds(1400)));
  }
  void Keep(uint64_t number, std::string_view mailbox = "anna", std::string_view file = "") {
    const std::string name = file.empty() ? Concat(number) : std::string(file);
    folder_.Write(Concat("mail/", mailbox, "/new/", name),
                  Concat("Return-Path: <s@x>\r\n", MessageFor(number)));
  }
  std::string PathOf(uint64_t number, std::string_view mailbox = "anna") const {
    return folder_.Path(Concat("mail/", mailbox, "/new/", number));
  }
  const Audit& Run(Copies copies = Copies::kRecipient) {
    std::filesystem::create_directories(folder_.Path("mail/anna/new"));
    EXPECT_TRUE(journal_->Close().ok());
    AuditOptions options = {.journal_folder = folder_.Path("audit"), .copies = copies};
    options.sources.push_back(
        std::make_unique<FolderSource>(folder_.Path("mail"), FolderSource::Layout::kMaildirs));
    auto audit = RunAudit(options);
    EXPECT_TRUE(audit.ok()) << audit.status();
    audit_ = *std::move(audit);
    return audit_;
  }
  uint64_t Count(FindingKind kind) const { return audit_.results.Count(kind); }
  std::vector<std::string> Listed() const {
    std::vector<std::string> lines;
    for (const Finding& finding : audit_.listed) lines.push_back(FormatFinding(finding));
    return lines;
  }

  TemporaryFolder folder_;
  std::unique_ptr<JournalWriter> journal_ = *JournalWriter::Create(folder_.Path("audit"), 0, kRun);
  Audit audit_;
};

TEST_F(AuditTest, FindsNothingWrongWhereNothingIs) {
  for (uint64_t number = 1; number <= 10; ++number) {
    Accept(number);
    Keep(number);
  }
  EXPECT_TRUE(Run().results.is_good());
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_EQ(audit_.results.sent.accepted, 10u);
  EXPECT_EQ(audit_.results.searched_messages, 10u);
  EXPECT_TRUE(audit_.results.journal.has_ended);
}

TEST_F(AuditTest, FindsALoss) {
  for (const uint64_t number : {1u, 2u, 3u}) Accept(number);
  Keep(1);
  Keep(3);
  EXPECT_FALSE(Run().results.is_good());
  EXPECT_THAT(Listed(), ElementsAre("lost 2: accepted at 1.500 s"));
}

TEST_F(AuditTest, FindsACopyThatIsMissing) {
  Accept(1, 3);
  Keep(1, "anna");
  Keep(1, "bert");
  EXPECT_FALSE(Run().results.is_good());
  EXPECT_THAT(Listed(), ElementsAre("lost 1: accepted at 1.500 s, found 2 of 3 copies"));
}

TEST_F(AuditTest, TakesOneCopyForAllWhereToldSo) {
  Accept(1, 3);
  Keep(1);
  EXPECT_TRUE(Run(Copies::kMessage).results.is_good());
}

TEST_F(AuditTest, FindsADuplicateInTheSameMailbox) {
  Accept(1);
  Keep(1);
  Keep(1, "anna", "again");
  Run();
  EXPECT_EQ(Count(FindingKind::kDuplicated), 1u);
  EXPECT_THAT(Listed(), ElementsAre(HasSubstr("once more in this mailbox")));
}

TEST_F(AuditTest, FindsADuplicateInAnotherMailbox) {
  Accept(1);
  Keep(1, "anna");
  Keep(1, "bert");
  Run();
  EXPECT_THAT(Listed(), ElementsAre(HasSubstr("bert/new/1: more than 1 copy")));
}

TEST_F(AuditTest, CountsALossAndADuplicateOfOneMessageApart) {
  Accept(1, 2);
  Keep(1);
  Keep(1, "anna", "again");
  Run();
  EXPECT_EQ(Count(FindingKind::kDuplicated), 1u);
  EXPECT_EQ(Count(FindingKind::kLost), 1u);
}

TEST_F(AuditTest, LetsSharedMailboxesBe) {
  Accept(1, 3);
  Keep(1);
  EXPECT_TRUE(Run(Copies::kAny).results.is_good());
}

TEST_F(AuditTest, FindsDamage) {
  Accept(1);
  Accept(2);
  Accept(3);
  for (const uint64_t number : {1u, 2u, 3u}) Keep(number);
  std::ofstream(PathOf(1), std::ios::app) << "more\r\n";
  std::filesystem::resize_file(PathOf(2), std::filesystem::file_size(PathOf(2)) - 1);
  std::fstream(PathOf(3), std::ios::in | std::ios::out).seekp(-4, std::ios::end) << "!";
  Run();
  EXPECT_EQ(Count(FindingKind::kDamaged), 3u);
  EXPECT_EQ(Count(FindingKind::kLost), 0u);
  EXPECT_FALSE(audit_.results.is_good());
}

TEST_F(AuditTest, DoubtsWhatWasNotAnswered) {
  for (const uint64_t number : {1u, 2u, 3u}) Send(number);
  journal_->LeftInDoubt();
  Keep(2);
  EXPECT_TRUE(Run().results.is_good());
  EXPECT_EQ(audit_.results.sent.in_doubt, 3u);
  EXPECT_EQ(Count(FindingKind::kInDoubtFound), 1u);
  EXPECT_EQ(Count(FindingKind::kInDoubtNotFound), 2u);
}

TEST_F(AuditTest, FindsDamageInWhatIsInDoubt) {
  Send(1);
  Keep(1);
  std::filesystem::resize_file(PathOf(1), std::filesystem::file_size(PathOf(1)) - 3);
  EXPECT_FALSE(Run().results.is_good());
}

TEST_F(AuditTest, TellsWhatWasKeptThoughRefused) {
  Send(1);
  journal_->Refused(1, 451, {});
  Keep(1);
  EXPECT_TRUE(Run().results.is_good());
  EXPECT_THAT(Listed(), ElementsAre(HasSubstr("answered with 451")));
}

TEST_F(AuditTest, TellsTheUnknownApart) {
  Accept(1);
  Keep(1);
  Keep(77);
  folder_.Write("mail/anna/new/a", Concat(FormatIdLine({.run = 9, .number = 1}), "x"));
  folder_.Write("mail/anna/new/b", "Subject: no id\r\n\r\n");
  EXPECT_TRUE(Run().results.is_good());
  EXPECT_EQ(Count(FindingKind::kNotInJournal), 1u);
  EXPECT_EQ(Count(FindingKind::kOfAnotherRun), 1u);
  EXPECT_EQ(Count(FindingKind::kWithoutId), 1u);
}

TEST_F(AuditTest, ListsOnlyTheFirstAndWritesAll) {
  for (uint64_t number = 1; number <= 100; ++number) Accept(number);
  std::filesystem::create_directories(folder_.Path("mail/new"));
  EXPECT_TRUE(journal_->Close().ok());
  AuditOptions options = {.journal_folder = folder_.Path("audit"),
                          .listed_count = 5,
                          .findings_path = folder_.Path("findings")};
  options.sources.push_back(
      std::make_unique<FolderSource>(folder_.Path("mail"), FolderSource::Layout::kMaildirs));
  const auto audit = RunAudit(options);
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_EQ(audit->listed.size(), 5u);
  EXPECT_EQ(audit->results.Count(FindingKind::kLost), 100u);
  std::ifstream file(options.findings_path);
  EXPECT_EQ(std::count(std::istreambuf_iterator<char>(file), {}, '\n'), 100);
}

TEST_F(AuditTest, ProvesNothingWhereNotAllCanBeRead) {
  Accept(1);
  EXPECT_TRUE(journal_->Close().ok());
  AuditOptions options = {.journal_folder = folder_.Path("audit")};
  options.sources.push_back(std::make_unique<MboxSource>(folder_.Path("missing")));
  EXPECT_FALSE(RunAudit(options).ok());
  options.journal_folder = folder_.Path("elsewhere");
  EXPECT_FALSE(RunAudit(options).ok());
}

TEST_F(AuditTest, TextAndJsonSayTheSame) {
  Accept(1);
  Accept(2);
  Keep(1);
  folder_.Write("mail/anna/new/evil\n\"\xff", Concat(MessageFor(1), "damaged"));
  Run();
  const std::string text = FormatText(audit_.results, audit_.listed);
  EXPECT_THAT(text, HasSubstr("THE SERVER DID NOT KEEP ITS WORD"));
  EXPECT_THAT(text, HasSubstr("lost 2: accepted at 1.500 s\n"));
  EXPECT_THAT(text, HasSubstr("evil?\""));
  const std::string json = FormatJson(audit_.results, audit_.listed);
  EXPECT_THAT(json, HasSubstr("\"lost\": 1,"));
  EXPECT_THAT(json, HasSubstr("\"passed\": false"));
  EXPECT_THAT(json, HasSubstr("evil\\u000a\\u0022\\u00ff"));
}

// Random runs and random plants, against a model that is told what was planted.
class Plants : public AuditTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  static constexpr const char* kMailboxes[] = {"anna", "bert", "cleo", "dora"};

  void PlantAll() {
    for (uint64_t number = 1; number <= 100; ++number) PlantOne(number);
  }
  void PlantOne(uint64_t number) {
    if (chance_.OneIn(20)) return;  // a number that was never used
    const auto copies = static_cast<uint16_t>(1 + chance_.Below(std::size(kMailboxes)));
    Send(number);
    const uint64_t answer = chance_.Below(10);
    if (answer == 0) {
      journal_->LeftInDoubt();
    } else if (answer == 1) {
      journal_->Refused(number, 550, {});
    } else {
      journal_->Accepted(number, copies, {});
    }
    const bool is_accepted = answer > 1;
    uint64_t found = 0;
    for (uint16_t copy = 0; copy < copies; ++copy) {
      if (!is_accepted && chance_.OneIn(2)) continue;
      if (is_accepted && chance_.OneIn(20)) continue;  // a loss
      ++found;
      PlantCopy(number, kMailboxes[copy]);
    }
    if (is_accepted && found < copies) ++expected_[FindingKind::kLost];
    if (answer == 0) {
      ++expected_[found > 0 ? FindingKind::kInDoubtFound : FindingKind::kInDoubtNotFound];
    }
    if (answer == 1 && found > 0) ++expected_[FindingKind::kKeptThoughRefused];
  }
  void PlantCopy(uint64_t number, const char* mailbox) {
    Keep(number, mailbox);
    if (chance_.OneIn(20)) {
      ++expected_[FindingKind::kDamaged];
      std::ofstream(PathOf(number, mailbox), std::ios::app) << '\n';
    }
    if (chance_.OneIn(20)) {
      ++expected_[FindingKind::kDuplicated];
      Keep(number, mailbox, Concat(number, "-again"));
    }
  }

  Random chance_{GetParam()};
  std::map<FindingKind, uint64_t> expected_;
};

TEST_P(Plants, AreAllFound) {
  PlantAll();
  Run();
  for (size_t kind = 0; kind < kFindingKindCount; ++kind) {
    EXPECT_EQ(Count(static_cast<FindingKind>(kind)), expected_[static_cast<FindingKind>(kind)])
        << Name(static_cast<FindingKind>(kind));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Plants, ::testing::Range<uint64_t>(0, 20));

}  // namespace
}  // namespace ringpost::load
