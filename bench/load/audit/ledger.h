// Ledger: what the journal says of each message, and what was found of it.
//
//   Ledger ledger;
//   ReadJournals(folder, [&](const JournalRecord& record) { ledger.Enter(record); });
//   ledger.At(number).copies ...
//
// Limits: 24 octets for each message; those with a number from kMostMessages on are passed over.
#pragma once

#include <cstdint>
#include <vector>

#include "load/audit/journal_record.h"

namespace ringpost::load {

class Ledger {
 public:
  static constexpr uint64_t kMostMessages = uint64_t{1} << 30;

  enum class Answer : uint8_t { kNotSent, kNone, kAccepted, kRefused };

  struct Entry {
    uint64_t digest = 0;
    uint32_t length_octets = 0;
    uint32_t answered_milliseconds = 0;  // since the run started
    uint16_t copies = 0;                 // that were accepted; the reply code when refused
    uint16_t found = 0;                  // in how many mailboxes; stays at the most it can count
    Answer answer = Answer::kNotSent;
    bool has_content = false;  // its kSent is in the journal

    Content content() const { return {length_octets, digest}; }
    bool is_in_doubt() const { return answer == Answer::kNone; }
  };
  static_assert(sizeof(Entry) == 24);

  struct Totals {
    uint64_t accepted = 0;
    uint64_t accepted_copies = 0;
    uint64_t refused = 0;
    uint64_t in_doubt = 0;
  };

  // A record whose number is not below kMostMessages is passed over.
  void Enter(const JournalRecord& record);

  // nullptr for a number that the journal does not know.
  Entry* Find(uint64_t number);
  // Of every number up to the highest, the unknown ones too.
  const std::vector<Entry>& entries() const { return entries_; }
  Totals Count() const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace ringpost::load
