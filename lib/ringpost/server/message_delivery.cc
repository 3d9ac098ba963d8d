#include "ringpost/server/message_delivery.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "ringpost/base/check.h"
#include "ringpost/base/text.h"
#include "ringpost/message/header_edits.h"
#include "ringpost/message/header_field.h"
#include "ringpost/server/status_reply.h"

namespace ringpost::server {

using hooks::Context;
using hooks::Decision;
using hooks::Verdict;
using smtp::AbortReason;
using smtp::Reply;

namespace {

constexpr Reply kHeaderTooLong = Reply::Fixed(552, {5, 3, 4}, "Message header exceeds the limit");

Refusal RefusalOf(const absl::Status& status) {
  return {.reply = ReplyForStatus(status),
          .reason = absl::IsDeadlineExceeded(status) ? AbortReason::kTimeout
                                                     : AbortReason::kInternalError,
          .detail = status.ToString()};
}

void Refuse(DeliveryResult& result, Refusal refusal) {
  result.reply = std::move(refusal.reply);
  result.disconnects = refusal.disconnects;
  result.detail = std::move(refusal.detail);
}

// SMTP has one reply for all recipients. A temporary refusal of one comes first: a message that
// some get twice is better than one that somebody never gets.
const Reply* RefusalForAll(const std::vector<Reply>& replies) {
  const Reply* worst = nullptr;
  for (const Reply& reply : replies) {
    if (reply.is_temporary_failure()) return &reply;
    if (reply.is_permanent_failure()) worst = &reply;
  }
  return worst;
}

}  // namespace

// The filters of one message, and what they need of it.
struct FilteringPool::Filtering {
  struct Entry {
    std::unique_ptr<hooks::MessageFilter> filter;
    bool is_active = true;
  };

  // Ready for the next message; the memory stays.
  void Reset() {
    entries.clear();
    header_passed = discarded = false;
    received.clear();
    header.clear();
    fields.clear();
    held.clear();
    written_octets = 0;
    if (!edits.empty()) edits = {};
  }

  std::vector<Entry> entries;
  message::HeaderScanner scanner;
  bool header_passed = false;
  bool discarded = false;
  std::string received;
  std::string header;                        // as far as it came in
  std::vector<message::HeaderField> fields;  // of it
  std::vector<io::Chunk> held;               // what came in while the header was not complete
  uint64_t written_octets = 0;               // of Received and header, as the store has them
  hooks::HeaderEdits edits;
};

FilteringPool::FilteringPool() = default;
FilteringPool::~FilteringPool() = default;

FilteringPool::FilteringPtr FilteringPool::Take(size_t header_limit_octets) {
  std::unique_ptr<Filtering> filtering;
  if (spare_.empty()) {
    filtering = std::make_unique<Filtering>();
  } else {
    filtering = std::move(spare_.back());
    spare_.pop_back();
  }
  filtering->scanner = message::HeaderScanner(header_limit_octets);
  return FilteringPtr(filtering.release(), {this});
}

void FilteringPool::Give(Filtering* given) {
  std::unique_ptr<Filtering> filtering(given);
  filtering->Reset();
  const bool is_large = filtering->header.capacity() > kMostSpareHeaderOctets;
  if (!is_large && spare_.size() < kMostSpare) spare_.push_back(std::move(filtering));
}

MessageDelivery::MessageDelivery(FilteringPool& pool, const hooks::Hooks& hooks,
                                 hooks::Durability durability, size_t header_limit_octets)
    : pool_(pool),
      hooks_(hooks),
      durability_(durability),
      header_limit_octets_(header_limit_octets),
      filtering_(nullptr, {&pool}) {}

MessageDelivery::~MessageDelivery() {
  Check(writer_ == nullptr, "a message that was neither committed nor aborted");
}

Task<std::optional<Refusal>> MessageDelivery::Start(const Context& context,
                                                    const smtp::Envelope& envelope,
                                                    io::Chunk received) {
  Check(!in_progress(), "one message at a time");
  absl::StatusOr<hooks::MessageWriterPtr> opened = co_await hooks_.store->Open(context, envelope);
  if (!opened.ok()) co_return RefusalOf(opened.status());
  writer_ = *std::move(opened);
  for (const auto& filter : hooks_.filters) {
    auto message_filter = filter->NewMessage(context, envelope);
    if (message_filter == nullptr) continue;
    if (filtering_ == nullptr) filtering_ = pool_.Take(header_limit_octets_);
    filtering_->entries.push_back({std::move(message_filter)});
  }
  if (filtering_ != nullptr) filtering_->received = received.octets;
  const absl::Status appended = co_await writer_->Append(context, std::move(received));
  if (appended.ok()) co_return std::nullopt;
  // A message that was not let through is nobody else's to abort.
  Refusal refusal = RefusalOf(appended);
  co_await Abort(context, refusal.reason);
  co_return refusal;
}

Task<std::optional<Refusal>> MessageDelivery::Add(const Context& context, io::Chunk chunk) {
  if (filtering_ == nullptr) return Append(context, std::move(chunk));
  if (filtering_->discarded) return ReadyTask<std::optional<Refusal>>(std::nullopt);
  if (!filtering_->header_passed) return AddToHeader(context, std::move(chunk));
  return AddToBody(context, std::move(chunk));
}

Task<void> MessageDelivery::Finish(const Context& context, const Context& commit, uint64_t octets,
                                   DeliveryResult& result) {
  if (filtering_ == nullptr) return Commit(commit, result);
  return FinishFiltering(context, commit, octets, result);
}

Task<void> MessageDelivery::FinishFiltering(const Context& context, const Context& commit,
                                            uint64_t octets, DeliveryResult& result) {
  std::optional<Refusal> refusal = co_await PassEnd(context, octets);
  if (refusal.has_value()) {
    co_await Abort(context, refusal->reason);
    co_return Refuse(result, *std::move(refusal));
  }
  const bool discarded = filtering_->discarded;
  filtering_.reset();
  if (discarded) {
    result.fate = hooks::MessageFate::kDiscarded;
  } else {
    co_await Commit(commit, result);
  }
}

Task<void> MessageDelivery::Abort(const Context& context, AbortReason reason) {
  filtering_.reset();
  if (writer_ == nullptr) co_return;
  const hooks::MessageWriterPtr writer = std::exchange(writer_, nullptr);
  co_await writer->Abort(context, reason);
}

Task<std::optional<Refusal>> MessageDelivery::Append(const Context& context, io::Chunk chunk) {
  const absl::Status status = co_await writer_->Append(context, std::move(chunk));
  if (!status.ok()) co_return RefusalOf(status);
  co_return std::nullopt;
}

Task<std::optional<Refusal>> MessageDelivery::AddToHeader(const Context& context, io::Chunk chunk) {
  Filtering& filtering = *filtering_;
  const size_t octets_before = filtering.header.size();
  const auto state = filtering.scanner.Feed(chunk.octets);
  std::string_view of_header = chunk.octets;
  if (state == message::HeaderScanner::State::kComplete) {
    // It may turn out to end in what came before.
    const uint64_t end = std::max<uint64_t>(filtering.scanner.header_octets(), octets_before);
    of_header = of_header.substr(0, end - octets_before);
  }
  filtering.header.append(of_header);
  filtering.held.push_back(std::move(chunk));
  switch (state) {
    case message::HeaderScanner::State::kMore:
      return ReadyTask<std::optional<Refusal>>(std::nullopt);
    case message::HeaderScanner::State::kTooLong:
      return ReadyTask<std::optional<Refusal>>(Refusal{kHeaderTooLong, AbortReason::kTooBig});
    case message::HeaderScanner::State::kComplete:
      break;
  }
  return PassHeader(context);
}

// The header is whole: the filters look at it, and it goes to the store with what was held behind
// it.
Task<std::optional<Refusal>> MessageDelivery::PassHeader(const Context& context) {
  Filtering& filtering = *filtering_;
  filtering.header_passed = true;
  uint64_t header_octets = filtering.scanner.header_octets();
  filtering.header.resize(header_octets);
  message::SplitHeader(filtering.header, filtering.fields);
  for (size_t i = 0; i < filtering.entries.size(); ++i) {
    if (!filtering.entries[i].is_active) continue;
    const Verdict verdict =
        co_await filtering.entries[i].filter->OnHeader(context, filtering.fields, filtering.edits);
    std::optional<Refusal> refusal = co_await Apply(context, i, verdict);
    if (refusal.has_value() || filtering.discarded) co_return refusal;
  }
  const bool edited = !filtering.edits.empty();
  if (edited) {
    absl::StatusOr<std::string> header =
        message::ApplyHeaderEdits(filtering.header, filtering.edits);
    if (!header.ok()) co_return RefusalOf(header.status());
    filtering.header = *std::move(header);
    filtering.edits = {};
    std::optional<Refusal> refusal = co_await Append(context, io::CopyOfChunk(filtering.header));
    if (refusal.has_value()) co_return refusal;
  }
  filtering.written_octets = filtering.received.size() + filtering.header.size();
  const absl::Cleanup drop_held = [&filtering] { filtering.held.clear(); };
  for (io::Chunk& held : filtering.held) {
    io::Chunk chunk = std::move(held);
    const size_t of_header = std::min<uint64_t>(header_octets, chunk.octets.size());
    header_octets -= of_header;
    if (!edited && of_header > 0) {
      const absl::Status appended =
          co_await writer_->Append(context, {chunk.octets.substr(0, of_header), chunk.lease});
      if (!appended.ok()) co_return RefusalOf(appended);
    }
    chunk.octets.remove_prefix(of_header);
    if (chunk.octets.empty()) continue;
    std::optional<Refusal> refusal = co_await AddToBody(context, std::move(chunk));
    if (refusal.has_value() || filtering.discarded) co_return refusal;
  }
  co_return std::nullopt;
}

Task<std::optional<Refusal>> MessageDelivery::AddToBody(const Context& context, io::Chunk chunk) {
  Filtering& filtering = *filtering_;
  for (size_t i = 0; i < filtering.entries.size(); ++i) {
    if (!filtering.entries[i].is_active) continue;
    const Verdict verdict = co_await filtering.entries[i].filter->OnBody(context, chunk);
    std::optional<Refusal> refusal = co_await Apply(context, i, verdict);
    if (refusal.has_value() || filtering.discarded) co_return refusal;
  }
  const absl::Status appended = co_await writer_->Append(context, std::move(chunk));
  if (!appended.ok()) co_return RefusalOf(appended);
  co_return std::nullopt;
}

Task<std::optional<Refusal>> MessageDelivery::PassEnd(const Context& context, uint64_t octets) {
  Filtering& filtering = *filtering_;
  if (filtering.discarded) co_return std::nullopt;
  if (!filtering.header_passed) {
    filtering.scanner.End();
    std::optional<Refusal> refusal = co_await PassHeader(context);
    if (refusal.has_value() || filtering.discarded) co_return refusal;
  }
  for (size_t i = 0; i < filtering.entries.size(); ++i) {
    if (!filtering.entries[i].is_active) continue;
    const Verdict verdict =
        co_await filtering.entries[i].filter->OnEnd(context, octets, filtering.edits);
    std::optional<Refusal> refusal = co_await Apply(context, i, verdict);
    if (refusal.has_value() || filtering.discarded) co_return refusal;
  }
  if (filtering.edits.empty()) co_return std::nullopt;
  co_return co_await RewriteHeader(context);
}

Task<std::optional<Refusal>> MessageDelivery::RewriteHeader(const Context& context) {
  Filtering& filtering = *filtering_;
  hooks::HeaderRewriter* const rewriter = writer_->header_rewriter();
  if (rewriter == nullptr) {
    co_return RefusalOf(absl::FailedPreconditionError(
        "a filter edits the header at the end, and the store cannot rewrite it"));
  }
  absl::StatusOr<std::string> header = message::ApplyHeaderEdits(filtering.header, filtering.edits);
  if (!header.ok()) co_return RefusalOf(header.status());
  const absl::Status status = co_await rewriter->RewriteHeader(context, filtering.written_octets,
                                                               Concat(filtering.received, *header));
  if (!status.ok()) co_return RefusalOf(status);
  co_return std::nullopt;
}

// What the verdict of one filter means for the message and for the filters behind it.
Task<std::optional<Refusal>> MessageDelivery::Apply(const Context& context, size_t filter,
                                                    const Verdict& verdict) {
  Filtering& filtering = *filtering_;
  const auto end_chain = [&filtering, filter] {
    for (size_t i = filter; i < filtering.entries.size(); ++i)
      filtering.entries[i].is_active = false;
  };
  // What comes too late does not count, whatever it says.
  if (context.wait.deadline <= context.shard.Now()) {
    return ReadyTask<std::optional<Refusal>>(
        RefusalOf(absl::DeadlineExceededError("a filter took too long")));
  }
  switch (verdict.decision()) {
    case Decision::kContinue:
      break;
    case Decision::kAccept:
      end_chain();
      break;
    case Decision::kQuarantine:
      filtering.edits.Prepend("X-Ringpost-Quarantine", "yes");
      end_chain();
      break;
    case Decision::kDiscard:
      filtering.discarded = true;
      return Discard(context);
    case Decision::kReject:
    case Decision::kDefer:
    case Decision::kDisconnect:
      return ReadyTask<std::optional<Refusal>>(
          Refusal{.reply = *verdict.reply(),
                  .reason = AbortReason::kRefusedByFilter,
                  .disconnects = verdict.decision() == Decision::kDisconnect});
  }
  return ReadyTask<std::optional<Refusal>>(std::nullopt);
}

Task<std::optional<Refusal>> MessageDelivery::Discard(const Context& context) {
  const hooks::MessageWriterPtr writer = std::exchange(writer_, nullptr);
  co_await writer->Abort(context, AbortReason::kRefusedByFilter);
  co_return std::nullopt;
}

Task<void> MessageDelivery::Commit(const Context& context, DeliveryResult& result) {
  const hooks::MessageWriterPtr writer = std::exchange(writer_, nullptr);
  hooks::CommitResult committed = co_await writer->Commit(context, durability_);
  if (!committed.status.ok()) co_return Refuse(result, RefusalOf(committed.status));
  result.fate = hooks::MessageFate::kStored;
  if (!committed.id.empty()) {
    result.reply = Reply::Make(250, {2, 0, 0}, Concat("OK: stored as ", committed.id));
    result.store_id = std::move(committed.id);
  }
  for (const Verdict& verdict : committed.per_recipient) {
    result.per_recipient.push_back(verdict.reply().value_or(result.reply));
  }
  if (const Reply* const refusal = RefusalForAll(result.per_recipient)) result.reply = *refusal;
}

}  // namespace ringpost::server
