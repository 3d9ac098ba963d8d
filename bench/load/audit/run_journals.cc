#include "load/audit/run_journals.h"

#include <ctime>

#include "ringpost/base/clock.h"

namespace ringpost::load {
namespace {

class SystemClock final : public Clock {
 public:
  Instant Now() const override {
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return {int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec};
  }
  absl::Time WallNow() const override { return absl::Now(); }
};

constexpr SystemClock kSystemClock;

}  // namespace

absl::StatusOr<std::unique_ptr<RunJournals>> RunJournals::Create(
    const std::string& folder, size_t thread_count, JournalRun run,
    const std::function<void(const absl::Status&)>& failure_sink) {
  run.started_seconds = absl::ToUnixSeconds(kSystemClock.WallNow());
  auto journals = std::make_unique<RunJournals>();
  for (size_t i = 0; i < thread_count; ++i) {
    absl::StatusOr<std::unique_ptr<JournalWriter>> writer = JournalWriter::Create(folder, i, run);
    if (!writer.ok()) return writer.status();
    journals->writers_.push_back(*std::move(writer));
    journals->journals_.push_back(std::make_unique<AcceptanceJournal>(*journals->writers_.back(),
                                                                      kSystemClock, failure_sink));
  }
  return journals;
}

std::vector<AcceptanceObserver*> RunJournals::observers() {
  std::vector<AcceptanceObserver*> observers;
  for (const auto& journal : journals_) observers.push_back(journal.get());
  return observers;
}

absl::Status RunJournals::Close() {
  absl::Status closed;
  for (const auto& writer : writers_) closed.Update(writer->Close());
  return closed;
}

}  // namespace ringpost::load
