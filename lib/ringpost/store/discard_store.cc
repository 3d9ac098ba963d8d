#include "ringpost/store/discard_store.h"

namespace ringpost::store {

Task<absl::StatusOr<hooks::MessageWriterPtr>> DiscardStore::Open(const hooks::Context&,
                                                                 const smtp::Envelope&) {
  co_return hooks::MessageWriterPtr(&writer_);
}

Task<absl::Status> DiscardStore::Writer::Append(const hooks::Context&, io::Chunk) {
  co_return absl::OkStatus();
}

Task<hooks::CommitResult> DiscardStore::Writer::Commit(const hooks::Context&, hooks::Durability) {
  co_return hooks::CommitResult{};
}

Task<void> DiscardStore::Writer::Abort(const hooks::Context&, smtp::AbortReason) { co_return; }

Task<absl::Status> DiscardStore::Writer::RewriteHeader(const hooks::Context&, uint64_t,
                                                       std::string_view) {
  co_return absl::OkStatus();
}

}  // namespace ringpost::store
