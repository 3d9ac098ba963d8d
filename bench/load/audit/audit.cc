#include "load/audit/audit.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "load/audit/journal_reader.h"
#include "load/audit/ledger.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

// Keeps the first findings of each kind, and writes all to a file.
class FindingsList {
 public:
  FindingsList(const std::string& path, size_t listed_count)
      : path_(path), listed_count_(listed_count) {}
  ~FindingsList() {
    if (file_ != nullptr) std::fclose(file_);
  }
  FindingsList(const FindingsList&) = delete;
  FindingsList& operator=(const FindingsList&) = delete;

  absl::Status Open() {
    if (path_.empty()) return absl::OkStatus();
    file_ = std::fopen(path_.c_str(), "we");
    return file_ != nullptr ? absl::OkStatus() : Unwritable();
  }

  void Add(const Finding& finding) {
    std::vector<Finding>& listed = listed_[static_cast<size_t>(finding.kind)];
    if (listed.size() < listed_count_) listed.push_back(finding);
    if (file_ == nullptr) return;
    const std::string line = Concat(FormatFinding(finding), '\n');
    std::fwrite(line.data(), 1, line.size(), file_);
  }

  absl::Status Close() {
    if (file_ == nullptr) return absl::OkStatus();
    const bool is_written = std::ferror(file_) == 0;
    const bool is_closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    return is_written && is_closed ? absl::OkStatus() : Unwritable();
  }

  std::vector<Finding> Listed() const {
    std::vector<Finding> all;
    for (const std::vector<Finding>& of_kind : listed_) {
      all.insert(all.end(), of_kind.begin(), of_kind.end());
    }
    return all;
  }

 private:
  absl::Status Unwritable() const {
    return absl::UnavailableError(Concat(path_, ": ", std::strerror(errno)));
  }

  const std::string& path_;
  const size_t listed_count_;
  std::FILE* file_ = nullptr;
  std::array<std::vector<Finding>, kFindingKindCount> listed_;
};

}  // namespace

absl::StatusOr<Audit> RunAudit(const AuditOptions& options) {
  Ledger ledger;
  const absl::StatusOr<JournalSummary> journal = ReadJournals(
      options.journal_folder, [&ledger](const JournalRecord& record) { ledger.Enter(record); });
  if (!journal.ok()) return journal.status();

  FindingsList findings(options.findings_path, options.listed_count);
  if (absl::Status opened = findings.Open(); !opened.ok()) return opened;
  Auditor auditor(ledger, journal->run.run, options.copies,
                  [&findings](const Finding& finding) { findings.Add(finding); });
  for (const std::unique_ptr<MessageSource>& source : options.sources) {
    if (absl::Status read = source->Read(auditor); !read.ok()) return read;
  }
  Audit audit = {.results = auditor.Finish()};
  audit.results.journal = *journal;
  if (absl::Status closed = findings.Close(); !closed.ok()) return closed;
  audit.listed = findings.Listed();
  return audit;
}

}  // namespace ringpost::load
