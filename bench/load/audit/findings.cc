#include "load/audit/findings.h"

#include <algorithm>

#include "absl/time/time.h"
#include "load/audit/message_id.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr std::array<std::string_view, kFindingKindCount> kNames = {
    "lost",           "duplicated",         "damaged",        "kept_though_refused",
    "in_doubt_found", "in_doubt_not_found", "not_in_journal", "of_another_run",
    "without_id"};

std::string FormatTime(int64_t seconds) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(seconds),
                          absl::UTCTimeZone());
}

std::string Row(std::string_view label, uint64_t count, std::string_view remark = "") {
  const std::string number = Concat(count);
  std::string row = Concat("  ", label);
  row.append(26 - std::min<size_t>(label.size() + number.size(), 25), ' ');
  Append(row, number);
  if (!remark.empty()) Append(row, "  ", remark);
  return row + '\n';
}

std::string JsonText(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    // What is not ASCII may not be UTF-8: file names can be anything.
    const bool is_plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    if (is_plain) {
      out.push_back(c);
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto octet = static_cast<unsigned char>(c);
      Append(out, "\\u00", kDigits[octet >> 4], kDigits[octet & 15]);
    }
  }
  return out + '"';
}

std::string JsonFinding(const Finding& finding) {
  std::string out = Concat("{\"kind\": ", JsonText(Name(finding.kind)));
  if (finding.number != 0) Append(out, ", \"number\": ", finding.number);
  if (!finding.place.empty()) Append(out, ", \"place\": ", JsonText(finding.place));
  if (!finding.detail.empty()) Append(out, ", \"detail\": ", JsonText(finding.detail));
  return out + '}';
}

// To people. What is in doubt or foreign is for the file of findings.
bool IsShown(FindingKind kind) {
  return IsError(kind) || kind == FindingKind::kKeptThoughRefused ||
         kind == FindingKind::kNotInJournal;
}

std::string Verdict(const AuditResults& results) {
  if (results.is_good() && results.sent.accepted == 0) return "nothing was accepted\n";
  if (results.is_good()) return "every accepted message is there, once and whole\n";
  return "THE SERVER DID NOT KEEP ITS WORD\n";
}

}  // namespace

std::string_view Name(FindingKind kind) { return kNames[static_cast<size_t>(kind)]; }

bool AuditResults::is_good() const {
  return Count(FindingKind::kLost) == 0 && Count(FindingKind::kDuplicated) == 0 &&
         Count(FindingKind::kDamaged) == 0;
}

std::string FormatFinding(const Finding& finding) {
  std::string line(Name(finding.kind));
  if (finding.number != 0) Append(line, ' ', finding.number);
  if (!finding.place.empty()) Append(line, ' ', finding.place);
  if (!finding.detail.empty()) Append(line, ": ", finding.detail);
  // A place may hold anything, and a finding is one line.
  std::ranges::replace_if(line, [](char c) { return c >= 0 && c < 0x20; }, '?');
  return line;
}

std::string FormatText(const AuditResults& results, const std::vector<Finding>& listed) {
  const JournalSummary& journal = results.journal;
  std::string text = Concat("run ", FormatRun(journal.run.run), ", started ",
                            FormatTime(journal.run.started_seconds), '\n');
  if (!journal.has_ended) Append(text, "the generator was cut short\n");
  if (journal.torn_record_count > 0) {
    Append(text, journal.torn_record_count, " torn records in its journal\n");
  }
  Append(text, '\n', Row("accepted", results.sent.accepted));
  if (results.sent.accepted_copies != results.sent.accepted) {
    Append(text, Row("  for recipients", results.sent.accepted_copies));
  }
  Append(text, Row("refused", results.sent.refused), Row("in doubt", results.sent.in_doubt));
  Append(text, Row("  found", results.Count(FindingKind::kInDoubtFound)),
         Row("  not found", results.Count(FindingKind::kInDoubtNotFound)), '\n',
         Row("messages searched", results.searched_messages),
         Row("mailboxes searched", results.searched_mailboxes));
  for (const auto& [kind, label] :
       {std::pair(FindingKind::kOfAnotherRun, "of another run"),
        std::pair(FindingKind::kWithoutId, "without an id"),
        std::pair(FindingKind::kNotInJournal, "not in the journal"),
        std::pair(FindingKind::kKeptThoughRefused, "kept though refused")}) {
    if (results.Count(kind) > 0) Append(text, Row(Concat("  ", label), results.Count(kind)));
  }
  Append(text, '\n', Row("lost", results.Count(FindingKind::kLost)),
         Row("duplicated", results.Count(FindingKind::kDuplicated)),
         Row("damaged", results.Count(FindingKind::kDamaged)), '\n');
  size_t shown_count = 0;
  for (const Finding& finding : listed) {
    if (!IsShown(finding.kind)) continue;
    Append(text, FormatFinding(finding), '\n');
    ++shown_count;
  }
  if (shown_count > 0) Append(text, '\n');
  return text + Verdict(results);
}

std::string FormatJson(const AuditResults& results, const std::vector<Finding>& listed) {
  const JournalSummary& journal = results.journal;
  std::string json = Concat("{\n  \"run\": ", JsonText(FormatRun(journal.run.run)),
                            ",\n  \"started\": ", JsonText(FormatTime(journal.run.started_seconds)),
                            ",\n  \"journal\": {\"files\": ", journal.journal_count);
  Append(json, ", \"records\": ", journal.record_count,
         ", \"torn_records\": ", journal.torn_record_count,
         ", \"ended_in_order\": ", journal.has_ended ? "true" : "false", "}");
  Append(json, ",\n  \"accepted\": ", results.sent.accepted,
         ",\n  \"accepted_copies\": ", results.sent.accepted_copies,
         ",\n  \"refused\": ", results.sent.refused, ",\n  \"in_doubt\": ", results.sent.in_doubt,
         ",\n  \"searched_messages\": ", results.searched_messages,
         ",\n  \"searched_mailboxes\": ", results.searched_mailboxes);
  for (size_t kind = 0; kind < kFindingKindCount; ++kind) {
    Append(json, ",\n  ", JsonText(kNames[kind]), ": ", results.counts[kind]);
  }
  Append(json, ",\n  \"passed\": ", results.is_good() ? "true" : "false", ",\n  \"findings\": [");
  for (size_t i = 0; i < listed.size(); ++i) {
    Append(json, i == 0 ? "\n    " : ",\n    ", JsonFinding(listed[i]));
  }
  return json + (listed.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace ringpost::load
