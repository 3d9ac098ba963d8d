#include "load/audit/journal_reader.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "load/audit/journal_writer.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

constexpr size_t kReadRecords = 8192;

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

class JournalFile {
 public:
  JournalFile(File file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), records_(kReadRecords) {}

  absl::StatusOr<JournalRun> ReadRun() {
    RecordOctets first = {};
    const size_t count = std::fread(&first, kRecordOctets, 1, file_.get());
    const std::optional<JournalRun> run = DecodeRun(first);
    if (count != 1 || !run.has_value()) {
      return absl::InvalidArgumentError(Concat(path_, ": is no journal, or its start is damaged"));
    }
    return *run;
  }

  // Behind ReadRun().
  absl::Status ReadRecords(JournalSummary& summary,
                           const std::function<void(const JournalRecord&)>& record_sink) {
    bool has_ended = false;
    while (const size_t count =
               std::fread(records_.data(), kRecordOctets, records_.size(), file_.get())) {
      for (size_t i = 0; i < count; ++i) {
        if (IsUnused(records_[i])) continue;
        const std::optional<JournalRecord> record = DecodeRecord(records_[i]);
        ++(record.has_value() ? summary.record_count : summary.torn_record_count);
        if (!record.has_value()) continue;
        has_ended = record->kind == RecordKind::kEnd;
        record_sink(*record);
      }
    }
    if (std::ferror(file_.get())) {
      return absl::DataLossError(Concat(path_, ": ", std::strerror(errno)));
    }
    if (!has_ended) summary.has_ended = false;
    return absl::OkStatus();
  }

 private:
  File file_;
  std::string path_;
  std::vector<RecordOctets> records_;
};

}  // namespace

absl::StatusOr<JournalSummary> ReadJournals(
    const std::string& folder, const std::function<void(const JournalRecord&)>& record_sink) {
  JournalSummary summary = {.has_ended = true};
  for (;; ++summary.journal_count) {
    const std::string path = JournalPath(folder, summary.journal_count);
    File opened(std::fopen(path.c_str(), "rbe"));
    if (opened == nullptr && errno == ENOENT && summary.journal_count > 0) return summary;
    if (opened == nullptr) return absl::NotFoundError(Concat(path, ": ", std::strerror(errno)));
    JournalFile file(std::move(opened), path);
    const absl::StatusOr<JournalRun> run = file.ReadRun();
    if (!run.ok()) return run.status();
    if (summary.journal_count > 0 && run->run != summary.run.run) {
      return absl::InvalidArgumentError(Concat(path, ": is of another run than the first"));
    }
    if (summary.journal_count == 0) summary.run = *run;
    if (absl::Status read = file.ReadRecords(summary, record_sink); !read.ok()) return read;
  }
}

}  // namespace ringpost::load
