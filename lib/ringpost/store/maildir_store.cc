#include "ringpost/store/maildir_store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "ringpost/base/check.h"
#include "ringpost/base/status_macros.h"
#include "ringpost/base/text.h"
#include "ringpost/coro/task_scope.h"
#include "ringpost/io/file.h"
#include "ringpost/message/received.h"

namespace ringpost::store {
namespace {

// Under memory pressure buffers are given back early, but not for a write of a few octets.
constexpr size_t kLeastWriteOctets = 32 * 1024;
constexpr size_t kCopyStepOctets = 256 * 1024;
// For tidying up after a failure, when the message's own deadline may be over.
constexpr absl::Duration kCleanupTime = absl::Seconds(10);

// One Maildir that is to get the message.
struct Target {
  std::string folder;
  absl::Status status;  // why it did not get it
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

std::string ParentOf(const std::string& folder) {
  const size_t slash = folder.rfind('/');
  if (slash == folder.npos) return ".";
  return folder.substr(0, std::max<size_t>(slash, 1));
}

io::Wait CleanupWait(io::Shard& shard) { return {.deadline = shard.Now() + kCleanupTime}; }

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

// Makes cur, new and tmp in `folder`. tmp comes last, when all that leads to it is on the disk: who
// finds a tmp (be it another shard's or another process's) may rely on the folders above it.
Task<absl::Status> MakeMaildir(io::Shard& shard, const std::string& folder,
                               const std::string& fixed_folder, io::Wait wait) {
  CO_RETURN_IF_ERROR(co_await io::MakeDirectories(shard, folder + "/cur", wait));
  CO_RETURN_IF_ERROR(co_await io::MakeDirectories(shard, folder + "/new", wait));
  // MakeDirectories() synced what it made, but another may be about to sync what it found.
  std::string above = folder;
  for (;; above = ParentOf(above)) {
    CO_RETURN_IF_ERROR(co_await io::SyncDirectory(shard, above, wait));
    if (above.size() <= fixed_folder.size()) break;
  }
  // Above the mail's own root we may not read, and then did not make it either.
  const absl::Status root = co_await io::SyncDirectory(shard, ParentOf(above), wait);
  if (!root.ok() && !absl::IsPermissionDenied(root)) co_return root;
  co_return co_await io::MakeDirectories(shard, folder + "/tmp", wait);
}

// The octets of `source` from `offset` to its end, to the end of `destination`.
Task<absl::Status> CopyOctets(io::File& source, uint64_t offset, io::File& destination,
                              io::Wait wait) {
  std::vector<char> step(kCopyStepOctets);
  for (;;) {
    CO_ASSIGN_OR_RETURN(const size_t octets, co_await source.ReadAt(offset, step, wait));
    if (octets == 0) co_return absl::OkStatus();
    CO_RETURN_IF_ERROR(co_await destination.Append(std::string_view(step.data(), octets), wait));
    offset += octets;
  }
}

}  // namespace

class MaildirStore::Writer final : public hooks::MessageWriter, private hooks::HeaderRewriter {
 public:
  Writer(MaildirStore& store, io::Shard& shard, const smtp::Envelope& envelope)
      : store_(store), shard_(shard), name_(store.NewUniqueName(shard)) {
    AddTargets(envelope);
    message::AppendReturnPath(return_path_, envelope.sender.ToString());
  }

  // Otherwise somebody's message would be accepted and go nowhere.
  bool has_target_for_each_recipient() const {
    return std::none_of(targets_of_recipient_.begin(), targets_of_recipient_.end(),
                        [](const std::vector<size_t>& targets) { return targets.empty(); });
  }

  Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override;
  Task<hooks::CommitResult> Commit(const hooks::Context& context,
                                   hooks::Durability durability) override;
  Task<void> Abort(const hooks::Context& context, smtp::AbortReason reason) override;
  hooks::HeaderRewriter* header_rewriter() override { return this; }

 private:
  Task<absl::Status> RewriteHeader(const hooks::Context& context, uint64_t old_octets,
                                   std::string_view header) override;

  void AddTargets(const smtp::Envelope& envelope);
  void AddTargetsOf(const smtp::Recipient& recipient);

  // Writing.
  Task<absl::Status> WriteGathered(io::Wait wait);
  Task<absl::Status> WriteHead(std::string_view head, io::Wait wait);
  Task<absl::Status> CreateTemporary(io::Wait wait);
  Task<absl::StatusOr<io::File>> CreateInMaildir(const Target& target, io::Wait wait);
  Task<absl::Status> FinishFile(hooks::Durability durability, io::Wait wait);
  void DropGatheredHead(uint64_t octets);
  Task<absl::Status> RewriteFile(uint64_t old_octets, std::string_view header, io::Wait wait);

  // Delivering.
  using Step = Task<void> (Writer::*)(Target& target, hooks::Durability durability, io::Wait wait);
  Task<void> OnEachTarget(Step step, hooks::Durability durability, io::Wait wait);
  Task<void> NameInTmp(Target& target, hooks::Durability durability, io::Wait wait);
  Task<void> MoveToNew(Target& target, hooks::Durability durability, io::Wait wait);
  Task<void> SyncNew(Target& target, hooks::Durability durability, io::Wait wait);
  Task<absl::Status> AddSecondName(const Target& target, hooks::Durability durability,
                                   io::Wait wait);
  Task<absl::Status> CopyTo(const Target& target, hooks::Durability durability, io::Wait wait);
  hooks::CommitResult Result() const;
  absl::Status FirstFailure() const;

  Task<void> RemoveAll();
  Task<void> RemoveFromFailed();
  Task<void> RemoveFrom(const Target& target);

  std::string TemporaryPath(const Target& target) const {
    return Concat(target.folder, "/tmp/", name_);
  }
  std::string FinalPath(const Target& target) const {
    return Concat(target.folder, "/new/", name_, ",S=", file_octets_);
  }
  Target& first_target() { return targets_.front(); }

  MaildirStore& store_;
  io::Shard& shard_;
  std::string name_;
  std::string return_path_;
  std::vector<Target> targets_;                            // the first has the file that is written
  std::vector<std::vector<size_t>> targets_of_recipient_;  // indices into targets_

  std::vector<io::Chunk> gathered_;
  size_t gathered_octets_ = 0;
  std::optional<io::File> file_;  // open while it is written
  uint64_t file_octets_ = 0;
  bool touched_disk_ = false;  // something may have to be removed
  bool was_created_ = false;
};

// --- Store
// ----------------------------------------------------------------------------------------

Task<absl::StatusOr<hooks::MessageWriterPtr>> MaildirStore::Open(const hooks::Context& context,
                                                                 const smtp::Envelope& envelope) {
  auto* const writer = new Writer(*this, context.shard, envelope);
  hooks::MessageWriterPtr owned(writer);
  if (!writer->has_target_for_each_recipient()) {
    co_return absl::InternalError("a recipient without a mailbox");
  }
  co_return owned;
}

std::string MaildirStore::NewUniqueName(io::Shard& shard) {
  // The shard's index, since every shard has a store, and each counts for itself.
  const int64_t micros = absl::ToUnixMicros(shard.WallNow());
  return Concat(micros / 1'000'000, ".M", micros % 1'000'000, "P", options_.process_id, "V",
                shard.index(), "Q", ++delivery_count_, "R", Hex(shard.random().Next()), ".",
                CleanHostName(options_.host_name));
}

// --- Targets
// --------------------------------------------------------------------------------------

void MaildirStore::Writer::AddTargets(const smtp::Envelope& envelope) {
  targets_of_recipient_.reserve(envelope.recipients.size());
  for (const smtp::Recipient& recipient : envelope.recipients) AddTargetsOf(recipient);
}

void MaildirStore::Writer::AddTargetsOf(const smtp::Recipient& recipient) {
  std::vector<LocalAddress> mailboxes;
  store_.options_.recipients->AppendMailboxes(recipient.mailbox, mailboxes);
  std::vector<size_t>& targets_of_this = targets_of_recipient_.emplace_back();
  for (const LocalAddress& mailbox : mailboxes) {
    const std::string folder = store_.options_.mailbox_path.FolderOf(mailbox);
    const auto known = std::find_if(targets_.begin(), targets_.end(),
                                    [&](const Target& target) { return target.folder == folder; });
    targets_of_this.push_back(static_cast<size_t>(known - targets_.begin()));
    if (known == targets_.end()) targets_.push_back({folder, absl::OkStatus()});
  }
}

// --- Writing
// --------------------------------------------------------------------------------------

Task<absl::Status> MaildirStore::Writer::Append(const hooks::Context& context, io::Chunk chunk) {
  const bool under_pressure = shard_.reactor().buffer_statistics().under_pressure();
  gathered_octets_ += chunk.octets.size();
  const bool must_write = gathered_octets_ >= store_.options_.gather_octets ||
                          (under_pressure && gathered_octets_ >= kLeastWriteOctets);
  const bool must_copy = !must_write && (under_pressure || !chunk.lease.holds_buffer());
  gathered_.push_back(must_copy ? io::CopyOfChunk(chunk.octets) : std::move(chunk));
  if (!must_write) co_return absl::OkStatus();
  co_return co_await WriteGathered(context.wait);
}

Task<absl::Status> MaildirStore::Writer::WriteGathered(io::Wait wait) {
  std::string_view pieces[io::File::kMostPieces];
  size_t count = 0;
  if (!was_created_) {
    CO_RETURN_IF_ERROR(co_await CreateTemporary(wait));
    pieces[count++] = return_path_;
  }
  for (const io::Chunk& chunk : gathered_) {
    if (count == io::File::kMostPieces) {
      CO_RETURN_IF_ERROR(co_await file_->Append(std::span(pieces, count), wait));
      count = 0;
    }
    pieces[count++] = chunk.octets;
  }
  CO_RETURN_IF_ERROR(co_await file_->Append(std::span(pieces, count), wait));
  gathered_.clear();
  gathered_octets_ = 0;
  co_return absl::OkStatus();
}

Task<absl::Status> MaildirStore::Writer::CreateTemporary(io::Wait wait) {
  touched_disk_ = true;
  CO_ASSIGN_OR_RETURN(io::File file, co_await CreateInMaildir(first_target(), wait));
  file_.emplace(std::move(file));
  was_created_ = true;
  co_return absl::OkStatus();
}

Task<absl::StatusOr<io::File>> MaildirStore::Writer::CreateInMaildir(const Target& target,
                                                                     io::Wait wait) {
  absl::StatusOr<io::File> file = co_await io::CreateFile(shard_, TemporaryPath(target), wait);
  if (!absl::IsNotFound(file.status())) co_return file;
  CO_RETURN_IF_ERROR(co_await MakeMaildir(shard_, target.folder,
                                          store_.options_.mailbox_path.fixed_folder(), wait));
  co_return co_await io::CreateFile(shard_, TemporaryPath(target), wait);
}

Task<absl::Status> MaildirStore::Writer::FinishFile(hooks::Durability durability, io::Wait wait) {
  CO_RETURN_IF_ERROR(co_await WriteGathered(wait));
  file_octets_ = file_->size_bytes();
  if (durability >= hooks::Durability::kSynced) {
    CO_RETURN_IF_ERROR(co_await file_->SyncToDisk(wait));
  }
  const absl::Status closed = co_await file_->CloseFile();
  file_.reset();
  co_return closed;
}

Task<absl::Status> MaildirStore::Writer::RewriteHeader(const hooks::Context& context,
                                                       uint64_t old_octets,
                                                       std::string_view header) {
  if (was_created_) co_return co_await RewriteFile(old_octets, header, context.wait);
  DropGatheredHead(old_octets);
  gathered_.insert(gathered_.begin(), io::CopyOfChunk(header));
  gathered_octets_ += header.size();
  co_return absl::OkStatus();
}

void MaildirStore::Writer::DropGatheredHead(uint64_t octets) {
  Check(octets <= gathered_octets_, "a header longer than what was appended");
  gathered_octets_ -= octets;
  auto first_kept = gathered_.begin();
  while (octets > 0 && octets >= first_kept->octets.size()) {
    octets -= first_kept->octets.size();
    ++first_kept;
  }
  gathered_.erase(gathered_.begin(), first_kept);
  if (octets > 0) gathered_.front().octets.remove_prefix(octets);
}

// The part of the message that is in the file already moves to a second file behind the new header.
Task<absl::Status> MaildirStore::Writer::RewriteFile(uint64_t old_octets, std::string_view header,
                                                     io::Wait wait) {
  CO_RETURN_IF_ERROR(co_await WriteGathered(wait));
  const std::string old_path = TemporaryPath(first_target());
  CO_RETURN_IF_ERROR(co_await file_->CloseFile());
  file_.reset();
  CO_ASSIGN_OR_RETURN(io::File old_file, co_await io::OpenFile(shard_, old_path, wait));

  name_ = store_.NewUniqueName(shard_);
  absl::Status status = co_await CreateTemporary(wait);
  if (status.ok()) {
    const std::string_view head[] = {return_path_, header};
    status = co_await file_->Append(head, wait);
  }
  if (status.ok()) {
    status = co_await CopyOctets(old_file, return_path_.size() + old_octets, *file_, wait);
  }
  const absl::Status removed = co_await io::RemoveFile(shard_, old_path, CleanupWait(shard_));
  co_return status.ok() ? removed : status;
}

// --- Delivering
// -----------------------------------------------------------------------------------

Task<hooks::CommitResult> MaildirStore::Writer::Commit(const hooks::Context& context,
                                                       hooks::Durability durability) {
  absl::Status failure = co_await FinishFile(durability, context.wait);
  const bool all_or_none = context.session.protocol == smtp::Protocol::kSmtp;
  // What a full disk or a missing right spoils, it spoils in the first step: before anyone can see
  // the message. And no name in new/ before the last in tmp/, since those are links to the first.
  for (const Step step : {&Writer::NameInTmp, &Writer::MoveToNew, &Writer::SyncNew}) {
    if (!failure.ok()) break;
    co_await OnEachTarget(step, durability, context.wait);
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
Task<void> MaildirStore::Writer::OnEachTarget(Step step, hooks::Durability durability,
                                              io::Wait wait) {
  TaskScope steps;
  for (Target& target : targets_) {
    if (target.status.ok()) steps.Spawn((this->*step)(target, durability, wait));
  }
  co_await steps.Join();
}

Task<void> MaildirStore::Writer::NameInTmp(Target& target, hooks::Durability durability,
                                           io::Wait wait) {
  const bool has_the_file = &target == &first_target();
  if (!has_the_file) target.status = co_await AddSecondName(target, durability, wait);
}

Task<void> MaildirStore::Writer::MoveToNew(Target& target, hooks::Durability, io::Wait wait) {
  target.status = co_await io::RenameFile(shard_, TemporaryPath(target), FinalPath(target), wait);
}

Task<void> MaildirStore::Writer::SyncNew(Target& target, hooks::Durability durability,
                                         io::Wait wait) {
  if (durability < hooks::Durability::kSynced) co_return;
  target.status = co_await store_.directory_syncer_.Sync(shard_, target.folder + "/new", wait);
}

Task<absl::Status> MaildirStore::Writer::AddSecondName(const Target& target,
                                                       hooks::Durability durability,
                                                       io::Wait wait) {
  const std::string source = TemporaryPath(first_target());
  const std::string name = TemporaryPath(target);
  absl::Status linked = co_await io::LinkFile(shard_, source, name, wait);
  if (absl::IsNotFound(linked)) {
    CO_RETURN_IF_ERROR(co_await MakeMaildir(shard_, target.folder,
                                            store_.options_.mailbox_path.fixed_folder(), wait));
    linked = co_await io::LinkFile(shard_, source, name, wait);
  }
  if (linked.ok() || !MayCopyInstead(linked)) co_return linked;
  co_return co_await CopyTo(target, durability, wait);
}

Task<absl::Status> MaildirStore::Writer::CopyTo(const Target& target, hooks::Durability durability,
                                                io::Wait wait) {
  CO_ASSIGN_OR_RETURN(io::File source,
                      co_await io::OpenFile(shard_, TemporaryPath(first_target()), wait));
  CO_ASSIGN_OR_RETURN(io::File copy, co_await CreateInMaildir(target, wait));
  CO_RETURN_IF_ERROR(co_await CopyOctets(source, 0, copy, wait));
  if (durability >= hooks::Durability::kSynced) {
    CO_RETURN_IF_ERROR(co_await copy.SyncToDisk(wait));
  }
  co_return co_await copy.CloseFile();
}

absl::Status MaildirStore::Writer::FirstFailure() const {
  for (const Target& target : targets_) {
    if (!target.status.ok()) return target.status;
  }
  return absl::OkStatus();
}

hooks::CommitResult MaildirStore::Writer::Result() const {
  hooks::CommitResult result;
  result.id = name_;
  if (FirstFailure().ok()) return result;
  for (const std::vector<size_t>& targets_of_one : targets_of_recipient_) {
    const auto failed = std::find_if(targets_of_one.begin(), targets_of_one.end(),
                                     [this](size_t index) { return !targets_[index].status.ok(); });
    result.per_recipient.push_back(
        failed == targets_of_one.end()
            ? hooks::Verdict::Accept()
            : hooks::Verdict::Defer(DeferralFor(targets_[*failed].status)));
  }
  return result;
}

// --- Tidying up
// -----------------------------------------------------------------------------------

Task<void> MaildirStore::Writer::Abort(const hooks::Context&, smtp::AbortReason) {
  co_await RemoveAll();
}

Task<void> MaildirStore::Writer::RemoveAll() {
  gathered_.clear();
  file_.reset();
  if (!touched_disk_) co_return;
  for (const Target& target : targets_) co_await RemoveFrom(target);
}

Task<void> MaildirStore::Writer::RemoveFromFailed() {
  for (const Target& target : targets_) {
    if (!target.status.ok()) co_await RemoveFrom(target);
  }
}

// Both names, since the rename may have been cut short. What cannot be removed is found at the next
// start, or stays as a copy that nobody was promised.
Task<void> MaildirStore::Writer::RemoveFrom(const Target& target) {
  const io::Wait wait = CleanupWait(shard_);
  (void)co_await io::RemoveFile(shard_, TemporaryPath(target), wait);
  (void)co_await io::RemoveFile(shard_, FinalPath(target), wait);
}

}  // namespace ringpost::store
