// WitnessStore: stands before the store under test, passes everything on, and writes into the
// ledger what was promised. It finds a server that breaks the contract of MessageWriter.
#pragma once

#include <memory>

#include "ledger.h"
#include "ringpost/hooks/message_store.h"

namespace ringpost::simulation {

class WitnessStore final : public hooks::MessageStore {
 public:
  WitnessStore(std::shared_ptr<hooks::MessageStore> store, Ledger& ledger)
      : store_(std::move(store)), ledger_(ledger) {}

  Task<absl::StatusOr<hooks::MessageWriterPtr>> Open(const hooks::Context& context,
                                                     const smtp::Envelope& envelope) override;
  bool rewrites_headers() const override { return store_->rewrites_headers(); }
  hooks::Durability strongest_durability() const override { return store_->strongest_durability(); }

  size_t opened_count() const { return opened_count_; }
  size_t committed_count() const { return committed_count_; }
  size_t aborted_count() const { return aborted_count_; }

 private:
  class Writer;

  std::shared_ptr<hooks::MessageStore> store_;
  Ledger& ledger_;
  size_t opened_count_ = 0;
  size_t committed_count_ = 0;  // Commit was called, whatever it said
  size_t aborted_count_ = 0;
};

}  // namespace ringpost::simulation
