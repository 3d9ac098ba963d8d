#include "witness_store.h"

#include <string>
#include <utility>
#include <vector>

#include "ringpost/base/text.h"

namespace ringpost::simulation {

class WitnessStore::Writer final : public hooks::MessageWriter, private hooks::HeaderRewriter {
 public:
  Writer(WitnessStore& witness, hooks::MessageWriterPtr writer, const smtp::Envelope& envelope)
      : witness_(witness), ledger_(witness.ledger_), writer_(std::move(writer)) {
    for (const smtp::Recipient& recipient : envelope.recipients) {
      mailboxes_.emplace_back(recipient.mailbox.local_part);
    }
  }
  ~Writer() override {
    if (end_count_ != 1) {
      ledger_.Violate(Concat("a message ended ", end_count_, " times for its store"));
    }
  }

  Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override {
    if (end_count_ > 0) ledger_.Violate("Append after the end");
    if (chunk.octets.empty()) ledger_.Violate("an empty Append");
    octets_.append(chunk.octets);
    co_return co_await writer_->Append(context, std::move(chunk));
  }

  hooks::HeaderRewriter* header_rewriter() override { return this; }

  Task<hooks::CommitResult> Commit(const hooks::Context& context,
                                   hooks::Durability durability) override {
    ++end_count_;
    ++witness_.committed_count_;
    MessageRecord* const message = Identify();
    if (message != nullptr) message->commit_was_begun = true;
    hooks::CommitResult result = co_await writer_->Commit(context, durability);
    if (message == nullptr || !result.status.ok()) co_return result;
    ledger_.AllowReply(result.id);
    for (size_t i = 0; i < mailboxes_.size(); ++i) {
      const bool is_refused =
          !result.per_recipient.empty() && result.per_recipient.at(i).is_refusal();
      if (!is_refused) message->promised_mailboxes.insert(mailboxes_[i]);
    }
    co_return result;
  }

  Task<void> Abort(const hooks::Context& context, smtp::AbortReason reason) override {
    ++end_count_;
    ++witness_.aborted_count_;
    co_await writer_->Abort(context, reason);
  }

 private:
  Task<absl::Status> RewriteHeader(const hooks::Context& context, uint64_t old_octets,
                                   std::string_view header) override {
    octets_.replace(0, old_octets, header);
    co_return co_await writer_->header_rewriter()->RewriteHeader(context, old_octets, header);
  }

  // The message that was appended behind the Received field. A message that is not what its client
  // sent is a violation already here.
  MessageRecord* Identify() {
    const size_t start = octets_.find("\r\nMessage-ID: <");
    const std::string_view sent =
        start == octets_.npos ? "" : std::string_view(octets_).substr(start + 2);
    MessageRecord* const message = ledger_.Find(Ledger::KeyOf(sent));
    if (message == nullptr) {
      ledger_.Violate("Commit of a message that nobody sent");
    } else if (message->octets != sent) {
      ledger_.Violate(Concat(Ledger::KeyOf(sent), ": Commit of ", sent.size(), " octets, of ",
                             message->octets.size(), " sent"));
    }
    return message;
  }

  WitnessStore& witness_;
  Ledger& ledger_;
  hooks::MessageWriterPtr writer_;
  std::vector<std::string> mailboxes_;  // of each recipient
  std::string octets_;
  int end_count_ = 0;
};

Task<absl::StatusOr<hooks::MessageWriterPtr>> WitnessStore::Open(const hooks::Context& context,
                                                                 const smtp::Envelope& envelope) {
  absl::StatusOr<hooks::MessageWriterPtr> writer = co_await store_->Open(context, envelope);
  if (!writer.ok()) co_return writer.status();
  ++opened_count_;
  co_return hooks::MessageWriterPtr(new Writer(*this, *std::move(writer), envelope));
}

}  // namespace ringpost::simulation
