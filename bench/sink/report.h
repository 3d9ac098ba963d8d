// What a sink says of what it counted.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sink/blind_run.h"
#include "sink/counts.h"
#include "sink/fault.h"
#include "sink/process_usage.h"

namespace ringpost::sink {

// What a whole run used.
struct RunUsage {
  double seconds = 0;
  CpuUsage cpu = {};
  double run_delay_seconds = 0;
};

// One line.
std::string BlindJson(const BlindCounts& counts, const RunUsage& usage);
// Several lines; docs/sink.md names the members.
std::string CountsJson(const Counts& counts, const FaultPlan& faults, const RunUsage& usage);
// For people.
std::string CountsText(const Counts& counts, const FaultPlan& faults);

absl::Status WriteFile(const std::string& path, std::string_view text);

}  // namespace ringpost::sink
