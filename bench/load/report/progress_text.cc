#include "load/report/progress_text.h"

#include <algorithm>
#include <cmath>

#include "load/report/quantity_text.h"
#include "ringpost/base/text.h"

namespace ringpost::load {
namespace {

void AppendWhereAny(std::string& text, uint64_t count, std::string_view what) {
  if (count > 0) Append(text, " · ", CountText(count), " ", what);
}

}  // namespace

double ShareDone(const Progress& progress) {
  double share = 0;
  if (progress.planned > absl::ZeroDuration()) {
    share = absl::FDivDuration(progress.elapsed, progress.planned);
  }
  if (progress.planned_messages > 0) {
    const auto done = static_cast<double>(progress.accepted + progress.refused + progress.failed +
                                          progress.sessions);
    share = std::max(share, done / static_cast<double>(progress.planned_messages));
  }
  return std::clamp(share, 0.0, 1.0);
}

std::string PlaceText(const Progress& progress) {
  if (progress.is_warming_up()) return "warming up";
  const std::string elapsed = ClockText(absl::ToDoubleSeconds(progress.elapsed));
  const std::string share = Concat(DecimalText(std::floor(ShareDone(progress) * 100), 0), " %  ");
  if (progress.planned <= absl::ZeroDuration()) return Concat(share, elapsed);
  return Concat(share, elapsed, " of ", ClockText(absl::ToDoubleSeconds(progress.planned)));
}

std::string ProgressText(const Progress& progress) {
  std::string text = PerSecondText(progress.per_second);
  if (progress.rate_per_second > 0) Append(text, " of ", PerSecondText(progress.rate_per_second));
  if (progress.p50_us > 0) {
    Append(text, " · p50 ", MicrosecondsText(progress.p50_us), " · p99 ",
           MicrosecondsText(progress.p99_us));
  }
  if (progress.sends_no_message) {
    Append(text, " · ", CountText(progress.sessions), " sessions");
  } else {
    Append(text, " · ", CountText(progress.accepted), " accepted");
  }
  AppendWhereAny(text, progress.refused, "refused");
  AppendWhereAny(text, progress.failed, "failed");
  AppendWhereAny(text, progress.errors, "dropped");
  AppendWhereAny(text, progress.backlog, "waiting");
  AppendWhereAny(text, progress.open_connections,
                 progress.open_connections == 1 ? "connection" : "connections");
  return text;
}

std::string StepText(const FindMaxStep& step) {
  return Concat("tried ", PerSecondText(step.rate_per_second), ": ",
                PerSecondText(step.achieved_per_second), ", p50 ", MicrosecondsText(step.p50_us),
                ", p99 ", MicrosecondsText(step.p99_us), step.passed ? ", good" : ", too slow");
}

}  // namespace ringpost::load
