#include "load/audit/auditor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

std::string Seconds(uint32_t milliseconds) {
  const std::string thousandths = Concat(1000 + milliseconds % 1000).substr(1);
  return Concat(milliseconds / 1000, '.', thousandths, " s");
}

bool IsAmong(std::span<const Content> readings, const Content& content) {
  return std::ranges::find(readings, content) != readings.end();
}

// Of the readings, the one that comes closest.
uint64_t NearestLength(const StoredMessage& message, uint64_t expected) {
  const auto distance = [expected](const Content& content) {
    return std::max(content.length_octets, expected) - std::min(content.length_octets, expected);
  };
  return std::ranges::min_element(message.readings, {}, distance)->length_octets;
}

}  // namespace

Auditor::Auditor(Ledger& ledger, uint64_t run, Copies copies, FindingSink finding_sink)
    : ledger_(ledger), run_(run), copies_(copies), finding_sink_(std::move(finding_sink)) {
  results_.sent = ledger.Count();
}

void Auditor::OnMailbox(std::string_view) {
  ++results_.searched_mailboxes;
  in_this_mailbox_.Clear();
}

void Auditor::OnMessage(const StoredMessage& message) {
  ++results_.searched_messages;
  if (!message.id.has_value()) return Note(FindingKind::kWithoutId, 0, message.place, "");
  const uint64_t number = message.id->number;
  if (message.id->run != run_) {
    return Note(FindingKind::kOfAnotherRun, number, message.place, FormatRun(message.id->run));
  }
  Ledger::Entry* const entry = ledger_.Find(number);
  if (entry == nullptr) return Note(FindingKind::kNotInJournal, number, message.place, "");
  OnKnown(*entry, number, message);
}

void Auditor::OnKnown(Ledger::Entry& entry, uint64_t number, const StoredMessage& message) {
  CheckContent(entry, number, message);
  if (!in_this_mailbox_.Insert(number)) {
    return Note(FindingKind::kDuplicated, number, message.place, "once more in this mailbox");
  }
  const bool is_first = entry.found == 0;
  const uint64_t most = MostCopies(entry);
  if (most != 0 && entry.found >= most) {
    Note(FindingKind::kDuplicated, number, message.place,
         Concat("more than ", most, most == 1 ? " copy" : " copies"));
  }
  if (entry.found < std::numeric_limits<uint16_t>::max()) ++entry.found;
  if (!is_first) return;
  if (entry.answer == Ledger::Answer::kRefused) {
    Note(FindingKind::kKeptThoughRefused, number, message.place,
         Concat("answered with ", entry.copies));
  } else if (entry.is_in_doubt()) {
    Note(FindingKind::kInDoubtFound, number, message.place, "");
  }
}

void Auditor::CheckContent(const Ledger::Entry& entry, uint64_t number,
                           const StoredMessage& message) {
  if (!entry.has_content || IsAmong(message.readings, entry.content())) return;
  const uint64_t length = NearestLength(message, entry.length_octets);
  Note(FindingKind::kDamaged, number, message.place,
       length == entry.length_octets ? Concat("other octets, as many as were sent (", length, ')')
                                     : Concat(length, " octets instead of ", entry.length_octets));
}

uint64_t Auditor::MostCopies(const Ledger::Entry& entry) const {
  if (copies_ == Copies::kMessage) return 1;
  // Without an answer nobody knows for how many recipients it was.
  const bool is_counted =
      copies_ == Copies::kRecipient && entry.answer == Ledger::Answer::kAccepted;
  return is_counted ? entry.copies : 0;
}

uint64_t Auditor::FewestCopies(const Ledger::Entry& entry) const {
  if (entry.answer != Ledger::Answer::kAccepted || entry.copies == 0) return 0;
  return copies_ == Copies::kRecipient ? entry.copies : 1;
}

AuditResults Auditor::Finish() {
  for (uint64_t number = 0; number < ledger_.entries().size(); ++number) {
    OnMissing(ledger_.entries()[number], number);
  }
  return results_;
}

void Auditor::OnMissing(const Ledger::Entry& entry, uint64_t number) {
  if (entry.is_in_doubt() && entry.found == 0) {
    return Note(FindingKind::kInDoubtNotFound, number, "", "");
  }
  const uint64_t fewest = FewestCopies(entry);
  if (entry.found >= fewest) return;
  const std::string answered = Concat("accepted at ", Seconds(entry.answered_milliseconds));
  Note(FindingKind::kLost, number, "",
       fewest == 1 ? answered
                   : Concat(answered, ", found ", entry.found, " of ", fewest, " copies"));
}

void Auditor::Note(FindingKind kind, uint64_t number, std::string_view place, std::string detail) {
  ++results_.counts[static_cast<size_t>(kind)];
  finding_sink_(
      {.kind = kind, .number = number, .place = std::string(place), .detail = std::move(detail)});
}

}  // namespace ringpost::load
