// Auditor: compares what the journal says with what a server kept.
//
//   Auditor auditor(ledger, run, {.copies = Copies::kRecipient}, finding_sink);
//   source.Read(auditor);
//   AuditResults results = auditor.Finish();
//
// Memory: the ledger's, and two bits for each message.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "load/audit/findings.h"
#include "load/audit/ledger.h"
#include "load/audit/message_source.h"
#include "load/audit/paged_bitmap.h"

namespace ringpost::load {

// How often a message must be found that was accepted for several recipients.
enum class Copies : uint8_t {
  kRecipient,  // for each, in a mailbox of its own
  kMessage,    // once
  kAny,        // at least once, and once in a mailbox (aliases, shared mailboxes)
};

class Auditor final : public MessageSink {
 public:
  using FindingSink = std::function<void(const Finding&)>;

  Auditor(Ledger& ledger, uint64_t run, Copies copies, FindingSink finding_sink);

  void OnMailbox(std::string_view path) override;
  void OnMessage(const StoredMessage& message) override;

  // When all sources were read: tells what is missing. `journal` of the results is left empty.
  AuditResults Finish();

 private:
  void Note(FindingKind kind, uint64_t number, std::string_view place, std::string detail);
  void OnKnown(Ledger::Entry& entry, uint64_t number, const StoredMessage& message);
  void CheckContent(const Ledger::Entry& entry, uint64_t number, const StoredMessage& message);
  void OnMissing(const Ledger::Entry& entry, uint64_t number);
  // 0: as many as there are.
  uint64_t MostCopies(const Ledger::Entry& entry) const;
  uint64_t FewestCopies(const Ledger::Entry& entry) const;

  Ledger& ledger_;
  const uint64_t run_;
  const Copies copies_;
  const FindingSink finding_sink_;
  AuditResults results_;
  PagedBitmap in_this_mailbox_;
};

}  // namespace ringpost::load
