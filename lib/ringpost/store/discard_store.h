// DiscardStore: takes every message and keeps none. For measurements and for tests of what stands
// before a store.
//
// It promises whatever durability it is asked for: of nothing, nothing can be lost.
// Threads: that of its shard. No allocation, no state per message.
#pragma once

#include "ringpost/hooks/message_store.h"

namespace ringpost::store {

class DiscardStore final : public hooks::MessageStore {
 public:
  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context& context,
                                                     const smtp::Envelope& envelope) override;
  bool rewrites_headers() const override { return true; }
  hooks::Durability strongest_durability() const override { return hooks::Durability::kReplicated; }

 private:
  // Serves all messages at once.
  class Writer final : public hooks::MessageWriter, private hooks::HeaderRewriter {
   public:
    Task<absl::Status> Append(const hooks::Context& context, io::Chunk chunk) override;
    Task<hooks::CommitResult> Commit(const hooks::Context& context,
                                     hooks::Durability durability) override;
    Task<void> Abort(const hooks::Context& context, smtp::AbortReason reason) override;
    hooks::HeaderRewriter* header_rewriter() override { return this; }
    void Release() override {}

   private:
    Task<absl::Status> RewriteHeader(const hooks::Context& context, uint64_t old_octets,
                                     std::string_view header) override;
  };

  Writer writer_;
};

}  // namespace ringpost::store
