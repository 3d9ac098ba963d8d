#include "ringpost/store/maildir_store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "store_fixture.h"

namespace ringpost::store {
namespace {

namespace fs = std::filesystem;
using hooks::Durability;
using smtp::Protocol;

constexpr std::string_view kReceived = "Received: from client.example\r\n\tby mx; date\r\n";
constexpr std::string_view kBody = "Subject: hello\r\n\r\nbody\r\n";

class MaildirStoreTest : public StoreTest {
 protected:
  MaildirStoreTest() { MakeStore("{domain}/{user}", ""); }

  void MakeStore(std::string_view path, std::string_view aliases,
                 size_t gather_octets = 256 * 1024) {
    MaildirStoreOptions options{.mailbox_path = *MailboxPath::Parse((folder_ / path).string()),
                                .host_name = "mx/a:b",
                                .process_id = 4242,
                                .gather_octets = gather_octets};
    options.recipients = *LocalRecipients::Create(
        {.domains = {"a"}, .aliases = *Aliases::Parse(aliases, "aliases", {})});
    store_.emplace(std::move(options));
  }

  static smtp::Envelope EnvelopeTo(std::initializer_list<std::string_view> local_parts) {
    smtp::Envelope envelope(std::pmr::get_default_resource());
    envelope.sender.mailbox = smtp::Mailbox{"\"John Doe\"", "client.example"};
    for (const std::string_view local_part : local_parts) {
      envelope.recipients.push_back({{local_part, "a"}, {}});
    }
    return envelope;
  }

  hooks::MessageWriterPtr Open(const smtp::Envelope& envelope) {
    absl::StatusOr<hooks::MessageWriterPtr> writer =
        RunTask(shard_, store_->Open(Context(), envelope));
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }
  absl::Status Append(hooks::MessageWriter& writer, std::string_view octets) {
    return RunTask(shard_, writer.Append(Context(), io::CopyOfChunk(octets)));
  }
  hooks::CommitResult Commit(hooks::MessageWriter& writer,
                             Durability durability = Durability::kSynced) {
    return RunTask(shard_, writer.Commit(Context(), durability));
  }
  hooks::CommitResult Deliver(const smtp::Envelope& envelope,
                              Durability durability = Durability::kSynced) {
    const hooks::MessageWriterPtr writer = Open(envelope);
    EXPECT_TRUE(Append(*writer, kReceived).ok());
    EXPECT_TRUE(Append(*writer, kBody).ok());
    return Commit(*writer, durability);
  }

  Task<void> CommitAndCount(hooks::MessageWriter& writer, size_t& committed_count) {
    const hooks::CommitResult result = co_await writer.Commit(Context(), Durability::kSynced);
    EXPECT_TRUE(result.status.ok()) << result.status;
    ++committed_count;
  }

  // The content of the one message of a mailbox.
  std::string MessageOf(std::string_view user) const {
    const fs::path folder = folder_ / "a" / user / "new";
    std::vector<fs::path> messages;
    for (const auto& entry : fs::directory_iterator(folder)) messages.push_back(entry.path());
    EXPECT_EQ(messages.size(), 1u) << user;
    return messages.empty() ? "" : ReadWhole(messages[0]);
  }

  // Operations of a kind on a path that has `part` fail.
  template <typename Request>
  void Fail(std::string_view part, int32_t result) {
    reactor_.fault = [part, result](const io::Request& request) -> std::optional<int32_t> {
      const auto* const asked = std::get_if<Request>(&request);
      if (asked == nullptr || PathOf(*asked).find(part) == std::string_view::npos) {
        return std::nullopt;
      }
      return result;
    };
  }
  static std::string_view PathOf(const io::Rename& request) { return request.to; }
  static std::string_view PathOf(const io::Link& request) { return request.to; }
  static std::string_view PathOf(const io::Open& request) { return request.path; }
  static std::string_view PathOf(const io::MakeDirectory& request) { return request.path; }
  static std::string_view PathOf(const io::Write&) { return "write"; }
  static std::string_view PathOf(const io::Sync& request) {
    return request.is_directory ? "directory" : "file";
  }

  std::optional<MaildirStore> store_;
};

std::string Whole(std::string_view body = kBody) {
  return "Return-Path: <\"John Doe\"@client.example>\r\n" + std::string(kReceived) +
         std::string(body);
}

// --- What lies in the Maildir

TEST_F(MaildirStoreTest, StoresWhatWasAppendedBelowReturnPath) {
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane"})).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole());
  EXPECT_TRUE(fs::is_directory(folder_ / "a/jane/cur"));
  EXPECT_TRUE(fs::is_empty(folder_ / "a/jane/tmp"));
}

TEST_F(MaildirStoreTest, ShowsTheNullSender) {
  smtp::Envelope envelope = EnvelopeTo({"jane"});
  envelope.sender.mailbox.reset();
  EXPECT_TRUE(Deliver(envelope).status.ok());
  EXPECT_TRUE(MessageOf("jane").starts_with("Return-Path: <>\r\nReceived:"));
}

TEST_F(MaildirStoreTest, NamesFilesByTheConvention) {
  const hooks::CommitResult result = Deliver(EnvelopeTo({"jane"}));
  const std::string name = fs::path(Files().at(0)).filename();
  EXPECT_THAT(name, ::testing::MatchesRegex(
                        "[0-9]+\\.M[0-9]+P4242V0Q1R[0-9a-f]+\\.mx\\\\057a\\\\072b,S=[0-9]+"));
  EXPECT_TRUE(name.ends_with(",S=" + std::to_string(Whole().size())));
  EXPECT_TRUE(name.starts_with(result.id));
}

TEST_F(MaildirStoreTest, GivesEachMessageItsOwnName) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Deliver(EnvelopeTo({"jane"})).status.ok());
  EXPECT_EQ(Files().size(), 20u);
}

TEST_F(MaildirStoreTest, KeepsOthersOut) {
  Deliver(EnvelopeTo({"jane"}));
  struct stat status;
  ASSERT_EQ(stat((folder_ / Files().at(0)).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ / "a/jane").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(MaildirStoreTest, StoresAnEmptyMessage) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), "Return-Path: <\"John Doe\"@client.example>\r\n");
}

// --- Mailboxes

TEST_F(MaildirStoreTest, GivesSeveralMailboxesOneFile) {
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane", "joe", "ann"})).status.ok());
  for (const std::string_view user : {"jane", "joe", "ann"}) EXPECT_EQ(MessageOf(user), Whole());
  EXPECT_EQ(Files().size(), 3u);
  EXPECT_EQ(fs::hard_link_count(folder_ / Files().at(0)), 3u);
}

TEST_F(MaildirStoreTest, GivesAMailboxThatIsNamedTwiceOneFile) {
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane", "JANE", "jane+tag"})).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole());
}

TEST_F(MaildirStoreTest, FollowsAliases) {
  MakeStore("{domain}/{user}", "all: jane, joe\n");
  EXPECT_TRUE(Deliver(EnvelopeTo({"all", "joe"})).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole());
  EXPECT_EQ(MessageOf("joe"), Whole());
  EXPECT_EQ(Files().size(), 2u);
}

TEST_F(MaildirStoreTest, PutsTagsWhereThePathSays) {
  MakeStore("{domain}/{user}/.{tag}", "");
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane+lists"})).status.ok());
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane"})).status.ok());
  EXPECT_EQ(MessageOf("jane/.lists"), Whole());
  EXPECT_EQ(MessageOf("jane"), Whole());
}

TEST_F(MaildirStoreTest, CopiesWhereThereCanBeNoLink) {
  for (const int32_t refusal : {-EXDEV, -EMLINK, -EPERM, -EOPNOTSUPP}) {
    fs::remove_all(folder_ / "a");
    Fail<io::Link>("", refusal);
    EXPECT_TRUE(Deliver(EnvelopeTo({"jane", "joe"})).status.ok());
    EXPECT_EQ(MessageOf("jane"), Whole());
    EXPECT_EQ(MessageOf("joe"), Whole());
    EXPECT_EQ(fs::hard_link_count(folder_ / Files().at(0)), 1u);
  }
}

TEST_F(MaildirStoreTest, RefusesARecipientWithoutMailbox) {
  const std::string overlong(65, 'l');
  EXPECT_FALSE(RunTask(shard_, store_->Open(Context(), EnvelopeTo({"jane", overlong}))).ok());
}

// --- Writing

TEST_F(MaildirStoreTest, WritesASmallMessageAtOnce) {
  Deliver(EnvelopeTo({"jane"}));
  reactor_.ClearCounts();
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane"})).status.ok());
  EXPECT_EQ(reactor_.count_of<io::Write>(), 1u);
  EXPECT_EQ(reactor_.count_of<io::Sync>(), 2u);
  EXPECT_EQ(reactor_.count_of<io::Rename>(), 1u);
  EXPECT_EQ(reactor_.count_of<io::MakeDirectory>(), 0u);
}

TEST_F(MaildirStoreTest, WritesALargeMessageInFewSteps) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/1000);
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  std::string body;
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::string(98, static_cast<char>('a' + i % 26)) + "\r\n";
    body += line;
    EXPECT_TRUE(Append(*writer, line).ok());
  }
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole(body));
  EXPECT_LE(reactor_.count_of<io::Write>(), 11u);
}

TEST_F(MaildirStoreTest, WritesMorePiecesThanOneWriteTakes) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    body += std::to_string(i) + "\r\n";
    EXPECT_TRUE(Append(*writer, std::to_string(i) + "\r\n").ok());
  }
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole(body));
}

TEST_F(MaildirStoreTest, CopiesOctetsThatNoLeaseKeeps) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  std::string passing(kReceived);
  EXPECT_TRUE(RunTask(shard_, writer->Append(Context(), {passing, {}})).ok());
  passing.assign(passing.size(), 'x');
  EXPECT_TRUE(Append(*writer, kBody).ok());
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole());
}

TEST_F(MaildirStoreTest, KeepsNoBuffersUnderMemoryPressure) {
  class CountedBuffer final : public io::Buffer {
    void OnUnleased() override {}
  };
  CountedBuffer buffer;
  reactor_.is_under_pressure = true;
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(
      RunTask(shard_, writer->Append(Context(), {kReceived, io::BufferLease(buffer)})).ok());
  EXPECT_FALSE(buffer.is_leased());
  EXPECT_EQ(reactor_.count_of<io::Write>(), 0u);
  const std::string large(40'000, 'x');
  EXPECT_TRUE(RunTask(shard_, writer->Append(Context(), {large, io::BufferLease(buffer)})).ok());
  EXPECT_FALSE(buffer.is_leased());
  EXPECT_EQ(reactor_.count_of<io::Write>(), 1u);
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), Whole(large));
}

TEST_F(MaildirStoreTest, SyncsNothingWhenWrittenIsEnough) {
  Deliver(EnvelopeTo({"jane"}));
  reactor_.ClearCounts();
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane"}), Durability::kWritten).status.ok());
  EXPECT_EQ(reactor_.count_of<io::Sync>(), 0u);
}

TEST_F(MaildirStoreTest, SharesTheSyncOfAFolderAmongDeliveries) {
  constexpr size_t kDeliveries = 8;
  Deliver(EnvelopeTo({"jane"}));
  reactor_.ClearCounts();
  reactor_.hold = [](const io::Request& request) {
    const auto* const sync = std::get_if<io::Sync>(&request);
    return sync != nullptr && sync->is_directory;
  };

  const smtp::Envelope envelope = EnvelopeTo({"jane"});
  std::vector<hooks::MessageWriterPtr> writers;
  size_t committed_count = 0;
  TaskScope commits;
  for (size_t i = 0; i < kDeliveries; ++i) {
    writers.push_back(Open(envelope));
    const ScopedRunQueue scoped(shard_.run_queue());
    commits.Spawn(CommitAndCount(*writers.back(), committed_count));
  }
  RunUntil(shard_, [&] {
    return reactor_.count_of<io::Rename>() == kDeliveries && reactor_.held_count() == 1;
  });
  EXPECT_EQ(committed_count, 0u);
  reactor_.Release();
  RunTask(shard_, commits.Join());
  EXPECT_EQ(committed_count, kDeliveries);
  // One for each file; for the folder the one that was held, one for those that were renamed
  // meanwhile, and one for renames that were under way just then.
  EXPECT_LE(reactor_.count_of<io::Sync>(), kDeliveries + 3);
  EXPECT_EQ(Files().size(), kDeliveries + 1);
}

// --- Failures

TEST_F(MaildirStoreTest, LeavesNothingBehindWhenAborted) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/10);
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane", "joe"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  EXPECT_EQ(Files().size(), 1u);
  RunTask(shard_, writer->Abort(Context(), smtp::AbortReason::kDisconnected));
  EXPECT_TRUE(Files().empty());
}

TEST_F(MaildirStoreTest, TouchesNoDiskForAMessageAbortedEarly) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  RunTask(shard_, writer->Abort(Context(), smtp::AbortReason::kDisconnected));
  EXPECT_TRUE(fs::is_empty(folder_));
  EXPECT_EQ(reactor_.count_of<io::Unlink>(), 0u);
}

TEST_F(MaildirStoreTest, TellsThatTheDiskIsFullAndLeavesNothing) {
  for (const int32_t full : {-ENOSPC, -EDQUOT}) {
    Fail<io::Write>("", full);
    const hooks::CommitResult result = Deliver(EnvelopeTo({"jane", "joe"}));
    EXPECT_TRUE(absl::IsResourceExhausted(result.status)) << result.status;
    EXPECT_TRUE(Files().empty());
  }
}

TEST_F(MaildirStoreTest, TellsThatTheDiskIsFullInTheMiddle) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/10);
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  Fail<io::Write>("", -ENOSPC);
  EXPECT_TRUE(absl::IsResourceExhausted(Append(*writer, kBody)));
  RunTask(shard_, writer->Abort(Context(), smtp::AbortReason::kInternalError));
  EXPECT_TRUE(Files().empty());
}

TEST_F(MaildirStoreTest, LeavesNothingWhateverStepFails) {
  const std::pair<std::function<void()>, std::string_view> steps[] = {
      {[this] { Fail<io::Open>("/tmp/", -EACCES); }, "create"},
      {[this] { Fail<io::Write>("", -EIO); }, "write"},
      {[this] { Fail<io::Sync>("file", -EIO); }, "sync of the file"},
      {[this] { Fail<io::Rename>("/jane/", -EIO); }, "rename of the first"},
      {[this] { Fail<io::Rename>("/joe/", -EIO); }, "rename of the second"},
      {[this] { Fail<io::Link>("", -ENOSPC); }, "link"},
      {[this] { Fail<io::Sync>("directory", -EIO); }, "sync of the folder"},
  };
  Deliver(EnvelopeTo({"jane", "joe"}));
  const std::vector<std::string> before = Files();
  for (const auto& [fail, name] : steps) {
    fail();
    EXPECT_FALSE(Deliver(EnvelopeTo({"jane", "joe"})).status.ok()) << name;
    EXPECT_EQ(Files(), before) << name;
  }
  reactor_.fault = nullptr;
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane", "joe"})).status.ok());
}

TEST_F(MaildirStoreTest, ShowsNobodyAMessageThatCannotGoToAll) {
  Fail<io::Link>("/joe/", -ENOSPC);
  EXPECT_FALSE(Deliver(EnvelopeTo({"jane", "joe", "ann"})).status.ok());
  EXPECT_EQ(reactor_.count_of<io::Rename>(), 0u);
  EXPECT_TRUE(Files().empty());
}

TEST_F(MaildirStoreTest, TellsEachRecipientOfLmtp) {
  session_.protocol = Protocol::kLmtp;
  Fail<io::Link>("/joe/", -EDQUOT);
  const hooks::CommitResult result = Deliver(EnvelopeTo({"jane", "joe", "ann", "joe"}));
  EXPECT_TRUE(result.status.ok());
  ASSERT_EQ(result.per_recipient.size(), 4u);
  EXPECT_EQ(result.per_recipient[0].decision(), hooks::Decision::kAccept);
  EXPECT_EQ(result.per_recipient[1].reply()->code(), 452);
  EXPECT_EQ(result.per_recipient[2].decision(), hooks::Decision::kAccept);
  EXPECT_EQ(result.per_recipient[3].reply()->code(), 452);
  EXPECT_EQ(MessageOf("jane"), Whole());
  EXPECT_EQ(MessageOf("ann"), Whole());
  EXPECT_EQ(Files().size(), 2u);
}

TEST_F(MaildirStoreTest, DefersARecipientOfLmtpWhoseAliasHalfFailed) {
  MakeStore("{domain}/{user}", "all: jane, joe\n");
  session_.protocol = Protocol::kLmtp;
  Fail<io::Rename>("/joe/", -EIO);
  const hooks::CommitResult result = Deliver(EnvelopeTo({"all", "jane"}));
  ASSERT_EQ(result.per_recipient.size(), 2u);
  EXPECT_EQ(result.per_recipient[0].reply()->code(), 451);
  EXPECT_EQ(result.per_recipient[1].decision(), hooks::Decision::kAccept);
}

TEST_F(MaildirStoreTest, SaysNothingPerRecipientWhenAllIsWell) {
  session_.protocol = Protocol::kLmtp;
  EXPECT_TRUE(Deliver(EnvelopeTo({"jane", "joe"})).per_recipient.empty());
}

TEST_F(MaildirStoreTest, EndsAtItsDeadlineAndTidiesUpAllTheSame) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  CancelSource cancel;
  reactor_.fault = [&](const io::Request& request) -> std::optional<int32_t> {
    if (std::holds_alternative<io::Rename>(request)) cancel.Request();
    return std::nullopt;
  };
  const hooks::CommitResult result =
      RunTask(shard_, writer->Commit(Context({.cancel = cancel.token()}), Durability::kSynced));
  EXPECT_TRUE(absl::IsCancelled(result.status)) << result.status;
  EXPECT_TRUE(Files().empty());
}

// --- Rewriting the header

class MaildirRewriteTest : public MaildirStoreTest {
 protected:
  // The body comes in pieces, then the header becomes `header`.
  std::string Rewritten(std::string_view header) {
    const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
    const std::string_view old_header = "Subject: hello\r\n\r\n";
    EXPECT_TRUE(Append(*writer, kReceived).ok());
    for (const std::string_view piece : {"Subject: he", "llo\r\n\r\nbo", "dy\r\n"}) {
      EXPECT_TRUE(Append(*writer, piece).ok());
    }
    const absl::Status status =
        RunTask(shard_, writer->header_rewriter()->RewriteHeader(
                            Context(), kReceived.size() + old_header.size(), header));
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(Commit(*writer).status.ok());
    EXPECT_EQ(Files().size(), 1u);
    return MessageOf("jane");
  }
};

constexpr std::string_view kExpected =
    "Return-Path: <\"John Doe\"@client.example>\r\nX: y\r\n\r\nbody\r\n";

TEST_F(MaildirRewriteTest, ReplacesAHeaderThatWasGathered) {
  EXPECT_EQ(Rewritten("X: y\r\n\r\n"), kExpected);
  EXPECT_EQ(reactor_.count_of<io::Write>(), 1u);
}

TEST_F(MaildirRewriteTest, ReplacesAHeaderThatIsInTheFileAlready) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/1);
  EXPECT_EQ(Rewritten("X: y\r\n\r\n"), kExpected);
}

TEST_F(MaildirRewriteTest, ReplacesAHeaderThatIsPartlyInTheFile) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/kReceived.size() + 10);
  EXPECT_EQ(Rewritten("X: y\r\n\r\n"), kExpected);
}

TEST_F(MaildirRewriteTest, ReplacesAWholeMessage) {
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  EXPECT_TRUE(RunTask(shard_, writer->header_rewriter()->RewriteHeader(Context(), kReceived.size(),
                                                                       "X: y\r\n\r\n"))
                  .ok());
  EXPECT_TRUE(Commit(*writer).status.ok());
  EXPECT_EQ(MessageOf("jane"), "Return-Path: <\"John Doe\"@client.example>\r\nX: y\r\n\r\n");
}

TEST_F(MaildirRewriteTest, LeavesNothingWhenItFails) {
  MakeStore("{domain}/{user}", "", /*gather_octets=*/1);
  const hooks::MessageWriterPtr writer = Open(EnvelopeTo({"jane"}));
  EXPECT_TRUE(Append(*writer, kReceived).ok());
  Fail<io::Write>("", -ENOSPC);
  EXPECT_FALSE(RunTask(shard_, writer->header_rewriter()->RewriteHeader(Context(), kReceived.size(),
                                                                        "X: y\r\n\r\n"))
                   .ok());
  RunTask(shard_, writer->Abort(Context(), smtp::AbortReason::kInternalError));
  EXPECT_TRUE(Files().empty());
}

}  // namespace
}  // namespace ringpost::store
