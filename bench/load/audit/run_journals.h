// RunJournals: the journals of a run, one for each of its threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/audit/acceptance_journal.h"
#include "load/audit/journal_writer.h"

namespace ringpost::load {

class RunJournals {
 public:
  // In `folder`, which must have none of an earlier run. The start of the run is now. From the
  // threads of the run, `failure_sink` is told when a journal can no longer be written.
  static absl::StatusOr<std::unique_ptr<RunJournals>> Create(
      const std::string& folder, size_t thread_count, JournalRun run,
      const std::function<void(const absl::Status&)>& failure_sink);

  // One for each thread; they live as long as this does.
  std::vector<AcceptanceObserver*> observers();

  // When the threads have ended.
  absl::Status Close();

 private:
  std::vector<std::unique_ptr<JournalWriter>> writers_;
  std::vector<std::unique_ptr<AcceptanceJournal>> journals_;
};

}  // namespace ringpost::load
