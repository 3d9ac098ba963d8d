#include "ringpost/store/discard_store.h"

namespace ringpost::store {

Task<absl::StatusOr<hooks::MessageWriterPtr>> DiscardStore::Open(const hooks::Context&,
                                                                 const smtp::Envelope&) {
  return ReadyTask<absl::StatusOr<hooks::MessageWriterPtr>>(hooks::MessageWriterPtr(&writer_));
}

Task<absl::Status> DiscardStore::Writer::Append(const hooks::Context&, io::Chunk) {
  return ReadyTask(absl::OkStatus());
}

Task<hooks::CommitResult> DiscardStore::Writer::Commit(const hooks::Context&, hooks::Durability) {
  return ReadyTask(hooks::CommitResult{});
}

Task<void> DiscardStore::Writer::Abort(const hooks::Context&, smtp::AbortReason) {
  return ReadyTask();
}

Task<absl::Status> DiscardStore::Writer::RewriteHeader(const hooks::Context&, uint64_t,
                                                       std::string_view) {
  return ReadyTask(absl::OkStatus());
}

}  // namespace ringpost::store
