// AcceptanceJournal: what one thread of the generator tells, written into its journal.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "load/acceptance.h"
#include "load/audit/journal_writer.h"
#include "ringpost/base/clock.h"

namespace ringpost::load {

class AcceptanceJournal final : public AcceptanceObserver {
 public:
  // `failure_sink` is told when there is no more room for records: then the run is to end,
  // and what is sent meanwhile is not in the journal. All must outlive the AcceptanceJournal.
  AcceptanceJournal(JournalWriter& journal, const Clock& clock,
                    std::function<void(const absl::Status&)> failure_sink);

  void OnSent(const SentMessage& message) override;
  void OnAccepted(uint64_t message_number, uint64_t recipient_count,
                  std::string_view reply_text) override;
  void OnRefused(uint64_t message_number, int code) override;
  void OnUnknown(uint64_t message_number) override;

 private:
  absl::Duration SinceStart() const { return clock_.Now() - started_; }
  // Whether it was one of those; then its answer does not belong into the journal.
  bool ForgetUnwritten(uint64_t message_number) {
    return unwritten_numbers_.erase(message_number) > 0;
  }

  JournalWriter& journal_;
  const Clock& clock_;
  const Instant started_;
  const std::function<void(const absl::Status&)> failure_sink_;
  std::set<uint64_t> unwritten_numbers_;  // under way without a record of theirs
};

}  // namespace ringpost::load
