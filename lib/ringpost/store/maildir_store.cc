#include "ringpost/store/maildir_store.h"

#include <algorithm>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/message/received.h"
#include "ringpost/store/internal/gathering_file.h"
#include "ringpost/store/internal/maildir_folder.h"

namespace ringpost::store {
namespace {

using internal::CleanupWait;
using internal::GatheringFile;
using internal::MaildirFolder;

// One Maildir that is to get the message.
struct Target {
  MaildirFolder folder;
  absl::Status status = {};  // why it did not get it
};

// Slash and colon mean something in the names of Maildir files.
std::string CleanHostName(std::string_view host_name) {
  std::string cleaned;
  for (const char c : host_name) {
    if (c == '/') {
      cleaned.append("\\057");
    } else if (c == ':') {
      cleaned.append("\\072");
    } else {
      cleaned.push_back(c);
    }
  }
  return cleaned;
}

std::string Hex(uint64_t value) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
  return std::string(digits, end);
}

std::string HeadOf(const smtp::Envelope& envelope) {
  std::string head;
  message::AppendReturnPath(head, envelope.sender.ToString());
  return head;
}

smtp::Reply DeferralFor(const absl::Status& status) {
  return absl::IsResourceExhausted(status)
             ? smtp::Reply::Fixed(452, {4, 2, 2}, "no space for the message")
             : smtp::Reply::Fixed(451, {4, 3, 0}, "the message could not be stored");
}

// A link is refused where the folders are on different file systems, where a file has too many
// links, or where the file system has none at all. Other failures would meet a copy too.
bool MayCopyInstead(const absl::Status& link_status) {
  return !absl::IsResourceExhausted(link_status) && !absl::IsCancelled(link_status) &&
         !absl::IsDeadlineExceeded(link_status);
}

// The Maildirs of a message, each once, and which of them every recipient leads to.
struct Targets {
  std::vector<Target> all;  // the first has the file that is written
  std::vector<std::vector<size_t>> of_recipient;

  size_t IndexOf(std::string path, const std::string& root) {
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].folder.path() == path) return i;
    }
    all.push_back({MaildirFolder(std::move(path), root)});
    return all.size() - 1;
  }
  // Otherwise somebody's message would be accepted and go nowhere.
  bool has_one_for_each_recipient() const {
    return !of_recipient.empty() &&
           std::none_of(of_recipient.begin(), of_recipient.end(),
                        [](const std::vector<size_t>& targets) { return targets.empty(); });
  }
};

Targets TargetsOf(const smtp::Envelope& envelope, const MaildirStoreOptions& options) {
  Targets targets;
  std::vector<LocalAddress> mailboxes;
  for (const smtp::Recipient& recipient : envelope.recipients) {
    mailboxes.clear();
    options.recipients->AppendMailboxes(recipient.mailbox, mailboxes);
    std::vector<size_t>& targets_of_this = targets.of_recipient.emplace_back();
    for (const LocalAddress& mailbox : mailboxes) {
      targets_of_this.push_back(targets.IndexOf(options.mailbox_path.FolderOf(mailbox),
                                                options.mailbox_path.fixed_folder()));
    }
  }
  return targets;
}

}  // namespace

class MaildirStore::Writer final : public hooks::MessageWriter, private hooks::HeaderRewriter {
 public:
  Writer(MaildirStore& store, io::Shard& shard, Targets targets, std::string head)
      : store_(store),
        shard_(shard),
        name_(store.NewUniqueName(shard)),
        targets_(std::move(targets)),
        file_(shard, targets_.all.front().folder, name_, std::move(head),
              store.options_.gather_octets) {}

  Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override {
    co_return co_await file_.Append(std::move(chunk), context.wait);
  }
  Task<hooks::CommitResult> Commit(const hooks::Context& context,
                                   hooks::Durability durability) override;
  Task<void> Abort(const hooks::Context&, smtp::AbortReason) override { co_await RemoveAll(); }
  hooks::HeaderRewriter* header_rewriter() override { return this; }

 private:
  using Step = Task<void> (Writer::*)(Target& target, bool synced, io::Wait wait);

  Task<absl::Status> RewriteHeader(const hooks::Context& context, uint64_t old_octets,
                                   std::string_view header) override {
    co_return co_await file_.ReplaceHeader(old_octets, header, context.wait);
  }

  Task<void> OnEachTarget(Step step, bool synced, io::Wait wait);
  Task<void> NameInTmp(Target& target, bool synced, io::Wait wait);
  Task<absl::Status> AddSecondName(const MaildirFolder& folder, bool synced, io::Wait wait);
  Task<absl::Status> CopyTo(const MaildirFolder& folder, bool synced, io::Wait wait);
  Task<void> MoveToNew(Target& target, bool synced, io::Wait wait);
  Task<void> SyncNew(Target& target, bool synced, io::Wait wait);

  absl::Status FirstFailure() const;
  hooks::CommitResult Result() const;

  Task<void> RemoveAll();
  Task<void> RemoveFromFailed();
  Task<void> RemoveFrom(const Target& target);

  bool HasTheFile(const Target& target) const { return &target == &targets_.all.front(); }
  std::string PathInTmp(const Target& target) const {
    return HasTheFile(target) ? file_.path() : target.folder.PathInTmp(name_);
  }
  std::string PathInNew(const Target& target) const {
    return target.folder.PathInNew(Concat(name_, ",S=", file_.size_octets()));
  }

  MaildirStore& store_;
  io::Shard& shard_;
  const std::string name_;
  Targets targets_;
  GatheringFile file_;
};

MaildirStore::MaildirStore(MaildirStoreOptions options) : options_(std::move(options)) {
  Check(options_.recipients != nullptr, "a MaildirStore needs to know the mailboxes of recipients");
}

Task<absl::StatusOr<hooks::MessageWriterPtr>> MaildirStore::Open(const hooks::Context& context,
                                                                 const smtp::Envelope& envelope) {
  Targets targets = TargetsOf(envelope, options_);
  if (!targets.has_one_for_each_recipient()) {
    co_return absl::InternalError("a recipient without a mailbox");
  }
  co_return hooks::MessageWriterPtr(
      new Writer(*this, context.shard, std::move(targets), HeadOf(envelope)));
}

std::string MaildirStore::NewUniqueName(io::Shard& shard) {
  // The shard's index, since every shard has a store, and each counts for itself.
  const int64_t micros = absl::ToUnixMicros(shard.WallNow());
  return Concat(micros / 1'000'000, ".M", micros % 1'000'000, "P", options_.process_id, "V",
                shard.index(), "Q", ++delivery_count_, "R", Hex(shard.random().Next()), ".",
                CleanHostName(options_.host_name));
}

Task<hooks::CommitResult> MaildirStore::Writer::Commit(const hooks::Context& context,
                                                       hooks::Durability durability) {
  const bool synced = durability >= hooks::Durability::kSynced;
  const bool all_or_none = context.session.protocol == smtp::Protocol::kSmtp;
  absl::Status failure = co_await file_.Finish(synced, context.wait);
  // What a full disk or a missing right spoils, it spoils in the first step: before anyone can see
  // the message. And no name in new/ before the last in tmp/, since those are links to the first.
  for (const Step step : {&Writer::NameInTmp, &Writer::MoveToNew, &Writer::SyncNew}) {
    if (!failure.ok()) break;
    co_await OnEachTarget(step, synced, context.wait);
    if (all_or_none) failure = FirstFailure();
  }
  if (!failure.ok()) {
    co_await RemoveAll();
    hooks::CommitResult refused;
    refused.status = std::move(failure);
    co_return refused;
  }
  co_await RemoveFromFailed();
  co_return Result();
}

// At once on all targets that are well so far.
Task<void> MaildirStore::Writer::OnEachTarget(Step step, bool synced, io::Wait wait) {
  TaskScope steps;
  for (Target& target : targets_.all) {
    if (target.status.ok()) steps.Spawn((this->*step)(target, synced, wait));
  }
  co_await steps.Join();
}

Task<void> MaildirStore::Writer::NameInTmp(Target& target, bool synced, io::Wait wait) {
  if (!HasTheFile(target)) target.status = co_await AddSecondName(target.folder, synced, wait);
}

Task<absl::Status> MaildirStore::Writer::AddSecondName(const MaildirFolder& folder, bool synced,
                                                       io::Wait wait) {
  absl::Status linked = co_await folder.LinkIntoTmp(shard_, file_.path(), name_, wait);
  if (linked.ok() || !MayCopyInstead(linked)) co_return linked;
  co_return co_await CopyTo(folder, synced, wait);
}

Task<absl::Status> MaildirStore::Writer::CopyTo(const MaildirFolder& folder, bool synced,
                                                io::Wait wait) {
  CO_ASSIGN_OR_RETURN(io::File source, co_await io::OpenFile(shard_, file_.path(), wait));
  CO_ASSIGN_OR_RETURN(io::File copy, co_await folder.CreateInTmp(shard_, name_, wait));
  CO_RETURN_IF_ERROR(co_await internal::CopyOctets(source, 0, copy, wait));
  if (synced) CO_RETURN_IF_ERROR(co_await copy.SyncToDisk(wait));
  co_return co_await copy.CloseFile();
}

Task<void> MaildirStore::Writer::MoveToNew(Target& target, bool, io::Wait wait) {
  target.status = co_await io::RenameFile(shard_, PathInTmp(target), PathInNew(target), wait);
}

Task<void> MaildirStore::Writer::SyncNew(Target& target, bool synced, io::Wait wait) {
  if (!synced) co_return;
  target.status = co_await store_.directory_syncer_.Sync(shard_, target.folder.new_path(), wait);
}

absl::Status MaildirStore::Writer::FirstFailure() const {
  for (const Target& target : targets_.all) {
    if (!target.status.ok()) return target.status;
  }
  return absl::OkStatus();
}

hooks::CommitResult MaildirStore::Writer::Result() const {
  hooks::CommitResult result;
  result.id = name_;
  if (FirstFailure().ok()) return result;
  const auto has_failed = [this](size_t index) { return !targets_.all[index].status.ok(); };
  for (const std::vector<size_t>& indices : targets_.of_recipient) {
    const auto failed = std::find_if(indices.begin(), indices.end(), has_failed);
    result.per_recipient.push_back(
        failed == indices.end() ? hooks::Verdict::Accept()
                                : hooks::Verdict::Defer(DeferralFor(targets_.all[*failed].status)));
  }
  return result;
}

Task<void> MaildirStore::Writer::RemoveAll() {
  if (!file_.touched_disk()) co_return;
  co_await file_.Remove(CleanupWait(shard_));
  for (const Target& target : targets_.all) co_await RemoveFrom(target);
}

Task<void> MaildirStore::Writer::RemoveFromFailed() {
  for (const Target& target : targets_.all) {
    if (!target.status.ok()) co_await RemoveFrom(target);
  }
}

// Both names, since the rename may have been cut short. What cannot be removed is found at the next
// start, or stays as a copy that nobody was promised.
Task<void> MaildirStore::Writer::RemoveFrom(const Target& target) {
  (void)co_await io::RemoveFile(shard_, PathInTmp(target), CleanupWait(shard_));
  (void)co_await io::RemoveFile(shard_, PathInNew(target), CleanupWait(shard_));
}

}  // namespace ringpost::store
