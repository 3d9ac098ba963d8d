#include "load/audit/ledger.h"

namespace ringpost::load {

void Ledger::Enter(const JournalRecord& record) {
  const bool is_of_message = record.kind == RecordKind::kSent ||
                             record.kind == RecordKind::kAccepted ||
                             record.kind == RecordKind::kRefused;
  if (!is_of_message || record.number >= kMostMessages) return;
  if (record.number >= entries_.size()) entries_.resize(record.number + 1);
  Entry& entry = entries_[record.number];
  if (record.kind == RecordKind::kSent) {
    entry.digest = record.content.digest;
    entry.length_octets = static_cast<uint32_t>(record.content.length_octets);
    entry.has_content = true;
    // Behind a gap in the journal the answer may stand alone.
    if (entry.answer == Answer::kNotSent) entry.answer = Answer::kNone;
    return;
  }
  entry.answer = record.kind == RecordKind::kAccepted ? Answer::kAccepted : Answer::kRefused;
  entry.copies = record.copies;
  entry.answered_milliseconds = record.at_milliseconds;
}

Ledger::Entry* Ledger::Find(uint64_t number) {
  if (number >= entries_.size() || entries_[number].answer == Answer::kNotSent) return nullptr;
  return &entries_[number];
}

Ledger::Totals Ledger::Count() const {
  Totals totals;
  for (const Entry& entry : entries_) {
    switch (entry.answer) {
      case Answer::kNotSent:
        break;
      case Answer::kNone:
        ++totals.in_doubt;
        break;
      case Answer::kAccepted:
        ++totals.accepted;
        totals.accepted_copies += entry.copies;
        break;
      case Answer::kRefused:
        ++totals.refused;
        break;
    }
  }
  return totals;
}

}  // namespace ringpost::load
