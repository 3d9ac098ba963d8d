// Findings: what an audit tells, message by message and in sum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "load/audit/journal_reader.h"
#include "load/audit/ledger.h"

namespace ringpost::load {

enum class FindingKind : uint8_t {
  // The server broke its word:
  kLost,        // accepted, and not found for as many recipients
  kDuplicated,  // found more often than it was sent
  kDamaged,     // what was found is not what was sent
  // To know, and no error:
  kKeptThoughRefused,
  kInDoubtFound,
  kInDoubtNotFound,
  kNotInJournal,  // of this run, by its id, and the journal does not know it
  kOfAnotherRun,
  kWithoutId,
};
inline constexpr size_t kFindingKindCount = 9;
// "lost", "kept_though_refused", ...
std::string_view Name(FindingKind kind);
constexpr bool IsError(FindingKind kind) { return kind <= FindingKind::kDamaged; }

struct Finding {
  FindingKind kind = FindingKind::kLost;
  uint64_t number = 0;  // 0 where there is none
  std::string place = {};
  std::string detail = {};
};
// "lost 42 /srv/mail/new/17: found for 1 of 2 recipients"
std::string FormatFinding(const Finding& finding);

struct AuditResults {
  JournalSummary journal = {};
  Ledger::Totals sent = {};
  uint64_t searched_messages = 0;
  uint64_t searched_mailboxes = 0;
  std::array<uint64_t, kFindingKindCount> counts = {};  // by kind

  uint64_t Count(FindingKind kind) const { return counts[static_cast<size_t>(kind)]; }
  bool is_good() const;
};

// A page for people.
std::string FormatText(const AuditResults& results, const std::vector<Finding>& listed);
// One JSON object; its findings are those of `listed`.
std::string FormatJson(const AuditResults& results, const std::vector<Finding>& listed);

}  // namespace ringpost::load
