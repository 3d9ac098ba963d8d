// Reads what JournalWriter wrote, also when its generator was killed in the middle of a record or
// its machine lost power: what is not whole is counted and passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "load/audit/journal_record.h"

namespace ringpost::load {

struct JournalSummary {
  JournalRun run = {};
  uint32_t journal_count = 0;
  uint64_t record_count = 0;
  uint64_t torn_record_count = 0;
  bool has_ended = false;  // in order, each of them
};

// Every journal of `folder`, the records of each in the order in which they were written. NotFound
// when there is none; InvalidArgument when one does not start as a journal does, or they are of
// different runs.
absl::StatusOr<JournalSummary> ReadJournals(
    const std::string& folder, const std::function<void(const JournalRecord&)>& record_sink);

}  // namespace ringpost::load
